"""Pages that set a budget, and that reserve and release a part of it by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from committee.ledger import services
from committee.ledger.rules import Standing
from committee.ledger.selectors import reserved_for, standing_of
from committee.panel import person
from relief.money import MAX_WON, format_won
from relief.site.pages import ActPage, ReasonForm


class AmountForm(ReasonForm):
    """A whole amount in won, and why."""

    won = forms.IntegerField(
        label=_("Amount (won)"), min_value=0, max_value=MAX_WON, widget=UnfoldAdminIntegerFieldWidget
    )
    field_order = ("won", "reason")


class _BookPage(ActPage):
    permission_required = "committee.set_budget"
    form_class = AmountForm

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Measure"), self.row), *standing_facts(standing_of(self.row))]


class BudgetPage(_BookPage):
    """Sets the budget; the difference to the one before is posted."""

    title = _("Set the budget")
    submit_label = _("Set the budget")

    def get_initial(self) -> dict[str, Any]:
        return {"won": standing_of(self.row).budget}

    def act(self, form: forms.Form) -> Any:
        won, reason = form.cleaned_data["won"], form.cleaned_data["reason"]
        services.set_budget(by=person(self.request), book=self.row, won=won, reason=reason)
        return _("The budget of %(book)s is %(won)s now.") % {"book": self.row, "won": format_won(won)}


class ReservePage(_BookPage):
    """Sets a part of the budget aside."""

    title = _("Reserve a part of the budget")
    submit_label = _("Reserve this amount")

    def act(self, form: forms.Form) -> Any:
        won, reason = form.cleaned_data["won"], form.cleaned_data["reason"]
        services.reserve_by_hand(by=person(self.request), book=self.row, won=won, reason=reason)
        return _("%(won)s of %(book)s is reserved.") % {"book": self.row, "won": format_won(won)}


class ReleasePage(_BookPage):
    """Sets free what was reserved by hand."""

    title = _("Release a reservation")
    submit_label = _("Release this amount")
    warning = _("Only what was reserved by hand is released here; a tier policy's reservation ends with the policy.")

    def facts(self) -> list[tuple[Any, Any]]:
        return [*super().facts(), (_("Reserved by hand"), format_won(reserved_for(self.row, "")))]

    def act(self, form: forms.Form) -> Any:
        won, reason = form.cleaned_data["won"], form.cleaned_data["reason"]
        services.release_by_hand(by=person(self.request), book=self.row, won=won, reason=reason)
        return _("%(won)s of %(book)s is free again.") % {"book": self.row, "won": format_won(won)}


def budget_words(standing: Standing) -> Any:
    """Return the budget, or that none is set."""
    return _("No budget set") if standing.budget is None else format_won(standing.budget)


def available_words(standing: Standing) -> Any:
    """Return what is left of the budget, or that nothing limits it."""
    return _("Without limit") if standing.available is None else format_won(standing.available)


def standing_facts(standing: Standing) -> list[tuple[Any, Any]]:
    """Return what stands in a book, label and amount."""
    return [
        (_("Budget"), budget_words(standing)),
        (_("Reserved"), format_won(standing.of("reserved"))),
        (_("Committed"), format_won(standing.of("committed"))),
        (_("Available"), available_words(standing)),
    ]
