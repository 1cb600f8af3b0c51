"""The arithmetic of a simulation, against brute force over every claim."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from committee.plan.rules import Facts, branches_of, verdict_on
from committee.plan.simulator.factors import Proposal
from committee.plan.simulator.rules import (
    MOVES,
    Class,
    Group,
    Shift,
    Spread,
    histogram_of,
    lines_of,
    moves_of,
    shifts_of,
    spread_of,
    winners_and_losers,
)
from committee.plan.simulator.snapshot import groups_by_rule, packed, terms_as_json, terms_from_json, unpacked
from committee.plan.terms import PolicyTerms, TierTerms
from tests.committee.plan.test_rules import FACTS, policies

COMMITTEE = PolicyTerms(
    ("small_business",),
    (
        TierTerms(1, 1, 1, 300_001, 30_000),
        TierTerms(2, 2, 300_001, 500_001, 50_000),
        TierTerms(3, 3, 500_001, None),
    ),
)
THIRD = PolicyTerms(
    ("small_business",),
    (
        TierTerms(1, 1, 1, 300_001, 30_000),
        TierTerms(2, 2, 300_001, 500_001, 50_000),
        TierTerms(3, 3, 500_001, 1_000_001, 70_000),
        TierTerms(4, 4, 1_000_001, None),
    ),
)
LOSSES = (1, 300_000, 300_001, 500_000, 500_001, 900_000, 1_000_001)


def small_business(loss: int | None) -> Facts:
    return Facts("company", "regular", "monetary", "small_business", loss, "free", 1, 1)


def groups(losses: Any, *variants: PolicyTerms) -> list[Group]:
    return groups_by_rule([(small_business(loss), 1) for loss in losses], variants)


def brute_cost(losses: Any, terms: PolicyTerms) -> int:
    branches = branches_of(terms)
    return sum(verdict_on(small_business(loss), branches).amount(loss) for loss in losses)


def test_lines_add_up_to_every_claim() -> None:
    lines = lines_of(groups((None, *LOSSES), COMMITTEE), COMMITTEE, 0)
    told = {(line.reason, line.tier and line.tier.number): (line.claims, line.cost) for line in lines if line.claims}
    assert told == {
        ("no_loss", None): (1, 0),
        ("tier", 1): (2, 60_000),
        ("tier", 2): (2, 100_000),
        ("above_tiers", 3): (3, 0),
    }


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((), Spread(0, None, None, None, None, None)),
        ((None, 0), Spread(0, None, None, None, None, None)),
        ((7,), Spread(1, 7, 7, 7, 7, 7)),
        ((1, 2, 3, 4), Spread(4, 1, 1, 2, 3, 4)),
        ((5, 1, 4, 2, 3), Spread(5, 1, 2, 3, 4, 5)),
        ((10, 10, 10, 1_000), Spread(4, 10, 10, 10, 10, 1_000)),
    ],
)
def test_quartiles_by_nearest_rank(losses: Any, expected: Spread) -> None:
    assert spread_of(groups(losses, COMMITTEE), COMMITTEE, 0) == expected


def test_histogram_holds_every_loss_once_and_bounds_close_a_class() -> None:
    classes = histogram_of(groups(LOSSES, COMMITTEE), COMMITTEE, 0, classes=10)
    assert [one for one in classes if one.claims] == [
        Class(0, 100_000, 1),
        Class(200_000, 300_000, 1),
        Class(300_000, 400_000, 1),
        Class(400_000, 500_000, 1),
        Class(500_000, 600_000, 1),
        Class(800_000, 900_000, 1),
        Class(1_000_000, None, 1),
    ]
    assert histogram_of([], COMMITTEE, 0) == []


def test_shifts_and_winners_between_two_policies() -> None:
    found = groups(LOSSES, COMMITTEE, THIRD)
    assert shifts_of(found, COMMITTEE, THIRD, places=(0, 1)) == [Shift("review", "supported", 2, 0, 140_000)]
    assert winners_and_losers(found, COMMITTEE, THIRD, places=(0, 1)) == ((2, 140_000), (0, 0))
    assert winners_and_losers(found, THIRD, COMMITTEE, places=(1, 0)) == ((0, 0), (2, -140_000))


def test_moved_bounds_cost_what_the_moved_policy_costs() -> None:
    losses = [*LOSSES, 250_000, 290_001, 300_000, 310_000, 350_001, 410_000, 560_000]
    moved = moves_of(groups(losses, THIRD), THIRD, 0)
    assert {(one.up_to, one.by) for one in moved} == {
        (top, by) for top in (300_000, 500_000, 1_000_000) for by in MOVES
    }
    for one in moved:
        tiers = tuple(
            TierTerms(
                tier.key,
                tier.number,
                tier.lower + one.by if tier.lower - 1 == one.up_to else tier.lower,
                tier.upper + one.by if tier.upper is not None and tier.upper - 1 == one.up_to else tier.upper,
                tier.amount,
            )
            for tier in THIRD.tiers
        )
        other = PolicyTerms(THIRD.eligible_types, tiers)
        assert one.cost == brute_cost(losses, other) - brute_cost(losses, THIRD), one


def test_move_past_another_bound_is_left_out() -> None:
    close = PolicyTerms(
        ("small_business",),
        (TierTerms(1, 1, 1, 20_001, 1), TierTerms(2, 2, 20_001, 40_001, 2), TierTerms(3, 3, 40_001, None, 3)),
    )
    assert {(one.up_to, one.by) for one in moves_of([], close, 0)} == {
        (20_000, -10_000),
        (20_000, 10_000),
        (40_000, -10_000),
        *((40_000, by) for by in MOVES if by > 0),
    }


@settings(max_examples=60, deadline=None)
@given(
    counted=st.lists(st.tuples(FACTS, st.integers(1, 5)), max_size=30),
    variants=st.lists(policies(), min_size=1, max_size=3),
)
def test_cost_of_groups_is_the_cost_of_every_claim(counted: Any, variants: Any) -> None:
    found = groups_by_rule(counted, variants)
    for place, terms in enumerate(variants):
        branches = branches_of(terms)
        cost = sum(count * verdict_on(facts, branches).amount(facts.loss) for facts, count in counted)
        assert sum(line.cost for line in lines_of(found, terms, place)) == cost
    assert sum(group.claims for group in found) == sum(count for _facts, count in counted)


@given(counted=st.lists(st.tuples(FACTS, st.integers(1, 5)), max_size=10), terms=policies())
def test_snapshot_and_terms_come_back_as_they_were(counted: Any, terms: PolicyTerms) -> None:
    content, sha256 = packed(counted)
    assert unpacked(content, sha256) == counted
    assert terms_from_json(terms_as_json(terms)) == terms
    with pytest.raises(ValueError, match="check sum"):
        unpacked(content, "0" * 64)


def test_proposal_rounds_down_at_each_step() -> None:
    proposal = Proposal("메신저", 10, 170_001, 1_250, 9_000, 10_000, "통계")
    assert (proposal.steps, proposal.amount) == ((21_250, 19_125, 19_125), 19_125)
    assert proposal.arithmetic == "170,001 × 12.5 % = 21,250 → × 90 % = 19,125 → × 100 % = 19,125"
