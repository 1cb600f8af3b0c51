"""Pages that act on an import: accept, refuse, back to the columns, undo, and rejected rows out and in again."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from claims.intake import rejected_workbook as workbook
from claims.intake import services
from claims.intake.models import IMPORT_STATES, ClaimImport, ImportState
from claims.intake.pages import person
from claims.intake.rejections import fault_counts, open_rows
from claims.intake.selectors import totals_differ
from claims.intake.undoing import refuse_where_built_on
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.money import format_won
from relief.site.pages import ActPage, ReasonForm

Facts = list[tuple[Any, Any]]


def page_of(claim_import: ClaimImport, tab: str = "") -> str:
    """Return the address of an import's page, at one of its tabs."""
    address = reverse("admin:claims_claimimport_change", args=(claim_import.pk,))
    return f"{address}?tab={tab}" if tab else address


class ImportPage(ActPage):
    """A page about one import that moves it on; where its state has no such step, it says so at once."""

    permission_required = services.PERMISSION
    row: ClaimImport
    leads_to: ImportState

    def facts(self) -> Facts:
        row = self.row
        return [
            (_("File"), row.stored_file.name),
            (_("State"), row.get_state_display()),
            (_("Handed in by"), row.imported_by),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.request.method == "GET" and not IMPORT_STATES.allows(self.row.state, self.leads_to):
            context["warning"] = _("This step does not follow from the present state (%(state)s).") % {
                "state": self.row.get_state_display()
            }
        return context


class AcceptForm(forms.Form):
    """Which summary was looked at, and why the file is accepted where its totals differ."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class AcceptPage(ImportPage):
    title = _("Accept the file")
    submit_label = _("Register its claims")
    form_class = AcceptForm
    leads_to = ImportState.ACCEPTING

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.row.job_id}

    def facts(self) -> Facts:
        row, summary = self.row, self.row.summary
        facts = [
            *super().facts(),
            (_("Claims that are registered"), f"{row.rows_new:,}"),
            (_("Sum of their losses"), format_won(int(row.sum_of_losses))),
            (_("Same as before, left as they are"), f"{row.rows_same:,}"),
            (_("Changed"), f"{row.rows_changed:,}"),
            (_("of them waiting for a person"), f"{summary.get('amendments', 0):,}"),
            (_("Rejected rows, left out"), f"{row.rows_rejected:,}"),
        ]
        if row.declared_rows is not None:
            facts.append((_("Rows: declared, read"), f"{row.declared_rows:,} · {row.rows_read:,}"))
        if row.declared_sum is not None:
            read = format_won(summary.get("sum_of_file", 0))
            facts.append((_("Sum: declared, read"), f"{format_won(int(row.declared_sum))} · {read}"))
        return facts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not context["warning"] and totals_differ(self.row):
            context["warning"] = _(
                "The totals differ from those that the sender declared. Say below why you accept the file all the same."
            )
        return context

    def act(self, form: forms.Form) -> Any:
        if form.cleaned_data["seen"] != self.row.job_id and self.row.state == ImportState.STAGED:
            raise RuleBroken(
                _("The summary is new since you opened this page. Look at it, then accept the file."),
                code="summary_is_new",
            )
        services.accept(by=person(self.request), claim_import=self.row, reason=form.cleaned_data["reason"])
        return _("%(file)s is being registered; this page shows how far it is.") % {"file": self.row}


class RefusePage(ImportPage):
    title = _("Refuse the file")
    submit_label = _("Refuse the file")
    form_class = ReasonForm
    danger = True
    warning = _("Nothing of the file is registered. The stored file stays; it may be handed in again.")
    leads_to = ImportState.REFUSED

    def act(self, form: forms.Form) -> Any:
        services.refuse(by=person(self.request), claim_import=self.row, reason=form.cleaned_data["reason"])
        return _("%(file)s is refused; nothing of it is registered.") % {"file": self.row}


class ReopenPage(ImportPage):
    title = _("Correct the columns")
    submit_label = _("Back to the columns")
    warning = _("What was read is thrown away; the file stays. Correct its columns and load it again.")
    leads_to = ImportState.PROPOSED

    def act(self, form: forms.Form) -> Any:
        self.row = services.reopen(by=person(self.request), claim_import=self.row)
        return _("%(file)s waits for its columns to be confirmed.") % {"file": self.row}

    def done_url(self) -> str:
        if self.request.method == "POST" and self.row.state == ImportState.PROPOSED:
            return reverse("admin:claims_claimimport_columns", args=(self.row.pk,))
        return super().done_url()


class UndoPage(ImportPage):
    title = _("Undo the import")
    submit_label = _("Take its claims out")
    form_class = ReasonForm
    danger = True
    leads_to = ImportState.UNDOING

    def facts(self) -> Facts:
        states = list(self.row.amendments.values_list("state", flat=True))
        return [
            *super().facts(),
            (_("Claims that are removed"), f"{self.row.rows_new:,}"),
            (_("Sum of their losses"), format_won(int(self.row.sum_of_losses))),
            (_("Changed claims that are put back"), f"{states.count('applied'):,}"),
            (_("Amendments that are withdrawn"), f"{states.count('waiting'):,}"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.request.method == "GET" and not context["warning"]:
            try:
                refuse_where_built_on(self.row)
            except RuleBroken as refusal:
                context["warning"] = str(refusal)
        return context

    def act(self, form: forms.Form) -> Any:
        services.undo(by=person(self.request), claim_import=self.row, reason=form.cleaned_data["reason"])
        return _("%(file)s is being undone; this page shows how far it is.") % {"file": self.row}


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


def import_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of these pages beneath the list of imports."""
    pages = (
        ("accept", AcceptPage),
        ("refuse", RefusePage),
        ("reopen", ReopenPage),
        ("undo", UndoPage),
        ("corrected", CorrectedRowsPage),
        ("rejected-rows", RejectedRowsPage),
    )
    return tuple(
        (
            f"<path:object_id>/{name}/",
            f"claims_claimimport_{name.replace('-', '_')}",
            page.as_view(model_admin=model_admin),
        )
        for name, page in pages
    )
