"""Pages that compose, submit, approve, send back, withdraw, cancel, export and download a batch."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.decisions.models import Decision
from committee.panel import Number, Table, person
from committee.payouts import exports, services
from committee.payouts.filters import CandidateFilter
from committee.payouts.models import Batch
from committee.payouts.selectors import Preview, preview, tiers_of
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ConfirmForm, ReasonForm


def tier_rows(tiers: Any) -> list[Any]:
    """Return (tier, payments, won) rows as cells."""
    return [
        (_("No tier") if number is None else str(number), Number(f"{count:,}"), Number(format_won(won)))
        for number, count, won in tiers
    ]


TIER_HEADINGS = (_("tier"), Number(_("payments")), Number(_("sum")))


class SelectionField(forms.JSONField):
    """A selection as JSON; a number or a depth that no reader takes is refused like any other nonsense."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


class ComposeForm(forms.Form):
    """What was looked at, and the form's own key, so that a second click composes nothing."""

    # Not required: no word at all is a selection too, and means all that is payable.
    selection = SelectionField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_selection(self) -> dict[str, str]:
        words = self.cleaned_data["selection"]
        if not isinstance(words, dict):
            raise forms.ValidationError(_("The filter has values that do not fit. Correct them and look again."))
        return CandidateFilter.selection_of(words)


