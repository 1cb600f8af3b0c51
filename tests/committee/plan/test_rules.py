"""A policy as one list of branches: at every bound, and equal in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from committee.plan.rules import (
    VERDICT_COLUMNS,
    Facts,
    amount_sql,
    branch_sql,
    branches_of,
    missing_evidence,
    missing_sql,
    tier_of,
    verdict_on,
    verdicts_sql,
)
from committee.plan.terms import PolicyTerms, TierDraft, TierTerms, bounds_of, fault_of
from relief.money import MAX_WON

FIRST = TierTerms(1, 1, 1, 300_001, 30_000)
SECOND = TierTerms(2, 2, 300_001, 500_001, 50_000)
ABOVE = TierTerms(3, 3, 500_001, None, None)
TIERS = (FIRST, SECOND, ABOVE)
COMMITTEE = PolicyTerms(("small_business",), TIERS)
KINDS = ("small_business_certificate", "proof_of_lost_sales", "proof_of_business_use")
BOUNDS = [
    (None, "no_loss", 0),
    (0, "no_loss", 0),
    (1, "tier", 30_000),
    (299_999, "tier", 30_000),
    (300_000, "tier", 30_000),
    (300_001, "tier", 50_000),
    (500_000, "tier", 50_000),
    (500_001, "above_tiers", 0),
    (MAX_WON, "above_tiers", 0),
]
TYPES = {
    "operator_kind": "text",
    "admission": "text",
    "nature": "text",
    "reporter_type": "text",
    "loss": "bigint",
    "pricing": "text",
    "service": "bigint",
    "round": "bigint",
    "evidence": "text[]",
}

Said = tuple[str, str, int | None, int, tuple[str, ...]]


def by_rule(facts: Facts, terms: PolicyTerms) -> Said:
    """Return outcome, reason, key of the tier, won and missing evidence, by the Python rule."""
    verdict = verdict_on(facts, branches_of(terms))
    key = None if verdict.tier is None else verdict.tier.key
    missing = missing_evidence(verdict, facts, terms.required_evidence)
    return verdict.outcome, verdict.reason, key, verdict.amount(facts.loss), missing


def by_sql(facts: Facts, terms: PolicyTerms) -> Said:
    """Return what PostgreSQL makes of the same facts by the same description."""
    branches = branches_of(terms)
    case, case_values = branch_sql(branches, {name: f"f.{name}" for name in TYPES})
    verdicts, verdict_values = verdicts_sql(branches)
    given = {name: getattr(facts, name) for name in TYPES} | {"evidence": sorted(facts.evidence) or None}
    columns = ", ".join(f"%s::{kind} AS {name}" for name, kind in TYPES.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v ({VERDICT_COLUMNS}) AS ({verdicts}) SELECT v.outcome, v.reason_code, v.tier_id, "
            f"{amount_sql('v', 'f.loss')}, {missing_sql('v', 'f.evidence')} "
            f"FROM (SELECT {columns}) f JOIN v ON v.branch = {case}",
            [*verdict_values, list(terms.required_evidence), *given.values(), *case_values],
        )
        outcome, reason, key, amount, missing = cursor.fetchone()
    return outcome, reason, key, amount, tuple(missing or ())


def small_business(loss: int | None, **facts: Any) -> Facts:
    return Facts("company", "regular", "monetary", "small_business", loss, **facts)


@pytest.mark.parametrize(("loss", "reason", "won"), BOUNDS)
def test_bound_by_rule(loss: int | None, reason: str, won: int) -> None:
    verdict = tier_of(loss, TIERS)
    assert (verdict.reason, verdict.amount(loss)) == (reason, won)
    assert by_rule(small_business(loss), COMMITTEE)[1::2] == (reason, won)


@pytest.mark.django_db
@pytest.mark.parametrize(("loss", "reason", "won"), BOUNDS)
def test_bound_by_sql(loss: int | None, reason: str, won: int) -> None:
    assert by_sql(small_business(loss), COMMITTEE)[1::2] == (reason, won)


SHARE = PolicyTerms(("small_business",), (TierTerms(1, 1, 1, None, None, 1_250, 10_000, 2_000_000),))
SHARES = [(1, 10_000), (80_000, 10_000), (80_008, 10_001), (1_000_000, 125_000), (16_000_001, 2_000_000)]


@pytest.mark.django_db
@pytest.mark.parametrize(("loss", "won"), [*SHARES, (MAX_WON, 2_000_000)])
def test_share_of_the_loss_has_a_floor_and_a_cap(loss: int, won: int) -> None:
    expected: Said = ("supported", "tier", 1, won, ())
    assert (by_rule(small_business(loss), SHARE), by_sql(small_business(loss), SHARE)) == (expected, expected)


@pytest.mark.django_db
def test_whole_share_without_cap_of_the_largest_loss() -> None:
    terms = PolicyTerms(("small_business",), (TierTerms(1, 1, 1, None, None, 10_000, 1, None),))
    facts = small_business(MAX_WON)
    assert by_rule(facts, terms) == by_sql(facts, terms) == ("supported", "tier", 1, MAX_WON, ())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ((), ("proof_missing", "proof_missing", 2, 0, KINDS)),
        (("other",), ("proof_missing", "proof_missing", 2, 0, KINDS)),
        (KINDS[:1], ("proof_missing", "proof_missing", 2, 0, KINDS[1:])),
        (KINDS, ("supported", "tier", 2, 70_000, ())),
    ],
)
def test_tier_that_needs_proof_names_what_is_missing(evidence: Any, expected: Said) -> None:
    tiers = (FIRST, TierTerms(2, 2, 300_001, None, 70_000, needs_proof=True))
    terms = PolicyTerms(("small_business",), tiers, required_evidence=KINDS)
    facts = small_business(400_000, evidence=frozenset(evidence))
    assert by_rule(facts, terms) == by_sql(facts, terms) == expected
    assert by_rule(small_business(300_000), terms)[0] == "supported"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (small_business(1, pricing="free", service=7, round=3), "pricing"),
        (small_business(1, pricing="paid", service=8, round=3), "service"),
        (small_business(1, pricing="paid", service=7, round=4), "round"),
        (small_business(1, pricing="paid", service=7, round=None), "round"),
        (small_business(1, pricing="paid", service=7, round=3), "tier"),
    ],
)
def test_policy_for_some_services_and_rounds_only(facts: Facts, reason: str) -> None:
    terms = PolicyTerms(("small_business",), TIERS, pricing=("paid",), services=(7,), rounds=(3,))
    assert (by_rule(facts, terms)[1], by_sql(facts, terms)[1]) == (reason, reason)


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
    assert by_rule(facts, COMMITTEE)[1] == reason


LOSSES = st.none() | st.integers(0, MAX_WON) | st.sampled_from([loss for loss, _reason, _won in BOUNDS])
FACTS = st.builds(
    Facts,
    st.sampled_from(["company", "affiliate"]),
    st.sampled_from(["regular", "late", "inadmissible"]),
    st.sampled_from(["monetary", "inquiry"]),
    st.sampled_from(["general_user", "small_business", "enterprise", "unknown"]),
    LOSSES,
    st.sampled_from(["paid", "free", "unknown"]),
    st.integers(1, 3),
    st.none() | st.integers(1, 3),
    st.sets(st.sampled_from(KINDS)).map(frozenset),
)
WON = st.integers(1, 10**6)


@st.composite
def gifts(draw: Any) -> dict[str, Any]:
    """What a tier gives: a fixed amount, a share with its floor and perhaps a cap, or the committee."""
    kind = draw(st.sampled_from(["fixed", "share", "review"]))
    if kind == "fixed":
        return {"amount": draw(WON)}
    if kind == "review":
        return {}
    floor = draw(WON)
    return {
        "share_bp": draw(st.integers(1, 10_000)),
        "floor": floor,
        "cap": draw(st.none() | st.integers(floor, 10**7)),
    }


@st.composite
def policies(draw: Any) -> PolicyTerms:
    """Sound policies of one to five tiers with any rising bounds and any conditions."""
    tops = sorted(draw(st.sets(st.integers(1, 10**7) | st.sampled_from([300_000, 500_000]), max_size=4)))
    proof_from = draw(st.integers(0, 6))
    drafts = [
        TierDraft(top, **draw(gifts()), needs_proof=number >= proof_from) for number, top in enumerate([*tops, None])
    ]
    assert fault_of(drafts) is None
    tiers = tuple(
        TierTerms(number, number, *bounds, draft.amount, draft.share_bp, draft.floor, draft.cap, draft.needs_proof)
        for number, (draft, bounds) in enumerate(zip(drafts, bounds_of(drafts), strict=True), 1)
    )
    types = draw(st.sets(st.sampled_from(["general_user", "small_business", "enterprise"]), min_size=1))
    return PolicyTerms(
        tuple(sorted(types)),
        tiers,
        pricing=tuple(sorted(draw(st.sets(st.sampled_from(["paid", "free"]))))),
        services=tuple(sorted(draw(st.sets(st.integers(1, 3), max_size=2)))),
        rounds=tuple(sorted(draw(st.sets(st.integers(1, 3), max_size=2)))),
        required_evidence=tuple(kind for kind in KINDS if draw(st.booleans())),
    )


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FACTS, terms=policies())
def test_rule_and_sql_say_the_same(facts: Facts, terms: PolicyTerms) -> None:
    assert by_sql(facts, terms) == by_rule(facts, terms)


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
        ([TierDraft(None, 1, share_bp=1, floor=1)], "amount_or_share"),
        ([TierDraft(None, floor=1)], "share_missing"),
        ([TierDraft(None, cap=1)], "share_missing"),
        ([TierDraft(None, share_bp=0, floor=1)], "share_of_the_loss"),
        ([TierDraft(None, share_bp=10_001, floor=1)], "share_of_the_loss"),
        ([TierDraft(None, share_bp=100)], "share_has_floor"),
        ([TierDraft(None, share_bp=100, floor=0)], "share_has_floor"),
        ([TierDraft(None, share_bp=100, floor=2, cap=1)], "cap_below_floor"),
        ([TierDraft(1, 1, needs_proof=True), TierDraft(None, 1)], "proof_rises"),
        ([TierDraft(1, 1, needs_proof=True), TierDraft(None)], None),
        ([TierDraft(None, share_bp=10_000, floor=1, cap=1)], None),
        ([TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None)], None),
        ([TierDraft(None, 10_000)], None),
    ],
)
def test_fault_of_tiers(drafts: list[TierDraft], fault: str | None) -> None:
    assert fault_of(drafts) == fault


def test_bounds_of_inclusive_won() -> None:
    drafts = [TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None)]
    assert bounds_of(drafts) == [(1, 300_001), (300_001, 500_001), (500_001, None)]
