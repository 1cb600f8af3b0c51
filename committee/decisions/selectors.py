"""Questions about decisions that more than one page asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from claims.register.holds import Step, held
from claims.register.models import Claim
from claims.triage.models import Classification
from committee.decisions.models import Decision, DecisionRun
from committee.plan.policies import PolicyState, TierPolicy
from relief import clock


def _without_decision(incident_id: int) -> QuerySet[Claim]:
    first = Decision.objects.filter(claim=OuterRef("pk"), supersedes__isnull=True)
    return Claim.objects.filter(~Exists(first), incident_id=incident_id)


def undecided_claims(incident_id: int) -> QuerySet[Claim]:
    """Return the classified claims of an incident that have no decision and that nothing keeps from one."""
    classified = Exists(Classification.objects.filter(claim=OuterRef("pk")))
    return _without_decision(incident_id).filter(classified, ~held(Step.DECISION))


def unclassified_claims(incident_id: int) -> QuerySet[Claim]:
    """Return the claims of an incident that a run passes over: no classification and no decision."""
    return _without_decision(incident_id).filter(~Exists(Classification.objects.filter(claim=OuterRef("pk"))))


@dataclass(frozen=True, slots=True)
class RunShare:
    """What one outcome, reason and tier came to in a run: claims, and won in all."""

    outcome: str
    reason_code: str
    tier_number: int | None
    claims: int
    cost: int

    @property
    def outcome_label(self) -> str:
        """The outcome in the active language."""
        return str(Decision.Outcome(self.outcome).label)

    @property
    def reason_label(self) -> str:
        """The reason in the active language."""
        return str(Decision.Reason(self.reason_code).label)


def shares_of(run: DecisionRun) -> list[RunShare]:
    """Return counts and sums of a run per outcome, reason and tier; supported first, then review, then the refused."""
    rows = (
        Decision.objects.filter(run=run)
        .values_list("outcome", "reason_code", "tier__number")
        .annotate(claims=Count("pk"), cost=Sum("amount"))
        .order_by()
    )
    order = [Decision.Outcome.SUPPORTED, Decision.Outcome.REVIEW, Decision.Outcome.NOT_ELIGIBLE]
    shares = [RunShare(*row) for row in rows]
    return sorted(shares, key=lambda share: (order.index(Decision.Outcome(share.outcome)), share.tier_number or 0))


def policy_of(decision: Decision) -> TierPolicy | None:
    """Return the policy that a decision rests on.

    A correction has none of its own: then that of the decision before it, and last the one in force.
    """
    link: Decision | None = decision
    while link is not None:
        if link.policy is not None:
            return link.policy
        link = link.supersedes
    adopted = TierPolicy.objects.filter(incident_id=decision.claim.incident_id, state=PolicyState.ADOPTED)
    return adopted.order_by("measure").first()


def last_day_to_object(decision: Decision) -> date | None:
    """Return the last Seoul day to object to a decision; its own day does not count. None: no policy says how long."""
    policy = policy_of(decision)
    if policy is None:
        return None
    return decision.decided_at.astimezone(clock.SEOUL).date() + timedelta(days=policy.objection_days)
