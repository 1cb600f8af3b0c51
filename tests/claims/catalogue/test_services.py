from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from claims.catalogue import services
from claims.catalogue.models import Desk, Incident, IntakeRound, Operator
from claims.catalogue.selectors import desks_of
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, StaleSave
from relief.scope import working_incident_id
from tests import factories

START = datetime(2022, 10, 15, 6, 33, tzinfo=UTC)
As = Callable[..., User]


def again(user: User) -> User:
    """Return the user as another request would load him."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def administrator(user_as: As) -> User:
    return user_as("administrator")


def test_created_incident_has_its_creator_at_work(db: None) -> None:
    by = factories.UserFactory(administrator=True)
    first = services.create_incident(by=by, code="fire", name="화재", started_at=START)
    second = services.create_incident(by=by, code="flood", name="침수", started_at=START)
    assert (working_incident_id(by), working_incident_id(again(by))) == (first.pk, first.pk)
    assert {desk.incident_id for desk in desks_of(by)} == {first.pk, second.pk}


def test_creation_leaves_who_and_which_act(administrator: User) -> None:
    created = services.create_incident(by=administrator, code="fire", name="화재", started_at=START)
    event = apps.get_model("claims", "IncidentEvent").objects.get(pgh_obj_id=created.pk)
    told = event.pgh_context.metadata
    assert (told["user"], told["act"]) == (administrator.pk, "catalogue.create_incident")


@pytest.mark.parametrize("role", ["intake_staff", "chair", "finance", "auditor"])
def test_catalogue_is_written_by_administrators_only(role: str, incident: Incident, user_as: As) -> None:
    by = user_as(role)
    acts: list[Callable[[], Any]] = [
        lambda: services.create_incident(by=by, code="x", name="x", started_at=START),
        lambda: services.change_incident(by=by, incident=incident, version=1, code="x", name="x", started_at=START),
        lambda: services.save_operator(by=by, incident=incident, code="x", name="x", kind="company"),
        lambda: services.save_round(
            by=by, incident=incident, number=1, opens_on=date(2022, 10, 19), closes_on=date(2022, 11, 6)
        ),
        lambda: services.assign_desk(by=by, user=factories.UserFactory(), incident=incident),
        lambda: services.clear_desk(by=by, desk=factories.DeskFactory(incident=incident)),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_administrator_of_another_incident_writes_nothing_here(incident: Incident) -> None:
    by = factories.UserFactory(administrator=True, incident=factories.IncidentFactory())
    with pytest.raises(RuleBroken) as refused:
        services.save_operator(by=by, incident=incident, code="x", name="x", kind="company")
    assert refused.value.code == "not_own_incident"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "company"}, "one_operator_per_code"),
        ({"kind": "company"}, "one_company_per_incident"),
        ({"kind": "stranger"}, "operator_kind_is_known"),
    ],
)
def test_operator_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], code: str, administrator: User, incident: Incident
) -> None:
    factories.OperatorFactory(incident=incident)
    values = {"code": "games", "name": "게임", "kind": "affiliate", **changes}
    with pytest.raises(RuleBroken) as refused:
        services.save_operator(by=administrator, incident=incident, **values)
    assert refused.value.code == code
    assert Operator.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pricing": "unknown"}, "service_pricing_is_known"),
        ({"market_share_bp": 10_001}, "market_share_within_whole"),
        ({"outage_to": START}, "outage_ends_after_start"),
    ],
)
def test_service_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], code: str, administrator: User, incident: Incident
) -> None:
    values = {"code": "messenger", "name": "메신저", "pricing": "free", "outage_from": START, **changes}
    with pytest.raises(RuleBroken) as refused:
        services.save_service(
            by=administrator, incident=incident, operator=factories.OperatorFactory(incident=incident), **values
        )
    assert refused.value.code == code


def test_service_of_another_incidents_operator_is_refused(administrator: User, incident: Incident) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.save_service(
            by=administrator,
            incident=incident,
            operator=factories.OperatorFactory(),
            code="x",
            name="x",
            pricing="free",
            outage_from=START,
        )
    assert refused.value.code == "operator_of_other_incident"


def test_stale_save_shows_theirs_and_yours_and_changes_nothing(administrator: User, incident: Incident) -> None:
    operator = services.save_operator(by=administrator, incident=incident, code="games", name="게임", kind="affiliate")

    def save(version: int, **values: str) -> Operator:
        words = {"code": "games", "name": "게임", "kind": "affiliate", **values}
        return services.save_operator(by=administrator, incident=incident, operator=operator, version=version, **words)

    assert save(1, name="게임즈").version == 2
    with pytest.raises(StaleSave) as refused:
        save(1, name="게임 회사", name_en="Games")
    assert refused.value.changes == {"이름": ("게임즈", "게임 회사"), "영문 이름": ("", "Games")}
    operator.refresh_from_db()
    assert (operator.name, operator.version) == ("게임즈", 2)


def test_save_without_a_change_makes_no_event(administrator: User, incident: Incident) -> None:
    words = {"code": "games", "name": "게임", "kind": "affiliate"}
    operator = services.save_operator(by=administrator, incident=incident, **words)
    services.save_operator(by=administrator, incident=incident, operator=operator, version=1, **words)
    assert apps.get_model("claims", "OperatorEvent").objects.filter(pgh_obj_id=operator.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_version_at_once_leave_one(
    race: Callable[..., list[Any]], administrator: User, incident: Incident
) -> None:
    operator = services.save_operator(by=administrator, incident=incident, code="games", name="게임", kind="affiliate")

    def save(name: str) -> Callable[[], Operator]:
        return lambda: services.save_operator(
            by=again(administrator),
            incident=incident,
            operator=operator,
            version=1,
            code="games",
            name=name,
            kind="affiliate",
        )

    answers = race([save("가"), save("나")])
    assert sorted(type(answer).__name__ for answer in answers) == ["Operator", "StaleSave"]


def test_round_that_closes_later_keeps_its_first_last_day(administrator: User, incident: Incident) -> None:
    first, later, latest = date(2022, 11, 1), date(2022, 11, 6), date(2022, 11, 9)

    def save(closes_on: date, row: IntakeRound | None = None) -> IntakeRound:
        return services.save_round(
            by=administrator,
            incident=incident,
            number=1,
            opens_on=date(2022, 10, 19),
            closes_on=closes_on,
            intake_round=row,
            version=row and row.version,
        )

    opened = save(first)
    extended = save(later, opened)
    assert (opened.extended_from, extended.extended_from) == (None, first)
    assert save(latest, extended).extended_from == first


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": 1}, "one_round_per_number"),
        ({"closes_on": date(2022, 10, 18)}, "round_closes_after_opening"),
        ({"extended_from": date(2022, 11, 6)}, "round_extended_to_later_day"),
    ],
)
def test_round_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], code: str, administrator: User, incident: Incident
) -> None:
    factories.IntakeRoundFactory(incident=incident, number=1)
    values = {"number": 2, "opens_on": date(2022, 10, 19), "closes_on": date(2022, 11, 6), **changes}
    with pytest.raises(RuleBroken) as refused:
        services.save_round(by=administrator, incident=incident, **values)
    assert refused.value.code == code


def test_incident_ends_after_it_started(administrator: User) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.create_incident(
            by=administrator, code="fire", name="화재", started_at=START, ended_at=START - timedelta(hours=1)
        )
    assert refused.value.code == "incident_ends_after_start"


def test_first_desk_is_the_current_one_and_a_second_is_not(administrator: User, incident: Incident) -> None:
    user = factories.UserFactory()
    other = services.create_incident(by=administrator, code="flood", name="침수", started_at=START)
    services.assign_desk(by=administrator, user=user, incident=incident)
    services.assign_desk(by=administrator, user=user, incident=other)
    assert working_incident_id(again(user)) == incident.pk
    with pytest.raises(RuleBroken) as refused:
        services.assign_desk(by=administrator, user=user, incident=other)
    assert refused.value.code == "one_desk_per_user_and_incident"


def test_switch_changes_the_incident_one_works_on(incident: Incident) -> None:
    user = factories.UserFactory(incident=incident)
    other = factories.IncidentFactory()
    with pytest.raises(RuleBroken) as refused:
        services.switch_incident(by=user, incident=other)
    assert refused.value.code == "not_own_incident"
    factories.DeskFactory(user=user, incident=other)
    assert working_incident_id(user) == incident.pk
    services.switch_incident(by=user, incident=other)
    assert (working_incident_id(user), working_incident_id(again(user))) == (other.pk, other.pk)


@pytest.mark.django_db(transaction=True)
def test_two_switches_at_once_leave_one_current_desk(race: Callable[..., list[Any]]) -> None:
    first, second, third = (factories.IncidentFactory() for _turn in range(3))
    user = factories.UserFactory(incident=first)
    for other in (second, third):
        factories.DeskFactory(user=user, incident=other)
    race([lambda: services.switch_incident(by=again(user), incident=second)] * 2)
    race(
        [
            lambda: services.switch_incident(by=again(user), incident=second),
            lambda: services.switch_incident(by=again(user), incident=third),
        ]
    )
    assert Desk.objects.filter(user=user, is_current=True).count() == 1


def test_cleared_desk_hands_on_to_another_incident(administrator: User, incident: Incident) -> None:
    user = factories.UserFactory(incident=incident)
    other = factories.DeskFactory(user=user)
    services.clear_desk(by=administrator, desk=Desk.objects.get(user=user, incident=incident))
    assert working_incident_id(again(user)) == other.incident_id
    with pytest.raises(RuleBroken) as refused:
        services.clear_desk(by=administrator, desk=Desk.objects.get(user=administrator))
    assert refused.value.code == "not_own_desk"
