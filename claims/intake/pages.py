"""Pages of the intake: handing a claim file in, and taking its rejected rows away."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import Any, cast

from django import forms
from django.http import FileResponse, Http404, HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.intake import rejections
from claims.intake.columns import FIELDS, NEEDED
from claims.intake.filters import RejectedRowFilter
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.services import PERMISSION, receive_file
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


class FileForm(forms.Form):
    """A claim file, and who sent it."""

    # The service says what is wrong with an empty file, and what to do.
    file = forms.FileField(
        label=_("Claim file"),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.zip"},
        ),
        help_text=_("CSV, TSV, XLSX, XLS or ODS; the file is known by its content, not by its name."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Who sent the file, such as the federation or an affiliate"),
    )


class ReceivePage(ActPage):
    """Takes a claim file in and leads to its import."""

    permission_required = PERMISSION
    title = _("Import a claim file")
    submit_label = _("Import the file")
    form_class = FileForm
    multipart = True

    def _incident(self) -> Incident | None:
        return Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Incident"), self._incident() or "–"),
            (_("Columns that the file needs"), ", ".join(str(FIELDS[name]) for name in NEEDED)),
            (_("What happens then"), _("Good rows are registered; every row with a fault is listed with its reasons.")),
        ]

    def act(self, form: forms.Form) -> Any:
        incident = self._incident()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        file = form.cleaned_data["file"]
        self.row = receive_file(
            by=person(self.request),
            incident=incident,
            chunks=file.chunks(),
            name=file.name,
            source=form.cleaned_data["source"],
            content_type=file.content_type or "",
        )
        return _("%(file)s is stored; this page shows how far its import is.") % {"file": self.row}


class RejectedRowsPage(UnfoldModelAdminViewMixin, View):
    """Answers the rejected rows of an import as a workbook; `?fault=` keeps those with one fault."""

    permission_required = "claims.view_rejectedrow"
    title = _("Rejected rows")

    def get(self, request: HttpRequest, object_id: str, **_words: Any) -> FileResponse:
        claim_import: ClaimImport | None = self.model_admin.get_object(request, object_id)
        if claim_import is None:
            raise Http404
        rows = RejectedRow.objects.filter(claim_import=claim_import)
        chosen = RejectedRowFilter(request.GET, queryset=rows)
        if not chosen.is_valid():
            raise Http404
        with ExitStack() as stack:
            file = stack.enter_context(tempfile.TemporaryFile())
            rejections.write_workbook(file, claim_import=claim_import, rows=chosen.qs)
            # From here on the response closes it.
            stack.pop_all()
        record_disclosure(
            by=person(request),
            kind=Disclosure.Kind.DOWNLOAD,
            subject="claims.rejectedrow",
            subject_key=str(claim_import.pk),
            fields="cells",
            reason=claim_import.stored_file.name,
            request_id=request.META.get("RELIEF_REQUEST_ID", ""),
            incident_id=claim_import.incident_id,
        )
        file.seek(0)
        stem = claim_import.stored_file.name.rsplit(".", 1)[0]
        name = f"{stem} {capfirst(self.title)}.xlsx"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type=XLSX, headers={"Cache-Control": "private, no-store"}
        )
