"""A policy as one list of branches: at every bound, and equal in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from committee.plan.rules import (
    Facts,
    TierDraft,
    TierTerms,
    Verdict,
    bounds_of,
    branch_sql,
    branches_of,
    fault_of,
    tier_of,
    verdict_on,
    verdicts_sql,
)
from relief.money import MAX_WON

FIRST = TierTerms(1, 1, 1, 300_001, 30_000)
SECOND = TierTerms(2, 2, 300_001, 500_001, 50_000)
ABOVE = TierTerms(3, 3, 500_001, None, None)
TIERS = (FIRST, SECOND, ABOVE)
NONE = Verdict("not_eligible", "no_loss")
GRANT_30, GRANT_50 = Verdict("supported", "tier", 30_000, FIRST), Verdict("supported", "tier", 50_000, SECOND)
REVIEW = Verdict("review", "above_tiers", 0, ABOVE)
COLUMNS = {name: name for name in ("operator_kind", "admission", "nature", "reporter_type", "loss")}
BOUNDS = [
    (None, NONE),
    (0, NONE),
    (1, GRANT_30),
    (299_999, GRANT_30),
    (300_000, GRANT_30),
    (300_001, GRANT_50),
    (500_000, GRANT_50),
    (500_001, REVIEW),
    (MAX_WON, REVIEW),
]


def by_sql(facts: Facts, branches: Any) -> Verdict:
    """Return what PostgreSQL makes of the same facts by the same description."""
    case, case_values = branch_sql(branches, COLUMNS)
    verdicts, verdict_values = verdicts_sql(branches)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v (branch, outcome, reason, amount, tier) AS ({verdicts}) "
            "SELECT v.outcome, v.reason, v.amount, v.tier FROM (SELECT %s AS operator_kind, %s AS admission, "
            "%s AS nature, %s AS reporter_type, %s::bigint AS loss) f "
            f"JOIN v ON v.branch = {case}",
            [
                *verdict_values,
                facts.operator_kind,
                facts.admission,
                facts.nature,
                facts.reporter_type,
                facts.loss,
                *case_values,
            ],
        )
        outcome, reason, amount, key = cursor.fetchone()
    tiers = {branch.verdict.tier.key: branch.verdict.tier for branch in branches if branch.verdict.tier}
    return Verdict(outcome, reason, amount, tiers.get(key))


def small_business(loss: int | None) -> Facts:
    return Facts("company", "regular", "monetary", "small_business", loss)


@pytest.mark.parametrize(("loss", "verdict"), BOUNDS)
def test_bound_by_rule(loss: int | None, verdict: Verdict) -> None:
    assert tier_of(loss, TIERS) == verdict
    assert verdict_on(small_business(loss), branches_of(eligible_types=["small_business"], tiers=TIERS)) == verdict


@pytest.mark.django_db
@pytest.mark.parametrize(("loss", "verdict"), BOUNDS)
def test_bound_by_sql(loss: int | None, verdict: Verdict) -> None:
    assert by_sql(small_business(loss), branches_of(eligible_types=["small_business"], tiers=TIERS)) == verdict


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts("affiliate", "late", "inquiry", "general_user", None), "affiliate"),
        (Facts("company", "late", "inquiry", "general_user", None), "not_admitted"),
        (Facts("company", "inadmissible", "monetary", "small_business", 1), "not_admitted"),
        (Facts("company", "regular", "inquiry", "general_user", 1), "inquiry"),
        (Facts("company", "regular", "monetary", "general_user", 1), "reporter_type"),
        (Facts("company", "regular", "monetary", "enterprise", 1), "reporter_type"),
        (Facts("company", "regular", "monetary", "unknown", None), "reporter_type"),
        (Facts("company", "regular", "monetary", "small_business", None), "no_loss"),
    ],
)
def test_refusals_come_in_their_order(facts: Facts, reason: str) -> None:
    assert verdict_on(facts, branches_of(eligible_types=["small_business"], tiers=TIERS)).reason == reason


FACTS = st.builds(
    Facts,
    st.sampled_from(["company", "affiliate"]),
    st.sampled_from(["regular", "late", "inadmissible"]),
    st.sampled_from(["monetary", "inquiry"]),
    st.sampled_from(["general_user", "small_business", "enterprise", "unknown"]),
    st.none() | st.integers(0, MAX_WON) | st.sampled_from([value for value, _verdict in BOUNDS]),
)


@st.composite
def policies(draw: Any) -> Any:
    """Policies of one to five tiers with any rising bounds."""
    tops = sorted(draw(st.sets(st.integers(1, 10**7) | st.sampled_from([300_000, 500_000]), max_size=4)))
    drafts = [TierDraft(top, draw(st.none() | st.integers(1, 10**6))) for top in [*tops, None]]
    tiers = [
        TierTerms(number, number, lower, upper, draft.amount)
        for number, (draft, (lower, upper)) in enumerate(zip(drafts, bounds_of(drafts), strict=True), 1)
    ]
    types = draw(st.sets(st.sampled_from(["general_user", "small_business", "enterprise"]), min_size=1))
    return branches_of(eligible_types=sorted(types), tiers=tiers)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FACTS, branches=policies())
def test_rule_and_sql_say_the_same(facts: Facts, branches: Any) -> None:
    assert by_sql(facts, branches) == verdict_on(facts, branches)


def test_gap_between_tiers_is_an_error() -> None:
    with pytest.raises(LookupError):
        tier_of(300_001, (FIRST, ABOVE))


@pytest.mark.parametrize(
    ("drafts", "fault"),
    [
        ([], "no_tiers"),
        ([TierDraft(300_000, 30_000)], "last_tier_open"),
        ([TierDraft(None, 1), TierDraft(None, None)], "only_last_tier_open"),
        ([TierDraft(500_000, 1), TierDraft(300_000, 2), TierDraft(None, None)], "bounds_rise"),
        ([TierDraft(300_000, 1), TierDraft(300_000, 2), TierDraft(None, None)], "bounds_rise"),
        ([TierDraft(0, 1), TierDraft(None, None)], "bounds_rise"),
        ([TierDraft(300_000, 0), TierDraft(None, None)], "amount_above_zero"),
        ([TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None)], None),
        ([TierDraft(None, 10_000)], None),
    ],
)
def test_fault_of_tiers(drafts: list[TierDraft], fault: str | None) -> None:
    assert fault_of(drafts) == fault


def test_bounds_of_inclusive_won() -> None:
    drafts = [TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None)]
    assert bounds_of(drafts) == [(1, 300_001), (300_001, 500_001), (500_001, None)]
