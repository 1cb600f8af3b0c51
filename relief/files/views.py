"""The only way to a private file: signed in, permitted, recorded, and never shown inside a page."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from relief.files.models import StoredFile
from relief.files.services import open_for


@require_GET
def download(request: HttpRequest, file_id: int) -> FileResponse:
    """Answer the file as an attachment; 403 without the permission, 404 where there is none."""
    row = get_object_or_404(StoredFile, pk=file_id)
    request_id = request.META.get("RELIEF_REQUEST_ID", "")
    file = open_for(by=request.user, row=row, request_id=request_id)  # type: ignore[arg-type]
    return FileResponse(
        file,
        as_attachment=True,
        filename=row.name,
        # What a visitor handed in is never rendered, whatever type it claims.
        content_type="application/octet-stream",
        headers={"Cache-Control": "private, no-store", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )
