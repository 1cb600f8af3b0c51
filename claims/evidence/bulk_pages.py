"""Pages that take a zip of evidence in, assign what matched no claim, and hand out the report."""

from __future__ import annotations

import tempfile
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.evidence.bulk import ArchiveKnown, assign, receive_archive
from claims.evidence.bulk_models import ASSIGNABLE, ArchivedFile, EvidenceArchive
from claims.evidence.models import Kind
from claims.evidence.pages import BY_NAME, person
from claims.evidence.rules import KIND_WORDS, kind_of_name
from claims.evidence.services import UPLOAD
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage
from relief.spreadsheets.writing import write_texts

_EXAMPLE = "K22-1019-000045_확인서.pdf"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ArchiveForm(forms.Form):
    """A zip, and the kind of everything in it where it is of one kind."""

    file = forms.FileField(
        label=_("Zip archive"), allow_empty_file=True, widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".zip"})
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[BY_NAME, *Kind.choices], required=False, widget=UnfoldAdminSelectWidget
    )


class ReceiveArchivePage(ActPage):
    """Takes a zip in and leads to its report, or to the one that has the very bytes already."""

    permission_required = UPLOAD
    title = _("Hand in evidence in bulk")
    submit_label = _("Hand in")
    form_class = ArchiveForm
    multipart = True

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (
                _("How files find their claims"),
                _("The name of each file, or of its folder, begins with a receipt number, such as %(example)s.")
                % {"example": _EXAMPLE},
            ),
            (
                _("How their kind is known"),
                "; ".join(f"{', '.join(words)}: {kind.label}" for kind, words in KIND_WORDS.items()),
            ),
        ]

    def act(self, form: forms.Form) -> Any:
        incident = Incident.objects.filter(pk=working_incident_id(person(self.request)) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        file = form.cleaned_data["file"]
        try:
            self.row = receive_archive(
                by=person(self.request),
                incident=incident,
                file=file.file,
                name=file.name,
                kind=form.cleaned_data["kind"],
            )
        except ArchiveKnown as known:
            self.row, self.tone = known.archive, messages.WARNING
            return str(known)
        return _("%(file)s is stored. This page shows how far its matching is.") % {"file": self.row}


class AssignForm(forms.Form):
    """Which file, to which claim, as which kind."""

    number = forms.ChoiceField(label=_("File"), widget=UnfoldAdminSelectWidget)
    receipt_number = forms.CharField(
        label=_("Receipt number"), max_length=40, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, files: list[ArchivedFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number: Any = self.fields["number"]
        number.choices = [(str(file.number), file.name) for file in files]


class AssignPage(ActPage):
    """Puts a file that matched no claim to the claim that a person names."""

    permission_required = UPLOAD
    title = _("Assign a file to a claim")
    submit_label = _("Assign to a claim")
    form_class = AssignForm
    row: EvidenceArchive

    def _open(self) -> list[ArchivedFile]:
        return list(self.row.files.filter(outcome__in=ASSIGNABLE).order_by("number"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "files": self._open()}

    def get_initial(self) -> dict[str, Any]:
        number = self.request.GET.get("file", "")
        file = next((file for file in self._open() if str(file.number) == number), None)
        if file is None:
            return {}
        return {"number": number, "kind": self.row.kind or kind_of_name(file.name)}

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Archive"), self.row), (_("Files without a claim"), f"{len(self._open()):,}")]

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        archived = ArchivedFile.objects.select_related("archive__stored_file").get(
            archive=self.row, number=given["number"]
        )
        settled = assign(
            by=person(self.request), archived=archived, receipt_number=given["receipt_number"], kind=given["kind"]
        )
        return _("%(name)s: %(outcome)s") % {"name": settled.name, "outcome": settled.get_outcome_display()}


def report(model_admin: Any, request: HttpRequest, object_id: str) -> FileResponse:
    """Answer what became of each file of an archive as a workbook; the names in it are recorded as handed out."""
    row = model_admin.get_object(request, object_id) if model_admin.has_view_permission(request) else None
    if row is None:
        raise Http404
    user = person(request)
    record_disclosure(
        by=user,
        kind=Disclosure.Kind.DOWNLOAD,
        subject="claims.evidencearchive",
        subject_key=str(row.pk),
        fields="name",
        reason=str(_("Report of the matching: %(name)s") % {"name": row})[:500],
        request_id=request.META.get("RELIEF_REQUEST_ID", ""),
        incident_id=row.incident_id,
    )
    files = row.files.select_related("evidence__claim").order_by("number").iterator(chunk_size=500)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_texts(
        file,
        title=_("Evidence in bulk"),
        headings=(_("No."), _("File"), _("Outcome"), _("Receipt number"), _("Kind"), _("Detail")),
        rows=(
            (
                str(one.number),
                one.name,
                one.get_outcome_display(),
                one.evidence.claim.receipt_number if one.evidence else "",
                one.evidence.get_kind_display() if one.evidence else "",
                one.detail,
            )
            for one in files
        ),
    )
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{row.stored_file.name.rsplit('.', 1)[0]}_report.xlsx",
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "private, no-store"},
    )


def archive_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of these pages beneath the list of archives."""

    def handed_out(request: HttpRequest, object_id: str) -> FileResponse:
        return report(model_admin, request, object_id)

    receive, assigned = (page.as_view(model_admin=model_admin) for page in (ReceiveArchivePage, AssignPage))
    return (
        ("receive/", "claims_evidencearchive_receive", receive),
        ("<path:object_id>/assign/", "claims_evidencearchive_assign", assigned),
        ("<path:object_id>/report/", "claims_evidencearchive_report", handed_out),
    )
