"""Pages that act on an import: accept, refuse, back to the columns, undo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
)

from claims.intake import services
from claims.intake.models import IMPORT_STATES, ClaimImport, ImportState
from claims.intake.pages import person
from claims.intake.selectors import totals_differ
from claims.intake.undoing import refuse_where_built_on
from relief.errors import RuleBroken
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
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Needed where the totals differ from those that the sender declared; otherwise it may stay empty."),
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
        # A refusal of the form says the same, a second time.
        if not context["warning"] and not context["form"].errors and totals_differ(self.row):
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
        states = dict(self.row.amendments.order_by().values_list("state").annotate(Count("pk")))
        return [
            *super().facts(),
            (_("Claims that are removed"), f"{self.row.rows_new:,}"),
            (_("Sum of their losses"), format_won(int(self.row.sum_of_losses))),
            (_("Changed claims that are put back"), f"{states.get('applied', 0):,}"),
            (_("Amendments that are withdrawn"), f"{states.get('waiting', 0):,}"),
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


def import_urls(model_admin: Any) -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses of these pages beneath the list of imports."""
    pages = (("accept", AcceptPage), ("refuse", RefusePage), ("reopen", ReopenPage), ("undo", UndoPage))
    return tuple(
        (f"<path:object_id>/{name}/", f"claims_claimimport_{name}", page.as_view(model_admin=model_admin))
        for name, page in pages
    )
