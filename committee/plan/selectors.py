"""Questions about the plan: what measures are worth, what a policy says, and what it would decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from claims.catalogue.models import Incident, ReporterType
from committee.plan.models import Measure, Tier, TierPolicy
from committee.plan.rules import Branch, TierTerms, Verdict, branch_sql, branches_of

CLAIM_COLUMNS = {
    "operator_kind": "t.operator_kind",
    "admission": "c.admission",
    "nature": "t.nature",
    "reporter_type": "t.reporter_type",
    "loss": "c.claimed_loss",
}
"""Where the facts of a claim stand: `c` is claims_claim, `t` its claims_classification."""


def measure_value(measure: Measure) -> int | None:
    """Return unit value times pieces over all items, times the quota or else the recipients, in won.

    None where a value or the number of recipients is not known; a "value up to" counts with its upper end.
    """
    people = measure.quota if measure.quota is not None else measure.recipients
    values = [item.unit_value_to if item.unit_value_to is not None else item.unit_value for item in measure.items.all()]
    if people is None or not values or None in values:
        return None
    each = sum(
        value * item.pieces for value, item in zip(values, measure.items.all(), strict=True) if value is not None
    )
    return each * people


def package_value(incident: Incident | int) -> int:
    """Return the value of the general-user package in won: the decided measures for general users together.

    Programme: 312.0 + 240.0 + 5.7 = 557.7 billion won.
    """
    measures = Measure.objects.filter(
        incident=incident, reporter_type=ReporterType.GENERAL_USER, state=Measure.State.DECIDED
    ).prefetch_related("items")
    return sum(measure_value(measure) or 0 for measure in measures)


def terms_of(tiers: Sequence[Tier]) -> list[TierTerms]:
    """Return tier rows as the values that the rules read."""
    return [TierTerms(tier.pk, tier.number, tier.bounds.lower, tier.bounds.upper, tier.amount) for tier in tiers]


def policy_branches(policy: TierPolicy) -> tuple[Branch, ...]:
    """Return the description of a stored policy, see `committee.plan.rules`."""
    return branches_of(eligible_types=policy.eligible_types, tiers=terms_of(list(policy.tiers.all())))


@dataclass(frozen=True, slots=True)
class Share:
    """One verdict of a policy and the claims it falls on."""

    verdict: Verdict
    claims: int

    @property
    def cost(self) -> int:
        """What the claims of this share get together, in won."""
        return self.claims * self.verdict.amount


def effect_of(policy: TierPolicy) -> list[Share]:
    """Return what the policy says about all classified claims of its incident, branch by branch, in one query."""
    branches = policy_branches(policy)
    case, parameters = branch_sql(branches, CLAIM_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {case} AS branch, count(*) FROM claims_claim c "  # noqa: S608 - built of our own column names
            "JOIN claims_classification t ON t.claim_id = c.id WHERE c.incident_id = %s GROUP BY 1",
            [*parameters, policy.incident_id],
        )
        counts = dict(cursor.fetchall())
    return [Share(branch.verdict, counts.get(position, 0)) for position, branch in enumerate(branches)]
