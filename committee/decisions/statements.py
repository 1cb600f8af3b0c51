"""The SQL that decides claims set by set: verdict, amount and facts of every claim that a condition lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from claims.register.holds import Step, held_keys_sql
from committee.plan.policies import TierPolicy
from committee.plan.rules import VERDICT_COLUMNS, amount_sql, branch_sql, branches_of, missing_sql, verdicts_sql
from committee.plan.selectors import CLAIM_COLUMNS, FACTS_FROM, policy_terms

_SAID = {
    "claim_id": "c.id",
    "tier_id": "v.tier_id",
    "outcome": "v.outcome",
    "reason_code": "v.reason_code",
    "amount": amount_sql("v", "c.claimed_loss"),
    "missing_evidence": missing_sql("v", "e.kinds"),
    "fact_loss": "c.claimed_loss",
    "fact_reporter_type": "t.reporter_type",
    "fact_pricing": "t.pricing",
    "fact_nature": "t.nature",
    "fact_admission": "c.admission",
    "fact_operator_kind": "t.operator_kind",
    "fact_service_id": "c.service_id",
    "fact_round_id": "c.intake_round_id",
    "fact_evidence": "e.kinds",
}
SAID_COLUMNS = tuple(_SAID)
"""The columns of a decision that a policy and the facts of a claim say; the rest says who and when."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of SQL and the parameters of its placeholders, in their order."""

    sql: str
    parameters: list[Any]


def verdicts(policy: TierPolicy) -> Statement:
    """Return the common table expression `v` of a policy's verdicts."""
    rows, parameters = verdicts_sql(branches_of(policy_terms(policy)))
    return Statement(f"v ({VERDICT_COLUMNS}) AS ({rows})", parameters)


def said(
    policy: TierPolicy, *, extra: str = "", joins: str = "", where: str = "TRUE", values: Sequence[Any] = ()
) -> Statement:
    """Return a SELECT of `SAID_COLUMNS` of the classified claims of the policy's incident that nothing holds.

    It reads `v` (see `verdicts`), the claim `c`, its classification `t` and its evidence `e`. `extra` names further
    columns, `joins` and `where` narrow it further; `values` are the parameters of `where`.
    """
    terms = policy_terms(policy)
    case, case_parameters = branch_sql(branches_of(terms), CLAIM_COLUMNS)
    held, held_parameters = held_keys_sql(Step.DECISION)
    columns = ", ".join(f"{expression} AS {name}" for name, expression in _SAID.items())
    return Statement(
        f"""
        SELECT {columns}{extra}
        FROM {FACTS_FROM} {joins}
        LEFT JOIN v ON v.branch = {case}
        WHERE c.incident_id = %s AND {where}
          AND NOT EXISTS (SELECT FROM ({held}) held (claim_id) WHERE held.claim_id = c.id)
        """,  # noqa: S608 - built of our own column names, values are parameters
        [list(terms.required_evidence), *case_parameters, policy.incident_id, *values, *held_parameters],
    )
