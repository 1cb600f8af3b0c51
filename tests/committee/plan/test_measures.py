"""Writing measures: what is saved, what a stale page meets, and every refusal on the way to a decision."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from committee.ledger.selectors import standing_of
from committee.ledger.services import reserve_by_hand, set_budget
from committee.models import Book, Measure
from committee.plan.measures import ItemDraft, change_measure, create_measure, decide_measure, discuss_measure
from relief.errors import NotAllowed, RuleBroken, StaleSave
from tests.committee.factories import adopted_policy

pytestmark = pytest.mark.django_db

COUPON = {"code": "coupon", "name": "쿠폰", "kind": "coupon", "audience": "일반 이용자"}
VALUED = (ItemDraft("쿠폰", "Coupon", 2_000), ItemDraft("포인트", unit_value=100, unit_value_to=300, pieces=3))


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def fields_of(measure: Measure, **changes: Any) -> dict[str, Any]:
    names = ("name", "name_en", "kind", "audience", "recipients", "quota", "opens_on", "closes_on")
    return {name: getattr(measure, name) for name in names} | changes


@pytest.fixture
def secretary(user_as: Any) -> Any:
    """Who writes measures."""
    return user_as("secretary")


@pytest.fixture
def measure(incident: Any, secretary: Any) -> Measure:
    """A measure with two items, under discussion."""
    return create_measure(by=secretary, incident=incident, items=VALUED, **COUPON)  # type: ignore[arg-type]


def test_measure_comes_with_its_book(measure: Measure) -> None:
    assert (measure.state, measure.version) == ("under_discussion", 1)
    assert (measure.book.incident, measure.book.code, measure.book.name) == (measure.incident, "coupon", "쿠폰")
    assert standing_of(measure.book).budget is None


def test_change_writes_fields_and_items_over_the_ones_before(measure: Measure, secretary: Any) -> None:
    first, second = measure.items.order_by("pk")
    changed = change_measure(
        by=secretary,
        measure=measure,
        version=1,
        items=(ItemDraft("쿠폰", "Coupon", 2_500), VALUED[1], ItemDraft("셋째", kept_days=30)),
        **fields_of(measure, name="새 쿠폰", quota=10, opens_on=date(2023, 1, 5), closes_on=date(2023, 1, 5)),
    )
    assert (changed.name, changed.quota, changed.version) == ("새 쿠폰", 10, 2)
    assert Book.objects.get(pk=measure.book_id).name == "새 쿠폰"
    items = list(measure.items.order_by("pk").values_list("name", "unit_value", "kept_days"))
    assert items == [("쿠폰", 2_500, None), ("포인트", 100, None), ("셋째", None, 30)]
    assert list(measure.items.order_by("pk").values_list("pk", flat=True))[:2] == [first.pk, second.pk]
    change_measure(by=secretary, measure=measure, version=2, items=VALUED[:1], **fields_of(changed))
    assert [item.name for item in measure.items.all()] == ["쿠폰"]


def test_change_of_an_item_alone_makes_other_pages_stale(measure: Measure, secretary: Any) -> None:
    same = fields_of(measure)
    assert change_measure(by=secretary, measure=measure, version=1, items=VALUED, **same).version == 1
    assert change_measure(by=secretary, measure=measure, version=1, items=VALUED[:1], **same).version == 2
    with pytest.raises(StaleSave):
        change_measure(by=secretary, measure=measure, version=1, items=VALUED, **same)
    assert measure.items.count() == 1


def test_writing_needs_its_permission(incident: Any, user_as: Any, measure: Measure) -> None:
    for role in ("chair", "manager", "committee_member"):
        by = user_as(role)
        with pytest.raises(NotAllowed):
            create_measure(by=by, incident=incident, **{**COUPON, "code": "x"})  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            change_measure(by=by, measure=measure, version=1, items=(), **fields_of(measure))
        with pytest.raises(NotAllowed):
            decide_measure(by=by, measure=measure)
        with pytest.raises(NotAllowed):
            discuss_measure(by=by, measure=measure, reason="x")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"expected_cost_from": 5}, "cost_range_incomplete"),
        ({"expected_cost_to": 5}, "cost_range_incomplete"),
        ({"expected_cost_from": 5, "expected_cost_to": 4}, "measure_counts_are_sound"),
        ({"quota": 0}, "measure_counts_are_sound"),
        ({"opens_on": date(2023, 1, 5), "closes_on": date(2023, 1, 4)}, "measure_closes_after_opening"),
        ({"closes_on": date(2023, 1, 4)}, "measure_closes_after_opening"),
        ({"items": (ItemDraft("x", unit_value=5, unit_value_to=4),)}, "unit_value_rises"),
        ({"items": (ItemDraft("x", unit_value_to=4),)}, "unit_value_rises"),
        ({"items": (ItemDraft("x", unit_value=-1),)}, "unit_value_is_whole_won"),
        ({"code": "coupon"}, "one_measure_per_code"),
        ({"state": "decided"}, "decided_needs_amount"),
    ],
)
def test_measure_that_is_not_sound_is_refused(
    incident: Any, secretary: Any, measure: Measure, wrong: dict[str, Any], code: str
) -> None:
    assert code_of(create_measure, by=secretary, incident=incident, **{**COUPON, "code": "new", **wrong}) == code
    assert Measure.objects.count() == Book.objects.count() == 1


@pytest.mark.parametrize(
    ("items", "more"),
    [
        (VALUED, {}),
        ((ItemDraft("한 주의 코인", pieces=3),), {}),
        ((), {"expected_cost_from": 1, "expected_cost_to": 2}),
        ((), {"kind": "cash_by_tier"}),
    ],
)
def test_measure_with_an_amount_is_decided(incident: Any, secretary: Any, items: Any, more: dict[str, Any]) -> None:
    measure = create_measure(by=secretary, incident=incident, items=items, **{**COUPON, **more})
    assert decide_measure(by=secretary, measure=measure).state == "decided"
    measure.refresh_from_db()
    assert (measure.state, measure.version) == ("decided", 2)
    assert code_of(decide_measure, by=secretary, measure=measure) == "moved_meanwhile"


@pytest.mark.parametrize("items", [(), (ItemDraft("아직"),), (*VALUED, ItemDraft("아직"))])
def test_measure_without_an_amount_stays_under_discussion(incident: Any, secretary: Any, items: Any) -> None:
    measure = create_measure(by=secretary, incident=incident, items=items, **COUPON)  # type: ignore[arg-type]
    assert code_of(decide_measure, by=secretary, measure=measure) == "decided_needs_amount"


def test_amount_of_a_decided_measure_cannot_be_taken_away(measure: Measure, secretary: Any) -> None:
    decide_measure(by=secretary, measure=measure)
    taken = {"by": secretary, "measure": measure, "version": 2, "items": (), **fields_of(measure)}
    assert code_of(change_measure, **taken) == "decided_needs_amount"
    assert measure.items.count() == 2


def test_decided_measure_is_discussed_again_while_nothing_rests_on_it(
    measure: Measure, secretary: Any, user_as: Any
) -> None:
    assert code_of(discuss_measure, by=secretary, measure=measure, reason="x") == "moved_meanwhile"
    decide_measure(by=secretary, measure=measure)
    assert code_of(discuss_measure, by=secretary, measure=measure, reason=" ") == "reason_missing"
    manager = user_as("manager")
    set_budget(by=manager, book=measure.book, won=100, reason="x")
    assert discuss_measure(by=secretary, measure=measure, reason="금액 재논의").state == "under_discussion"
    decide_measure(by=secretary, measure=measure)
    reserve_by_hand(by=manager, book=measure.book, won=1, reason="x")
    assert code_of(discuss_measure, by=secretary, measure=measure, reason="x") == "measure_in_force"


def test_measure_whose_policy_is_in_force_stays_decided_and_by_tier(incident: Any, secretary: Any) -> None:
    measure = adopted_policy(incident).measure
    decide_measure(by=secretary, measure=measure)
    assert code_of(discuss_measure, by=secretary, measure=measure, reason="x") == "measure_in_force"
    other = {"by": secretary, "measure": measure, "version": 2, "items": VALUED, **fields_of(measure, kind="goods")}
    assert code_of(change_measure, **other) == "measure_has_policies"