class ComposePage(ActPage):
    """GET with filter words shows what they would pay; POST composes exactly that selection."""

    permission_required = "committee.compose_batch"
    title = _("Compose a payout batch")
    submit_label = _("Compose the batch")
    form_class = ComposeForm
    template_name = "admin/committee/compose.html"

    def _selection(self) -> dict[str, str]:
        return CandidateFilter.selection_of(self.request.GET)

    def get_initial(self) -> dict[str, Any]:
        return {"selection": self._selection(), "form_key": uuid.uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        incident_id = working_incident_id(person(self.request))
        if incident_id is None:
            return context
        words = self._selection()
        if self.request.method == "POST":
            words = _words_of(kwargs.get("form") or context["form"])
        chosen = CandidateFilter(words, queryset=Decision.objects.none(), incident=incident_id)
        context["filter_form"] = chosen.form
        if chosen.is_valid():
            seen = preview(incident_id, words)
            context |= {"preview": seen, "preview_table": _preview_table(seen), "left_out": _left_out(seen)}
        return context

    def act(self, form: Any) -> Any:
        incident_id = working_incident_id(person(self.request))
        if incident_id is None:
            raise RuleBroken(_("Choose an incident to work on first."), code="no_incident")
        self.row = services.compose(
            by=person(self.request),
            incident=Incident.objects.get(pk=incident_id),
            selection=form.cleaned_data["selection"],
            form_key=form.cleaned_data["form_key"],
        )
        return _("%(batch)s is being composed; this page shows how far it is.") % {"batch": self.row}


def _words_of(form: forms.Form) -> dict[str, str]:
    words = form.cleaned_data.get("selection", {}) if form.is_bound and hasattr(form, "cleaned_data") else {}
    return words if isinstance(words, dict) else json.loads(words)


def _preview_table(seen: Preview) -> Table:
    rows = [*tier_rows(seen.tiers), (_("In all"), Number(f"{seen.claims:,}"), Number(format_won(seen.total)))]
    return Table(_("What would be paid"), TIER_HEADINGS, rows)


def _left_out(seen: Preview) -> Table:
    rows = [
        (_("Already in another live batch"), Number(f"{seen.in_live_batch:,}")),
        (_("Name, phone, bank or account missing"), Number(f"{seen.incomplete:,}")),
        (_("Wait for the committee"), Number(f"{seen.in_review:,}")),
        (_("Wait for a word on duplicates"), Number(f"{seen.waiting:,}")),
    ]
    return Table(_("What is left out, and why"), (_("reason"), Number(_("claims"))), rows)


class BatchPage(ActPage):
    """A page about one batch: what it holds, before anything is done with it."""

    row: Batch

    def facts(self) -> list[tuple[Any, Any]]:
        batch = self.row
        facts: list[tuple[Any, Any]] = [
            (_("Batch"), batch),
            (_("Composed by"), batch.composed_by),
            (_("Payments"), f"{batch.line_count:,}"),
            (_("Sum"), format_won(batch.line_sum)),
            *(
                (_("Tier %(number)s") % {"number": number or "–"}, f"{count:,} · {format_won(won)}")
                for number, count, won in tiers_of(batch)
            ),
        ]
        if batch.lines_sha256 and batch.state != Batch.State.DRAFT:
            facts.append((_("SHA-256 of the lines"), batch.lines_sha256))
        return facts


class SubmitPage(BatchPage):
    permission_required = "committee.compose_batch"
    title = _("Submit the batch for approval")
    submit_label = _("Submit for approval")
    warning = _("The lines are frozen under a check sum until the batch is approved, sent back or withdrawn.")

    def act(self, form: forms.Form) -> Any:
        services.submit(by=person(self.request), batch=self.row)
        return _("%(batch)s waits for the approval of another person.") % {"batch": self.row}


class SealedForm(ConfirmForm):
    """The check sum that the page showed."""

    lines_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class SealedReasonForm(ReasonForm, SealedForm):
    """A reason, and the check sum that the page showed."""


class VerdictPage(BatchPage):
    """A second person's word, bound to what the page showed him."""

    permission_required = "committee.approve_batch"
    form_class = SealedForm

    def get_initial(self) -> dict[str, Any]:
        return {"lines_sha256": self.row.lines_sha256}


class ApprovePage(VerdictPage):
    title = _("Approve the batch")
    submit_label = _("Approve")
    warning = _("With your approval the batch may leave for the bank.")

    def act(self, form: forms.Form) -> Any:
        services.approve(by=person(self.request), batch=self.row, lines_sha256=form.cleaned_data["lines_sha256"])
        return _("%(batch)s is approved.") % {"batch": self.row}


class SendBackPage(VerdictPage):
    title = _("Send the batch back")
    submit_label = _("Send back")
    form_class = SealedReasonForm

    def act(self, form: forms.Form) -> Any:
        services.send_back(
            by=person(self.request),
            batch=self.row,
            lines_sha256=form.cleaned_data["lines_sha256"],
            reason=form.cleaned_data["reason"],
        )
        return _("%(batch)s went back to %(name)s.") % {"batch": self.row, "name": self.row.composed_by}


class WithdrawPage(BatchPage):
    permission_required = "committee.compose_batch"
    title = _("Withdraw the batch")
    submit_label = _("Withdraw")
    form_class = ReasonForm
    warning = _("The batch becomes a draft again; an approval already given lapses.")

    def act(self, form: forms.Form) -> Any:
        services.withdraw(by=person(self.request), batch=self.row, reason=form.cleaned_data["reason"])
        return _("%(batch)s is a draft again.") % {"batch": self.row}


class CancelPage(BatchPage):
    permission_required = "committee.compose_batch"
    title = _("Cancel the batch")
    submit_label = _("Cancel the batch")
    form_class = ReasonForm
    danger = True
    warning = _("The claims of the batch become payable again, in another batch.")

    def act(self, form: forms.Form) -> Any:
        services.cancel(by=person(self.request), batch=self.row, reason=form.cleaned_data["reason"])
        return _("%(batch)s is cancelled; its claims are payable again.") % {"batch": self.row}


class ExportPage(BatchPage):
    permission_required = "committee.export_bank_file"
    title = _("Make the bank file")
    submit_label = _("Make the bank file")
    warning = _("The file is made once from the frozen lines; every later download gives the same bytes.")

    def act(self, form: forms.Form) -> Any:
        row = exports.export(by=person(self.request), batch=self.row)
        return _("The bank file is made: %(count)s payments, %(sum)s.") % {
            "count": f"{row.line_count:,}",
            "sum": format_won(row.line_sum),
        }


class DownloadPage(ActPage):
    """Hands the bank file out, after keeping who took it and why."""

    permission_required = "committee.export_bank_file"
    title = _("Download the bank file")
    submit_label = _("Download")
    form_class = ReasonForm
    warning = _("The file holds names and account numbers in clear. Your name and reason are recorded.")

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("File"), self.row.stored_file.name),
            (_("Payments"), f"{self.row.line_count:,}"),
            (_("Sum"), format_won(self.row.line_sum)),
            (_("SHA-256"), self.row.sha256),
        ]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            content = exports.download(
                by=person(self.request),
                bank_file=self.row,
                reason=form.cleaned_data["reason"],
                request_id=self.request.META.get("RELIEF_REQUEST_ID", ""),
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        stored = self.row.stored_file
        return FileResponse(  # type: ignore[return-value]
            content, as_attachment=True, filename=stored.name, content_type=stored.content_type
        )
