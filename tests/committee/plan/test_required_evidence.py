"""Which evidence a policy requires: written with its tiers, in force from its adoption to its retirement."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.models import EvidenceRule
from committee.plan.policies import TierPolicy
from committee.plan.services import Conditions, draft_policy, propose_policy, set_tiers, withdraw_policy
from committee.plan.services import adopt_policy as adopt
from committee.plan.terms import TierDraft
from relief.errors import RuleBroken
from tests import factories

TIERS = [TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None)]
KINDS = ["small_business_certificate", "proof_of_lost_sales"]


def adopt_policy(*, by: Any, policy: TierPolicy) -> TierPolicy:
    """Propose the draft as who drafted it, and adopt it."""
    propose_policy(by=policy.drafted_by, policy=policy)
    return adopt(by=by, policy=policy, resolution="의결 1호")


@pytest.fixture
def measure(incident: Any) -> Any:
    """The cash measure."""
    return factories.MeasureFactory(incident=incident)


def in_force() -> list[tuple[int, list[str], list[str], str]]:
    """Return the rules in force."""
    rules = EvidenceRule.objects.filter(ended_at=None).order_by("pk")
    return [(rule.loss_over, rule.reporter_types, rule.kinds, rule.basis) for rule in rules]


def test_adopted_policy_requires_evidence_above_its_fixed_tiers(measure: Any, user_as: Any) -> None:
    policy = draft_policy(
        by=user_as("secretary"), measure=measure, tiers=TIERS, conditions=Conditions(required_evidence=KINDS)
    )
    assert in_force() == []
    adopt_policy(by=user_as("chair"), policy=policy)
    assert in_force() == [(500_000, ["small_business"], KINDS, f"measure:{measure.pk}")]


def test_next_version_takes_the_place_and_retiring_ends_it(measure: Any, user_as: Any) -> None:
    secretary, chair = user_as("secretary"), user_as("chair")
    first = draft_policy(by=secretary, measure=measure, tiers=TIERS, conditions=Conditions(required_evidence=KINDS))
    adopt_policy(by=chair, policy=first)
    second = draft_policy(by=secretary, measure=measure, tiers=TIERS)
    set_tiers(
        by=secretary,
        policy=second,
        tiers=[TierDraft(100_000, 1_000), TierDraft(None, None)],
        conditions=Conditions(required_evidence=KINDS[:1]),
    )
    latest = adopt_policy(by=chair, policy=second)
    assert [rule[:3] for rule in in_force()] == [(100_000, ["small_business"], KINDS[:1])]
    withdraw_policy(by=chair, policy=latest, reason="x")
    assert (in_force(), EvidenceRule.objects.count()) == ([], 2)


def test_giving_up_a_draft_ends_nothing(measure: Any, user_as: Any) -> None:
    secretary, chair = user_as("secretary"), user_as("chair")
    adopt_policy(
        by=chair,
        policy=draft_policy(by=secretary, measure=measure, tiers=TIERS, conditions=Conditions(required_evidence=KINDS)),
    )
    withdraw_policy(by=chair, policy=draft_policy(by=secretary, measure=measure, tiers=TIERS), reason="x")
    assert len(in_force()) == 1


def test_policy_without_a_tier_to_examine_requires_nothing(measure: Any, user_as: Any) -> None:
    tiers = [TierDraft(None, 10_000)]
    policy = draft_policy(
        by=user_as("secretary"), measure=measure, tiers=tiers, conditions=Conditions(required_evidence=KINDS)
    )
    adopt_policy(by=user_as("chair"), policy=policy)
    assert in_force() == []


def test_unknown_kind_is_refused(measure: Any, user_as: Any) -> None:
    wrong = Conditions(required_evidence=["unheard_of"])
    with pytest.raises(RuleBroken) as refusal:
        draft_policy(by=user_as("secretary"), measure=measure, tiers=TIERS, conditions=wrong)
    assert refusal.value.code == "unknown_kind"


def test_adopted_requirements_are_frozen(measure: Any, user_as: Any) -> None:
    policy = draft_policy(
        by=user_as("secretary"), measure=measure, tiers=TIERS, conditions=Conditions(required_evidence=KINDS)
    )
    policy = adopt_policy(by=user_as("chair"), policy=policy)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        type(policy).objects.filter(pk=policy.pk).update(required_evidence=[])
    assert error.value.__cause__.diag.constraint_name == "adopted_policy_is_frozen"  # type: ignore[union-attr]
