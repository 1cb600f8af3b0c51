"""What the page of a claim and the list of claims show of its decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.register.models import Claim
from claims.register.panels import ClaimPanel, Mark, register_claim_marks, register_claim_panel
from committee.decisions.models import Decision
from committee.decisions.sentences import explain
from relief.money import format_won

if TYPE_CHECKING:
    from relief.accounts.models import User

TONES = {
    Decision.Outcome.SUPPORTED: "success",
    Decision.Outcome.REVIEW: "warning",
    Decision.Outcome.NOT_ELIGIBLE: "default",
}


def standing_decisions(keys: Sequence[int]) -> dict[int, Decision]:
    """Return the standing decision of each of these claims that has one, each link of corrections in one query."""
    related = Decision.objects.select_related("tier__policy", "decided_by")
    standing = {row.claim_id: row for row in related.filter(claim_id__in=keys, supersedes__isnull=True)}
    later = list(standing.values())
    while later:
        # By the key of the row before: it has an index, the claim of a later decision has none.
        later = list(related.filter(supersedes_id__in=[row.pk for row in later]))
        standing.update((row.claim_id, row) for row in later)
    return standing


def mark_of(decision: Decision) -> Mark:
    """Return the outcome as a coloured word, with the amount of a supported claim."""
    word = format_won(decision.amount) if decision.amount else str(decision.get_outcome_display())
    return Mark(word, TONES[Decision.Outcome(decision.outcome)])


def decision_marks(keys: Sequence[int]) -> dict[int, Mark]:
    """Return the mark of each of these claims that is decided."""
    return {key: mark_of(row) for key, row in standing_decisions(keys).items()}


def decision_panel(claim: Claim, _user: User) -> ClaimPanel:
    """Return what was decided on the claim, why, by whom and when."""
    decision = standing_decisions([claim.pk]).get(claim.pk)
    if decision is None:
        return ClaimPanel(_("Decision"), sentence=_("Not decided yet."))
    rows = [
        (_("Outcome"), str(decision.get_outcome_display())),
        (_("Support amount"), format_won(decision.amount) if decision.amount else "–"),
        (_("Decided by"), str(decision.decided_by)),
        (_("Decided at"), date_format(localtime(decision.decided_at), "SHORT_DATETIME_FORMAT")),
    ]
    if decision.fact_loss != claim.claimed_loss:
        rows.append((_("Loss as decided on"), format_won(decision.fact_loss)))
    address = reverse("admin:committee_decision_change", args=(decision.pk,))
    return ClaimPanel(_("Decision"), rows, explain(decision), mark_of(decision), address)


register_claim_panel(place=20, permission="committee.view_decision", panel=decision_panel)
register_claim_marks(permission="committee.view_decision", marks=decision_marks)
