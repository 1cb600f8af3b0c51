"""Uncertain claims one at a time: nobody gets another's, and what was confirmed is the person's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from claims.models import QueueTurn
from claims.triage.by_hand import classify_by_hand
from claims.triage.queue import confirm, held_by, may_open_last, open_last_again, pass_over, take_turn
from claims.triage.selectors import uncertain_claims
from claims.triage.turns import LEASE
from relief import clock
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, StaleSave, database_rules
from tests import factories
from tests.claims.triage.classified import rules, run, standing, unsure

UserAs = Callable[..., User]


def taken(by: User) -> int | None:
    row = take_turn(by=by)
    return None if row is None else row.pk


def confirmed(by: User, claim: Any, **values: str) -> None:
    row = standing(claim)
    axes = {axis: getattr(row, axis) for axis in ("reporter_type", "pricing", "nature", "operator_kind")}
    confirm(by=by, claim=claim, values=axes | values, reason="대기열에서 확인", version=row.version)


def test_claims_come_in_the_order_of_registration(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    assert [taken(staff), taken(staff)] == [first.pk, first.pk]
    confirmed(staff, first)
    assert taken(staff) == second.pk


def test_sure_claims_and_those_of_another_incident_are_not_given(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    factories.ClaimFactory(incident=incident)
    run(staff, rules(staff, incident))
    unsure(staff, factories.IncidentFactory())
    assert (taken(staff), uncertain_claims(incident.pk).count()) == (None, 0)


def test_person_without_an_incident_gets_none(incident: Any, user_as: UserAs) -> None:
    unsure(user_as("intake_staff"), incident)
    assert taken(factories.UserFactory(intake_staff=True)) is None


def test_confirmed_axes_are_the_uncertain_and_the_changed_ones(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    taken(staff)
    confirmed(staff, claim, pricing="paid")
    row = standing(claim)
    assert (row.nature, row.nature_by, row.pricing, row.pricing_by) == ("inquiry", staff, "paid", staff)
    assert (row.reporter_type_by, row.operator_kind_by) == (None, None)
    assert uncertain_claims(incident.pk).count() == 0


def test_second_person_gets_another_claim(incident: Any, user_as: UserAs) -> None:
    one, other = user_as("intake_staff"), user_as("intake_staff")
    first, second = unsure(one, incident, 2)
    assert [taken(one), taken(other)] == [first.pk, second.pk]
    assert taken(user_as("intake_staff")) is None


def test_two_people_at_once_never_get_the_same_claim(race: Any, transactional_db: None) -> None:
    incident = factories.IncidentFactory()
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(4)]
    claims = unsure(people[0], incident, 4)
    results = race([lambda by=by: taken(by) for by in people])
    assert sorted(results) == [claim.pk for claim in claims]


def test_turn_without_the_guard_would_go_to_two(incident: Any, user_as: UserAs) -> None:
    one, other = user_as("intake_staff"), user_as("intake_staff")
    (claim,) = unsure(one, incident)
    later = clock.now() + LEASE
    QueueTurn.objects.create(user=one, claim=claim, held_until_at=later)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        QueueTurn.objects.create(user=other, claim=claim, held_until_at=later)
    assert refusal.value.code == "one_person_looks_at_an_uncertain_claim"


def test_turn_that_is_over_goes_to_the_next_person(incident: Any, user_as: UserAs) -> None:
    one, other = user_as("intake_staff"), user_as("intake_staff")
    (claim,) = unsure(one, incident)
    taken(one)
    QueueTurn.objects.update(held_until_at=clock.now() - timedelta(seconds=1))
    assert taken(other) == claim.pk
    with pytest.raises(RuleBroken) as refusal:
        confirmed(one, claim)
    assert (refusal.value.code, standing(claim).nature_by) == ("turn_is_over", None)


def test_claim_passed_over_comes_again_at_the_end(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    given = []
    for _ in range(3):
        given.append(taken(staff))
        pass_over(by=staff, claim=standing([first, second][given[-1] == second.pk]).claim)
    assert given == [first.pk, second.pk, first.pk]


def test_claim_settled_elsewhere_is_nobodys_turn(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    taken(staff)
    classify_by_hand(
        by=staff, claim=first, values={"nature": "inquiry"}, reason="확인", version=standing(first).version
    )
    assert (held_by(staff), taken(staff)) == (None, second.pk)


def test_last_claim_is_opened_again_and_said_otherwise(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    first, second = unsure(staff, incident, 2)
    taken(staff)
    assert may_open_last(staff) is False
    confirmed(staff, first)
    taken(staff)
    assert may_open_last(staff) is True
    assert open_last_again(by=staff).pk == first.pk
    assert (getattr(held_by(staff), "pk", None), may_open_last(staff)) == (first.pk, False)
    confirmed(staff, first, nature="monetary")
    assert (standing(first).nature, taken(staff)) == ("monetary", second.pk)


def test_opening_again_without_a_claim_before_is_refused(incident: Any, user_as: UserAs) -> None:
    with pytest.raises(RuleBroken) as refusal:
        open_last_again(by=user_as("intake_staff"))
    assert refusal.value.code == "nothing_before"


def test_opening_again_what_somebody_looks_at_is_refused(incident: Any, user_as: UserAs) -> None:
    one, other = user_as("intake_staff"), user_as("intake_staff")
    (claim,) = unsure(one, incident)
    taken(one)
    pass_over(by=one, claim=claim)
    taken(other)
    with pytest.raises(RuleBroken) as refusal:
        open_last_again(by=one)
    assert refusal.value.code == "one_person_looks_at_an_uncertain_claim"


def test_stale_confirmation_is_refused_and_keeps_the_turn(incident: Any, user_as: UserAs) -> None:
    staff, other = user_as("intake_staff"), user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    taken(staff)
    old = standing(claim).version
    classify_by_hand(by=other, claim=claim, values={"pricing": "paid"}, reason="확인", version=old)
    with pytest.raises(StaleSave):
        confirm(by=staff, claim=claim, values={"nature": "monetary"}, reason="확인", version=old)
    assert getattr(held_by(staff), "pk", None) == claim.pk


def test_confirmation_without_a_reason_is_refused_and_keeps_the_turn(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    taken(staff)
    with pytest.raises(RuleBroken) as refusal:
        confirm(by=staff, claim=claim, values={"nature": "monetary"}, reason="", version=standing(claim).version)
    assert (refusal.value.code, getattr(held_by(staff), "pk", None)) == ("reason_missing", claim.pk)


@pytest.mark.parametrize("role", ["committee_member", "auditor"])
def test_queue_of_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    (claim,) = unsure(user_as("intake_staff"), incident)
    person = user_as(role)
    acts: list[Callable[[], Any]] = [
        lambda: take_turn(by=person),
        lambda: pass_over(by=person, claim=claim),
        lambda: open_last_again(by=person),
        lambda: confirm(by=person, claim=claim, values={}, reason="확인", version=1),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert QueueTurn.objects.count() == 0
