"""Top-ups and recoveries in the back office: what deciding anew would change for claims in payment."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.decisions.adjusting import PERMISSION
from committee.decisions.adjustments import Adjustment
from committee.decisions.pages import AcceptPage, DismissPage
from committee.decisions.sentences import explain
from committee.panel import Act, Panel, PanelAdmin
from relief.money import format_signed_won, format_won
from relief.site.home import Card, register_card

STATE_COLOURS = {
    Adjustment.State.OPEN: "warning",
    Adjustment.State.ACCEPTED: "success",
    Adjustment.State.DISMISSED: "default",
    Adjustment.State.REPLACED: "default",
}


@admin.register(Adjustment)
class AdjustmentAdmin(PanelAdmin):
    """Proposals with what was decided and what would be; settling is a page of its own."""

    list_display = ("receipt_number", "kind_text", "before_text", "after_text", "difference_text", "state_word", "run")
    list_filter = ("state", "run")
    list_select_related = ("claim", "decision", "run__policy__measure")
    search_fields = ("claim__receipt_number__exact",)
    search_help_text = _("Receipt number, whole")
    empty = _("No proposal stands here. One comes where deciding anew would change a paid claim.")
    fields = (
        "receipt_number",
        "kind_text",
        ("before_text", "after_text", "difference_text"),
        "outcome",
        "run",
        "created_at",
        ("settled_by_name", "settled_at"),
        "reason",
        ("decision", "followed_by"),
    )

    @display(description=_("receipt number"))
    def receipt_number(self, row: Adjustment) -> str:
        return row.claim.receipt_number

    @display(description=_("kind"))
    def kind_text(self, row: Adjustment) -> str:
        return row.kind_word

    @display(description=_("before"))
    def before_text(self, row: Adjustment) -> str:
        return format_won(row.decision.amount)

    @display(description=_("after"))
    def after_text(self, row: Adjustment) -> str:
        return format_won(row.amount)

    @display(description=_("difference"), ordering="difference")
    def difference_text(self, row: Adjustment) -> str:
        return format_signed_won(row.difference)

    @display(description=_("settled by"))
    def settled_by_name(self, row: Adjustment) -> str:
        return str(row.settled_by or "–")

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_word(self, row: Adjustment) -> Any:
        return row.state, row.get_state_display()

    def panel(self, request: HttpRequest, row: Adjustment) -> Panel:
        acts = [
            Act(_("Open the decision before"), reverse("admin:committee_decision_change", args=(row.decision_id,)),
                secondary=True)
        ]  # fmt: skip
        if row.state == Adjustment.State.OPEN and request.user.has_perm(PERMISSION):
            ran = row.run is not None and row.run.run_by == request.user
            why_not = _("You ran these decisions; another person settles them.") if ran else ""
            acts.append(Act(_("Accept and decide"), self.page_of(row, "accept"), why_not=why_not))
            acts.append(
                Act(
                    _("Dismiss and let the decisions stand"), self.page_of(row, "dismiss"), why_not=why_not, danger=True
                )
            )
        return Panel(sentence=explain(row.decision), acts=acts)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("<path:object_id>/accept/", "committee_adjustment_accept", AcceptPage.as_view(model_admin=self)),
            ("<path:object_id>/dismiss/", "committee_adjustment_dismiss", DismissPage.as_view(model_admin=self)),
        )


def adjustments_card(user: Any) -> Card | None:
    """Return how many proposals wait for a person."""
    count = Adjustment.objects.visible_to(user).filter(state=Adjustment.State.OPEN).count()
    if not count:
        return None
    sentence = _("Top-ups and recoveries wait for a person.")
    address = reverse("admin:committee_adjustment_changelist") + "?state__exact=open"
    return Card(_("Adjustments to settle"), count, sentence, address)


register_card(permission=PERMISSION, card=adjustments_card)
