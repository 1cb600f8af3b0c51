"""Pages of an import's rejected rows: out as a workbook, and in again corrected."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from claims.intake import rejected_workbook as workbook
from claims.intake import services
from claims.intake.import_pages import Facts, ImportPage, page_of
from claims.intake.models import ClaimImport, ImportState
from claims.intake.pages import person
from claims.intake.rejections import fault_counts, open_rows
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.site.pages import ActPage, ReasonForm


class CorrectedForm(forms.Form):
    """The workbook of rejected rows, corrected."""

    file = forms.FileField(
        label=_("Corrected rows"),
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.zip"}),
        help_text=_("The workbook of the rejected rows with its cells corrected; rows may be left out, columns not."),
    )


class CorrectedRowsPage(ImportPage):
    """Takes corrected rows in; they become an import that continues this one."""

    title = _("Hand in corrected rows")
    submit_label = _("Load the corrected rows")
    form_class = CorrectedForm
    multipart = True

    def facts(self) -> Facts:
        return [*super().facts(), (_("Rejected rows still open"), f"{open_rows(self.row).count():,}")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super(ImportPage, self).get_context_data(**kwargs)
        if self.request.method == "GET" and self.row.state != ImportState.ACCEPTED:
            context["warning"] = _("Corrected rows continue an import that has been accepted. Accept it first.")
        return context

    def act(self, form: forms.Form) -> Any:
        file, by = form.cleaned_data["file"], person(self.request)
        received = services.receive_file(
            by=by,
            incident=self.row.incident,
            chunks=file.chunks(),
            name=file.name,
            content_type=file.content_type or "",
            continues=self.row,
        )
        self.row = services.load(by=by, claim_import=received)
        return _("The corrected rows are being read; this page shows how far they are.")


class WantedForm(ReasonForm):
    """Which rejected rows, and why they are taken away."""

    fault = forms.ChoiceField(label=_("Rows"), required=False, widget=UnfoldAdminSelectWidget)
    also_corrected = forms.BooleanField(
        label=_("Also rows that came again since"), required=False, widget=UnfoldBooleanWidget
    )
    field_order = ("fault", "also_corrected", "reason")

    def __init__(self, *args: Any, claim_import: ClaimImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = [(code, f"{text} ({count:,})") for code, text, count in fault_counts(claim_import)]
        cast("forms.ChoiceField", self.fields["fault"]).choices = [("", _("All rejected rows")), *counts]


class RejectedRowsPage(ActPage):
    """Hands the rejected rows out with their cells in clear, after keeping who took them and why."""

    permission_required = workbook.PERMISSIONS
    title = _("Download the rejected rows")
    submit_label = _("Download (XLSX)")
    form_class = WantedForm
    template_name = "admin/claims/intake/rejected_workbook.html"
    warning = _("The rows hold personal data in clear. Your name and reason are recorded.")
    row: ClaimImport

    def facts(self) -> Facts:
        return [
            (_("File"), self.row.stored_file.name),
            (_("Rejected rows still open"), f"{open_rows(self.row).count():,}"),
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "claim_import": self.row}

    def get_initial(self) -> dict[str, Any]:
        return {"fault": self.request.GET.get("fault", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = workbook.newest_job(self.row, person(self.request))
        done = job is not None and job.state == Job.State.DONE
        written = reverse("stored_file", args=(job.outcome["file"],)) if job and done else ""
        return super().get_context_data(**kwargs) | {
            "job": None if done else job,
            "written_url": written,
            "written_rows": job.outcome["rows"] if job and done else 0,
            "written_at": job.ended_at if job and done else None,
        }

    def form_valid(self, form: forms.Form) -> HttpResponse | FileResponse:  # type: ignore[override]
        words = form.cleaned_data
        try:
            handed = workbook.hand_out(
                by=person(self.request),
                claim_import=self.row,
                wanted=workbook.Wanted(words["fault"], also_corrected=words["also_corrected"]),
                reason=words["reason"],
                request_id=self.request.META.get("RELIEF_REQUEST_ID", ""),
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if handed.file is None:
            messages.success(self.request, _("The workbook is being written; this page shows how far it is."))
            return HttpResponseRedirect(self.request.path)
        return FileResponse(
            handed.file,
            as_attachment=True,
            filename=handed.name,
            content_type=workbook.CONTENT_TYPE,
            headers={"Cache-Control": "private, no-store"},
        )

    def done_url(self) -> str:
        return page_of(self.row, "rejected")


def rejected_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of these pages beneath the list of imports."""
    corrected, taken = (page.as_view(model_admin=model_admin) for page in (CorrectedRowsPage, RejectedRowsPage))
    return (
        ("<path:object_id>/corrected/", "claims_claimimport_corrected", corrected),
        ("<path:object_id>/rejected-rows/", "claims_claimimport_rejected_rows", taken),
    )
