"""What the page of a claim and the list of claims show of its decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.register.models import Claim
from claims.register.next_steps import LeadsTo
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Mark,
    Verdict,
    register_claim_marks,
    register_claim_panel,
    register_claim_tab,
    register_claim_verdict,
)
from claims.register.stages import Stage, declare_stage
from committee.decisions.models import Decision
from committee.decisions.sentences import explain
from relief.money import format_won

if TYPE_CHECKING:
    from relief.accounts.models import User

TONES = {
    Decision.Outcome.SUPPORTED: "success",
    Decision.Outcome.REVIEW: "warning",
    Decision.Outcome.NOT_ELIGIBLE: "default",
    Decision.Outcome.PROOF_MISSING: "warning",
}

LEADS_TO = {
    Decision.Outcome.SUPPORTED: LeadsTo.PAYMENT,
    Decision.Outcome.REVIEW: LeadsTo.COMMITTEE,
    Decision.Outcome.NOT_ELIGIBLE: LeadsTo.END,
    Decision.Outcome.PROOF_MISSING: LeadsTo.PROOF,
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
    decision = next(iter(decision_chain(claim)), None)
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


def decision_verdict(claim: Claim) -> Verdict | None:
    """Return the standing decision as the head of the claim's page tells it, or None."""
    standing = next(iter(decision_chain(claim)), None)
    if standing is None:
        return None
    return Verdict(mark_of(standing), standing.amount, LEADS_TO[Decision.Outcome(standing.outcome)])


def decision_chain(claim: Claim) -> list[Decision]:
    """Return every decision of the claim in one query, the standing one first, each before what it supersedes."""
    rows = list(Decision.objects.filter(claim=claim).select_related("tier__policy", "policy", "decided_by"))
    after = {row.supersedes_id: row for row in rows}
    chain: list[Decision] = []
    link = after.get(None)
    while link is not None:
        chain.append(link)
        link = after.get(link.pk)
    return chain[::-1]


def decision_tab(claim: Claim, _request: HttpRequest) -> dict[str, Any]:
    """Return the claim's decisions, each with its sentence and its mark."""
    return {"chain": [(row, explain(row), mark_of(row)) for row in decision_chain(claim)]}


register_claim_panel(place=20, permission="committee.view_decision", panel=decision_panel)
register_claim_marks(permission="committee.view_decision", marks=decision_marks)
register_claim_verdict(permission="committee.view_decision", verdict=decision_verdict)
register_claim_tab(
    ClaimTab(
        code="decision",
        title=gettext_lazy("Decision"),
        place=60,
        permission="committee.view_decision",
        template="admin/committee/claim_decision.html",
        context=decision_tab,
    )
)
declare_stage(Stage(40, "decided", gettext_lazy("Decision made"), Decision.objects.all, "info"))
