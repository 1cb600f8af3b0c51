"""Questions about the plan: what measures are worth, what a policy says, and what it would decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from claims.catalogue.models import Incident, ReporterType
from committee.ledger.selectors import standing_of
from committee.plan.models import Measure
from committee.plan.policies import Tier, TierPolicy
from committee.plan.rules import VERDICT_COLUMNS, Branch, Verdict, amount_sql, branch_sql, branches_of, verdicts_sql
from committee.plan.terms import PolicyTerms, TierTerms

CLAIM_COLUMNS = {
    "operator_kind": "t.operator_kind",
    "admission": "c.admission",
    "nature": "t.nature",
    "reporter_type": "t.reporter_type",
    "loss": "c.claimed_loss",
    "pricing": "t.pricing",
    "service": "c.service_id",
    "round": "c.intake_round_id",
    "evidence": "e.kinds",
}
"""Where the facts of a claim stand in `FACTS_FROM`."""
FACTS_FROM = """
    claims_claim c
    JOIN claims_classification t ON t.claim_id = c.id
    LEFT JOIN (SELECT claim_id, array_agg(DISTINCT kind ORDER BY kind)::text[] AS kinds
               FROM claims_evidence WHERE state = 'accepted' GROUP BY 1) e ON e.claim_id = c.id
"""
"""The classified claims (`c`), their classification (`t`) and the kinds of their accepted evidence (`e`)."""


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


def budget_of(measure: Measure) -> int | None:
    """Return the budget of a measure in won, or the upper end of its expected cost where none is set; None: neither."""
    budget = standing_of(measure.book).budget
    return measure.expected_cost_to if budget is None else budget


def package_value(incident: Incident | int) -> int:
    """Return the value of the general-user package in won: the decided measures for general users together.

    Programme: 312.0 + 240.0 + 5.7 = 557.7 billion won.
    """
    measures = Measure.objects.filter(
        incident=incident, reporter_type=ReporterType.GENERAL_USER, state=Measure.State.DECIDED
    ).prefetch_related("items")
    return sum(measure_value(measure) or 0 for measure in measures)


def terms_of(tiers: Sequence[Tier]) -> tuple[TierTerms, ...]:
    """Return tier rows as the values that the rules read."""
    return tuple(
        TierTerms(
            tier.pk,
            tier.number,
            tier.bounds.lower,
            tier.bounds.upper,
            tier.amount,
            tier.share_bp,
            tier.floor,
            tier.cap,
            tier.needs_proof,
        )
        for tier in tiers
    )


def policy_terms(policy: TierPolicy) -> PolicyTerms:
    """Return a stored policy as the values that the rules read."""
    return PolicyTerms(
        eligible_types=tuple(policy.eligible_types),
        tiers=terms_of(list(policy.tiers.all())),
        pricing=tuple(policy.pricing),
        services=tuple(policy.services),
        rounds=tuple(policy.rounds),
        required_evidence=tuple(policy.required_evidence),
    )


def policy_branches(policy: TierPolicy) -> tuple[Branch, ...]:
    """Return the description of a stored policy, see `committee.plan.rules`."""
    return branches_of(policy_terms(policy))


@dataclass(frozen=True, slots=True)
class Share:
    """One verdict of a policy, the claims it falls on, and what they get together in won."""

    verdict: Verdict
    claims: int
    cost: int


def effect_of(policy: TierPolicy) -> list[Share]:
    """Return what the policy says about all classified claims of its incident, branch by branch, in one query."""
    branches = policy_branches(policy)
    case, case_parameters = branch_sql(branches, CLAIM_COLUMNS)
    verdicts, verdict_parameters = verdicts_sql(branches)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v ({VERDICT_COLUMNS}) AS ({verdicts}), "  # noqa: S608 - built of our own column names
            f"f AS (SELECT {case} AS branch, c.claimed_loss AS loss FROM {FACTS_FROM} WHERE c.incident_id = %s) "
            f"SELECT v.branch, count(*), sum({amount_sql('v', 'f.loss')}) "
            "FROM f JOIN v USING (branch) GROUP BY 1",
            [*verdict_parameters, *case_parameters, policy.incident_id],
        )
        found = {position: (claims, int(cost)) for position, claims, cost in cursor.fetchall()}
    return [Share(branch.verdict, *found.get(position, (0, 0))) for position, branch in enumerate(branches)]
