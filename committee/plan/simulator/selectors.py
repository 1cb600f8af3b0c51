"""The groups of a simulation by one statement, the claims that a draft touches, and medians by service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from claims.triage.narrowing import Narrowing, claims_of
from committee.plan.rules import VERDICT_COLUMNS, amount_sql, branch_sql, branches_of, verdicts_sql
from committee.plan.selectors import CLAIM_COLUMNS, FACTS_FROM
from committee.plan.simulator.rules import Group, first_tier
from committee.plan.terms import PolicyTerms

PAGE = 50


@contextmanager
def reading() -> Iterator[None]:
    """Open a transaction that can write nothing: whatever a simulation does, it leaves no trace in a decision."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        # Compiling these statements takes longer than running them.
        cursor.execute("SET LOCAL jit = off")
        yield


def narrowed(narrowing: Narrowing, incident_id: int) -> tuple[str, list[Any]]:
    """Return a condition on `c`, with its parameters. Raises what `claims_of` raises."""
    if not narrowing:
        return "c.incident_id = %s", [incident_id]
    rows, parameters = claims_of(narrowing, incident_id=incident_id).values("pk").query.sql_with_params()
    return f"c.incident_id = %s AND c.id IN ({rows})", [incident_id, *parameters]


def groups_of(*, incident_id: int, variants: Sequence[PolicyTerms], narrowing: Narrowing) -> list[Group]:
    """Return the classified claims that the filter lets through, grouped by what the variants do with them.

    One statement, one pass over the claims. Raises RuleBroken(filter_not_valid, search_by_number).
    """
    described = [branches_of(terms) for terms in variants]
    cases, parameters = [], []
    for branches in described:
        case, values = branch_sql(branches, CLAIM_COLUMNS)
        cases.append(case)
        parameters += values
    proofs = []
    for terms in variants:
        if any(tier.needs_proof for tier in terms.tiers) and terms.required_evidence:
            proofs.append("COALESCE(e.kinds @> %s::text[], FALSE)")
            parameters.append(list(terms.required_evidence))
        else:
            proofs.append("TRUE")
    condition, values = narrowed(narrowing, incident_id)
    count = len(variants)
    columns = ", ".join(f"{expression} AS x{n}" for n, expression in enumerate([*cases, *proofs]))
    reaches = " OR ".join(f"x{n} >= {first_tier(branches)}" for n, branches in enumerate(described))
    keys = ", ".join(f"x{n}" for n in range(2 * count))
    statement = f"""
        SELECT {keys}, CASE WHEN {reaches} THEN loss END, count(*)
        FROM (SELECT {columns}, c.claimed_loss AS loss FROM {FACTS_FROM} WHERE {condition}) f
        GROUP BY {keys}, {2 * count + 1}
    """  # noqa: S608 - built of our own column names, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *values])
        return [
            Group(tuple(row[:count]), row[2 * count], tuple(row[count : 2 * count]), row[2 * count + 1])
            for row in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Affected:
    """One claim that a draft treats otherwise than the version it is held against."""

    claim_id: int
    receipt_number: str
    loss: int | None
    was: str
    won_before: int
    becomes: str
    won_after: int


def affected_claims(
    *, incident_id: int, before: PolicyTerms, after: PolicyTerms, narrowing: Narrowing, above: int = 0,
    limit: int | None = PAGE,
) -> list[Affected]:  # fmt: skip
    """Return the claims whose outcome or amount differs, by key, those above the key `above`; None: all of them.

    Raises RuleBroken(filter_not_valid, search_by_number).
    """
    parts, cases, parameters, case_parameters = [], [], [], []
    for n, terms in enumerate((before, after)):
        branches = branches_of(terms)
        verdicts, values = verdicts_sql(branches)
        parts.append(f"v{n} ({VERDICT_COLUMNS}) AS ({verdicts})")
        parameters += values
        case, values = branch_sql(branches, CLAIM_COLUMNS)
        cases.append(f"{case} AS x{n}")
        case_parameters += values
    condition, values = narrowed(narrowing, incident_id)
    statement = f"""
        WITH {", ".join(parts)},
        f AS (SELECT c.id, c.receipt_number, c.claimed_loss AS loss, {", ".join(cases)}
              FROM {FACTS_FROM} WHERE {condition} AND c.id > %s),
        told AS (SELECT f.id, receipt_number, loss, v0.outcome AS was, {amount_sql("v0", "loss")} AS won_before,
                        v1.outcome AS becomes, {amount_sql("v1", "loss")} AS won_after
                 FROM f JOIN v0 ON v0.branch = x0 JOIN v1 ON v1.branch = x1)
        SELECT * FROM told WHERE (was, won_before) IS DISTINCT FROM (becomes, won_after)
        ORDER BY id {"" if limit is None else f"LIMIT {limit:d}"}
    """  # noqa: S608 - built of our own column names, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *case_parameters, *values, above])
        return [Affected(*row) for row in cursor.fetchall()]


def medians_by_service(*, incident_id: int, terms: PolicyTerms) -> dict[int, tuple[int, int]]:
    """Return (claims, median loss in won) of the claims that reach the policy's tiers, by service."""
    branches = branches_of(terms)
    case, parameters = branch_sql(branches, CLAIM_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT service_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY loss) FROM ("  # noqa: S608
            f"SELECT c.service_id, c.claimed_loss AS loss, {case} AS x FROM {FACTS_FROM} WHERE c.incident_id = %s) f "
            f"WHERE x >= {first_tier(branches)} GROUP BY 1",
            [*parameters, incident_id],
        )
        return {service: (claims, median) for service, claims, median in cursor.fetchall()}
