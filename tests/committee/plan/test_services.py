"""Measures and policies: drafting, adopting, retiring, and every refusal on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from committee.models import Measure, Tier, TierPolicy
from committee.plan.measures import ItemDraft, create_measure
from committee.plan.selectors import effect_of, measure_value, package_value
from committee.plan.services import (
    Conditions,
    adopt_policy,
    draft_policy,
    propose_policy,
    send_policy_back,
    set_tiers,
    withdraw_policy,
)
from committee.plan.terms import TierDraft
from relief.errors import NotAllowed, RuleBroken, StaleSave, database_rules
from relief.money import MAX_WON
from tests import factories
from tests.committee.factories import classified

pytestmark = pytest.mark.django_db

TIERS = (TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(None, None))
MILLION = 1_000_000
DAY = timedelta(days=1)


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def bounds(policy: TierPolicy) -> list[tuple[int, int, int | None, int | None]]:
    return [(tier.number, tier.bounds.lower, tier.bounds.upper, tier.amount) for tier in policy.tiers.all()]


def test_package_of_the_programme_is_worth_557_7_billion(incident: Any, user_as: Any) -> None:
    by = user_as("secretary")
    common = {"by": by, "incident": incident, "audience": "모든 일반 이용자", "reporter_type": "general_user"}
    emoticons = create_measure(
        **common,
        code="emoticons",
        name="이모티콘",
        kind="goods",
        state="decided",
        recipients=48 * MILLION,
        items=(ItemDraft("영구", unit_value=2_500), ItemDraft("90일", unit_value=2_000, pieces=2, kept_days=90)),
    )
    coupons = create_measure(
        **common,
        code="coupons",
        name="쿠폰",
        kind="coupon",
        state="decided",
        recipients=48 * MILLION,
        items=(ItemDraft("작은", unit_value=2_000), ItemDraft("큰", unit_value=3_000)),
    )
    voucher = create_measure(
        **common,
        code="voucher",
        name="이용권",
        kind="goods",
        state="decided",
        quota=3 * MILLION,
        items=(ItemDraft("한 달", unit_value=1_900),),
    )
    create_measure(**common, code="later", name="논의 중", kind="goods", recipients=1, items=(ItemDraft("x", "x", 1),))
    values = [measure_value(measure) for measure in (emoticons, coupons, voucher)]
    assert values == [312_000 * MILLION, 240_000 * MILLION, 5_700 * MILLION]
    assert package_value(incident) == 557_700 * MILLION


@pytest.mark.parametrize(
    ("people", "items"),
    [({}, (ItemDraft("x", unit_value=1),)), ({"recipients": 5}, ()), ({"recipients": 5}, (ItemDraft("x"),))],
)
def test_measure_without_an_amount_has_no_value(incident: Any, user_as: Any, people: Any, items: Any) -> None:
    measure = create_measure(
        by=user_as("secretary"),
        incident=incident,
        code="m",
        name="m",
        kind="points",
        audience="x",
        items=items,
        **people,
    )
    assert measure_value(measure) is None
    assert measure.state == Measure.State.UNDER_DISCUSSION


def test_measure_that_contradicts_itself_is_refused(incident: Any, user_as: Any) -> None:
    common = {"by": user_as("secretary"), "incident": incident, "name": "m", "kind": "points", "audience": "x"}
    assert code_of(create_measure, code="a", recipients=-1, **common) == "measure_counts_are_sound"
    assert code_of(create_measure, code="a", quota=0, **common) == "measure_counts_are_sound"
    costs = {"expected_cost_from": 2, "expected_cost_to": 1}
    assert code_of(create_measure, code="a", **costs, **common) == "measure_counts_are_sound"
    create_measure(code="a", **common)
    assert code_of(create_measure, code="a", **common) == "one_measure_per_code"
    item = ItemDraft("x", unit_value=-1)
    assert code_of(create_measure, code="b", items=(item,), **common) == "unit_value_is_whole_won"
    assert Measure.objects.count() == 1


def test_draft_writes_exact_bounds_under_the_next_version(incident: Any, user_as: Any) -> None:
    measure, by = factories.MeasureFactory(incident=incident), user_as("secretary")
    first = draft_policy(by=by, measure=measure, tiers=TIERS, conditions=Conditions(grounds="영업이익률"))
    second = draft_policy(by=by, measure=measure, tiers=(TierDraft(None, 10_000),))
    assert (first.number, second.number, first.state, first.drafted_by) == (1, 2, "draft", by)
    assert bounds(first) == [(1, 1, 300_001, 30_000), (2, 300_001, 500_001, 50_000), (3, 500_001, None, None)]
    assert bounds(second) == [(1, 1, None, 10_000)]


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        ((), "no_tiers"),
        ((TierDraft(1, 1),), "last_tier_open"),
        ((TierDraft(2, 1), TierDraft(1, 1), TierDraft(None, 1)), "bounds_rise"),
        ((TierDraft(MAX_WON + 1, 1), TierDraft(None, 1)), "amount_too_large"),
        ((TierDraft(None, MAX_WON + 1),), "amount_too_large"),
    ],
)
def test_draft_of_wrong_tiers_is_refused(incident: Any, user_as: Any, tiers: Any, code: str) -> None:
    measure = factories.MeasureFactory(incident=incident)
    assert code_of(draft_policy, by=user_as("secretary"), measure=measure, tiers=tiers) == code
    assert TierPolicy.objects.count() == 0


def test_draft_for_nobody_or_for_goods_is_refused(incident: Any, user_as: Any) -> None:
    by, measure = user_as("secretary"), factories.MeasureFactory(incident=incident)
    elsewhere = factories.ServiceFactory()
    for conditions, code in (
        (Conditions(eligible_types=()), "no_eligible_types"),
        (Conditions(eligible_types=("nobody",)), "no_eligible_types"),
        (Conditions(pricing=("cheap",)), "unknown_pricing"),
        (Conditions(services=(elsewhere.pk,)), "other_incident"),
        (Conditions(rounds=(0,)), "other_incident"),
        (Conditions(objection_days=0), "objection_days"),
        (Conditions(required_evidence=("word",)), "unknown_kind"),
    ):
        assert code_of(draft_policy, by=by, measure=measure, tiers=TIERS, conditions=conditions) == code
    proof = (TierDraft(None, 1, needs_proof=True),)
    assert code_of(draft_policy, by=by, measure=measure, tiers=proof) == "proof_names_evidence"
    goods = factories.MeasureFactory(incident=incident, kind="goods")
    assert code_of(draft_policy, by=by, measure=goods, tiers=TIERS) == "cash_by_tier_only"


def test_set_tiers_replaces_a_drafts_tiers(incident: Any, user_as: Any) -> None:
    by = user_as("secretary")
    policy = draft_policy(by=by, measure=factories.MeasureFactory(incident=incident), tiers=TIERS)
    changed = set_tiers(
        by=by, policy=policy, tiers=(TierDraft(None, 1),), conditions=Conditions(grounds="다시"), version=1
    )
    assert (bounds(changed), changed.grounds, changed.version) == ([(1, 1, None, 1)], "다시", 2)
    with pytest.raises(StaleSave):
        set_tiers(by=by, policy=policy, tiers=TIERS, version=1)
    assert bounds(changed) == [(1, 1, None, 1)]


RESOLUTION = "제2차 전체 회의 의결 1호"


def in_force(user_as: Any, policy: TierPolicy) -> TierPolicy:
    """Propose the draft and adopt it."""
    propose_policy(by=user_as("secretary"), policy=policy)
    return adopt_policy(by=user_as("chair"), policy=policy, resolution=RESOLUTION)


def test_adopting_supersedes_the_version_before(incident: Any, user_as: Any) -> None:
    measure = factories.MeasureFactory(incident=incident)
    first = draft_policy(by=user_as("secretary"), measure=measure, tiers=TIERS)
    second = draft_policy(by=user_as("secretary"), measure=measure, tiers=TIERS)
    assert in_force(user_as, first).resolution == RESOLUTION
    in_force(user_as, second)
    rows = list(TierPolicy.objects.order_by("number"))
    assert [row.state for row in rows] == ["superseded", "adopted"]
    assert (rows[0].ended_at, rows[1].ended_at) == (rows[1].adopted_at, None)


def test_draft_is_adopted_only_as_a_proposal_with_its_resolution(incident: Any, user_as: Any) -> None:
    policy, chair = factories.TierPolicyFactory(incident=incident), user_as("chair")
    adopt = {"by": chair, "policy": policy}
    assert code_of(adopt_policy, **adopt, resolution=RESOLUTION) == "policy_moves_as_its_table_says"
    proposed = propose_policy(by=user_as("secretary"), policy=policy)
    assert code_of(adopt_policy, **adopt, resolution=" ") == "resolution_missing"
    assert code_of(set_tiers, by=user_as("secretary"), policy=proposed, tiers=TIERS) == "only_drafts_change"
    assert code_of(send_policy_back, by=chair, policy=proposed, reason="") == "reason_missing"
    draft = send_policy_back(by=chair, policy=proposed, reason="금액을 다시 보기")
    assert (draft.state, draft.reason) == ("draft", "금액을 다시 보기")
    assert set_tiers(by=user_as("secretary"), policy=draft, tiers=TIERS).state == "draft"


def test_two_versions_are_never_in_force_at_one_time(incident: Any) -> None:
    policy = factories.TierPolicyFactory(incident=incident, adopted=True)
    other = factories.TierPolicyFactory(incident=incident, measure=policy.measure, number=2)
    TierPolicy.STATES.move(other, "proposed")
    TierPolicy.objects.filter(pk=policy.pk).update(state="superseded", ended_at=policy.adopted_at + DAY)
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        TierPolicy.objects.filter(pk=other.pk).update(
            state="adopted", adopted_at=policy.adopted_at, adopted_by=policy.adopted_by, resolution="x"
        )
    assert refused.value.code == "one_policy_in_force_at_a_time"


def test_adopted_policy_is_frozen(incident: Any, user_as: Any) -> None:
    policy = factories.TierPolicyFactory(incident=incident, adopted=True)
    assert code_of(set_tiers, by=user_as("secretary"), policy=policy, tiers=TIERS) == "only_drafts_change"
    again = {"by": user_as("chair"), "policy": policy, "resolution": RESOLUTION}
    assert code_of(adopt_policy, **again) == "policy_moves_as_its_table_says"
    for write in (
        lambda: policy.tiers.update(amount=1),
        lambda: policy.tiers.all().delete(),
        lambda: Tier.objects.create(policy=policy, number=9, bounds=NumericRange(9, 10), outcome="review"),
    ):
        with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
            write()
        assert refused.value.code == "adopted_tiers_are_frozen"
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        TierPolicy.objects.update(grounds="x")
    assert refused.value.code == "adopted_policy_is_frozen"


def test_proposal_with_a_gap_is_refused_by_the_database(incident: Any, user_as: Any) -> None:
    policy = factories.TierPolicyFactory(incident=incident)
    policy.tiers.filter(number=2).delete()
    assert code_of(propose_policy, by=user_as("secretary"), policy=policy) == "tiers_cover_every_loss"


@pytest.mark.parametrize("change", ["[1,300002)", "[300000,500001)"])
def test_overlapping_tiers_are_refused_by_the_database(incident: Any, change: str) -> None:
    policy = factories.TierPolicyFactory(incident=incident)
    number = 1 if change.startswith("[1,") else 2
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE committee_tier SET bounds = %s::int8range WHERE policy_id = %s AND number = %s",
            [change, policy.pk, number],
        )
    assert refused.value.code == "tiers_do_not_overlap"


def test_withdrawn_policy_stays_withdrawn(incident: Any, user_as: Any) -> None:
    chair, policy = user_as("chair"), factories.TierPolicyFactory(incident=incident, adopted=True)
    assert code_of(withdraw_policy, by=chair, policy=policy, reason="") == "reason_missing"
    withdrawn = withdraw_policy(by=chair, policy=policy, reason="방안을 다시 짬")
    assert (withdrawn.state, withdrawn.ended_at is None) == ("withdrawn", False)
    again = {"by": chair, "policy": withdrawn}
    assert code_of(adopt_policy, **again, resolution=RESOLUTION) == "policy_moves_as_its_table_says"
    assert code_of(withdraw_policy, **again, reason="x") == "policy_moves_as_its_table_says"


def test_secretary_gives_up_a_draft_but_no_proposal(incident: Any, user_as: Any) -> None:
    secretary, policy = user_as("secretary"), factories.TierPolicyFactory(incident=incident)
    stale = TierPolicy.objects.get(pk=policy.pk)
    proposed = propose_policy(by=secretary, policy=policy)
    for row in (proposed, stale):
        with pytest.raises(NotAllowed):
            withdraw_policy(by=secretary, policy=row, reason="x")
    draft = send_policy_back(by=user_as("chair"), policy=proposed, reason="x")
    assert withdraw_policy(by=secretary, policy=draft, reason="x").state == "withdrawn"


def test_every_act_needs_its_permission(incident: Any, user_as: Any) -> None:
    policy, manager = factories.TierPolicyFactory(incident=incident), user_as("manager")
    for act, kwargs in (
        (create_measure, {"incident": incident, "code": "x", "name": "x", "kind": "goods", "audience": "x"}),
        (draft_policy, {"measure": policy.measure, "tiers": TIERS}),
        (set_tiers, {"policy": policy, "tiers": TIERS}),
        (propose_policy, {"policy": policy}),
        (send_policy_back, {"policy": policy, "reason": "x"}),
        (adopt_policy, {"policy": policy, "resolution": "x"}),
        (withdraw_policy, {"policy": policy, "reason": "x"}),
    ):
        with pytest.raises(NotAllowed):
            act(by=manager, **kwargs)
    with pytest.raises(NotAllowed):
        adopt_policy(by=user_as("secretary"), policy=policy, resolution="x")
    with pytest.raises(NotAllowed):
        draft_policy(by=user_as("chair"), measure=policy.measure, tiers=TIERS)


def test_effect_counts_every_classified_claim_once(incident: Any) -> None:
    classified(incident, (None, 1, 300_000, 300_001, 500_000, 500_001))
    classified(incident, (1,), reporter_type="general_user")
    policy = factories.TierPolicyFactory(incident=incident)
    effect = {
        (share.verdict.reason, share.verdict.tier and share.verdict.tier.number): (share.claims, share.cost)
        for share in effect_of(policy)
        if share.claims
    }
    assert effect == {
        ("inquiry", None): (1, 0),
        ("reporter_type", None): (1, 0),
        ("tier", 1): (2, 60_000),
        ("tier", 2): (2, 100_000),
        ("above_tiers", 3): (1, 0),
    }
