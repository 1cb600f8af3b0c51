"""Pictures of evidence for the viewer: drawn anew, within the user's scope, each viewing recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from claims.evidence.models import Evidence
from claims.evidence.pictures import draw_page
from claims.evidence.recognise import TYPES
from relief import clock
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.files import services as files

VIEWING = timedelta(minutes=30)
"""How long looking through the pages of one file counts as one viewing, within one signed-in session."""
_SEEN = "evidence_seen"
_MOST_SEEN = 100
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def picture_of(request: HttpRequest, row: Evidence) -> HttpResponse:
    """Answer one page (`?page=`) of an item that the user may see, as a picture made here.

    A page that cannot be drawn answers 422 with the reason. Raises Http404 where the type is only for download,
    NotAllowed where the file is not open to the user.
    """
    if not TYPES[row.content_type].is_shown:
        raise Http404
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    user = cast("User", request.user)
    files.may_read(by=user, row=row.stored_file)
    record_viewing(request, row)
    try:
        with files.open_stored(row.stored_file) as file:
            picture = draw_page(file, row.content_type, max(1, number))
    except RuleBroken as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8", headers=_HEADERS)
    return HttpResponse(picture.content, content_type=picture.content_type, headers=_HEADERS)


def record_viewing(request: HttpRequest, row: Evidence) -> None:
    """Keep that the user looked at the item: once a session and item within `VIEWING`, not once a page."""
    now = clock.now()
    seen: dict[str, Any] = request.session.get(_SEEN, {})
    last = seen.get(str(row.pk))
    if last is not None and now - datetime.fromisoformat(last) < VIEWING:
        return
    record_disclosure(
        by=cast("User", request.user),
        kind=Disclosure.Kind.VIEW,
        subject="claims.evidence",
        subject_key=str(row.pk),
        fields=row.kind,
        reason=str(_("Looked at in the viewer: %(name)s") % {"name": row.name})[:500],
        request_id=request.META.get("RELIEF_REQUEST_ID", ""),
        incident_id=row.claim.incident_id,
    )
    newest = sorted(seen.items(), key=lambda pair: str(pair[1]))[-(_MOST_SEEN - 1) :]
    request.session[_SEEN] = {**dict(newest), str(row.pk): now.isoformat()}
