from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.catalogue.models import Desk, Incident, Operator, Service
from relief.accounts.models import User
from relief.scope import working_incident_id
from tests import factories

As = Callable[..., User]
SignIn = Callable[[User], Client]


@pytest.fixture
def administrator(user_as: As, signed_in: SignIn) -> Client:
    return signed_in(user_as("administrator"))


def test_operator_is_added_to_the_working_incident(administrator: Client, incident: Incident) -> None:
    answer = administrator.post(
        reverse("admin:claims_operator_add"), {"code": "games", "name": "게임", "name_en": "", "kind": "affiliate"}
    )
    assert answer.status_code == 302
    assert Operator.objects.get().incident == incident


def test_refused_row_shows_the_sentence_of_its_rule(administrator: Client, incident: Incident) -> None:
    factories.OperatorFactory(incident=incident)
    page = administrator.post(
        reverse("admin:claims_operator_add"), {"code": "other", "name": "다른 자사", "kind": "company"}
    )
    assert page.status_code == 200
    assert "한 사고에는 자사가 하나만 있습니다." in page.content.decode()


def test_stale_form_is_refused_with_both_values(administrator: Client, incident: Incident) -> None:
    operator = factories.OperatorFactory(incident=incident)
    address = reverse("admin:claims_operator_change", args=(operator.pk,))
    read = administrator.get(address).context["adminform"].form
    assert read["read_version"].value() == 1
    words = {"code": "company", "name_en": "", "kind": "company", "read_version": 1}
    assert administrator.post(address, {**words, "name": "먼저"}).status_code == 302
    page = administrator.post(address, {**words, "name": "나중"})
    assert page.status_code == 200
    assert page.context["stale"] == [("이름", "먼저", "나중")]
    assert "화면을 연 뒤에 다른 사람이 저장했습니다" in page.content.decode()
    operator.refresh_from_db()
    assert operator.name == "먼저"


def test_form_without_its_version_is_refused(administrator: Client, incident: Incident) -> None:
    operator = factories.OperatorFactory(incident=incident)
    address = reverse("admin:claims_operator_change", args=(operator.pk,))
    page = administrator.post(address, {"code": "company", "name": "새 이름", "kind": "company"})
    assert page.status_code == 200
    operator.refresh_from_db()
    assert operator.name == "본사"


def test_service_form_takes_names_line_by_line(administrator: Client, incident: Incident) -> None:
    operator = factories.OperatorFactory(incident=incident)
    answer = administrator.post(
        reverse("admin:claims_service_add"),
        {
            "operator": operator.pk,
            "code": "messenger",
            "name": "메신저",
            "aliases": "톡\r\n메신저, 기본\r\n",
            "pricing": "free",
            "outage_from_0": "2022-10-15",
            "outage_from_1": "15:33",
        },
    )
    assert answer.status_code == 302
    service = Service.objects.get()
    assert service.aliases == ["톡", "메신저, 기본"]
    assert service.outage_from.isoformat() == "2022-10-15T06:33:00+00:00"


def test_operator_of_another_incident_is_not_offered(administrator: Client, incident: Incident) -> None:
    own, other = factories.OperatorFactory(incident=incident), factories.OperatorFactory()
    page = administrator.get(reverse("admin:claims_service_add"))
    offered = {row.pk for row in page.context["adminform"].form.fields["operator"].queryset}
    assert offered == {own.pk}
    assert administrator.get(reverse("admin:claims_operator_change", args=(other.pk,))).status_code == 302


def test_person_is_assigned_and_taken_off(administrator: Client, incident: Incident) -> None:
    user = factories.UserFactory(full_name="새 담당자")
    base = reverse("admin:claims_incident_change", args=(incident.pk,)).removesuffix("change/")
    assert administrator.post(f"{base}assign/", {"user": user.pk}).status_code == 302
    desk = Desk.objects.get(user=user)
    assert (desk.incident, desk.is_current) == (incident, True)
    assert administrator.post(f"{base}take-off/", {"desk": desk.pk}).status_code == 302
    assert Desk.objects.filter(user=user).count() == 0


@pytest.mark.parametrize("role", ["intake_staff", "auditor", "finance"])
def test_who_only_reads_gets_no_form(role: str, incident: Incident, user_as: As, signed_in: SignIn) -> None:
    operator = factories.OperatorFactory(incident=incident)
    client = signed_in(user_as(role))
    assert client.get(reverse("admin:claims_operator_changelist")).status_code == 200
    assert client.get(reverse("admin:claims_operator_change", args=(operator.pk,))).status_code == 200
    base = reverse("admin:claims_incident_change", args=(incident.pk,)).removesuffix("change/")
    refused = [
        client.post(reverse("admin:claims_operator_change", args=(operator.pk,)), {"name": "x"}),
        client.get(reverse("admin:claims_operator_add")),
        client.get(f"{base}assign/"),
        client.post(f"{base}assign/", {"user": factories.UserFactory().pk}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4


def test_switch_leads_home_on_the_other_incident(incident: Incident, user_as: As, signed_in: SignIn) -> None:
    user = user_as("finance")
    other = factories.DeskFactory(user=user).incident
    stranger = factories.IncidentFactory()
    client = signed_in(user)
    address = reverse("admin:switch_incident")
    assert client.get(address).status_code == 405
    assert client.post(address, {"incident": stranger.pk}).status_code == 404
    assert client.post(address, {"incident": "x"}).status_code == 404
    answer = client.post(address, {"incident": other.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert working_incident_id(User.objects.get(pk=user.pk)) == other.pk
    assert f'value="{incident.pk}"' in client.get("/").content.decode()


def test_catalogue_without_an_incident_says_what_to_do(signed_in: SignIn, db: None) -> None:
    client = signed_in(factories.UserFactory(administrator=True))
    page: Any = client.post(
        reverse("admin:claims_operator_add"), {"code": "games", "name": "게임", "kind": "affiliate"}
    )
    assert "담당 중인 사고가 없습니다" in page.content.decode()


def test_history_of_a_row_tells_each_field_before_and_after(administrator: Client, incident: Incident) -> None:
    words = {"code": "games", "name": "게임", "name_en": "", "kind": "affiliate"}
    administrator.post(reverse("admin:claims_operator_add"), words)
    operator = Operator.objects.get()
    address = reverse("admin:claims_operator_change", args=(operator.pk,))
    administrator.post(address, {**words, "name": "게임즈", "read_version": 1})
    page = administrator.get(reverse("admin:claims_operator_history", args=(operator.pk,)))
    newest, first = page.context["changes"]
    assert (str(newest.act), [(str(label), old, new) for label, old, new in newest.fields]) == (
        "운영사 변경",
        [("이름", "게임", "게임즈")],
    )
    told = {str(label): (old, str(new)) for label, old, new in first.fields}
    assert told["종류"] == (None, "계열사")
    assert set(told) == {"코드", "이름", "사고", "종류"}


def test_history_of_a_row_of_another_incident_is_not_found(administrator: Client) -> None:
    operator = factories.OperatorFactory()
    assert administrator.get(reverse("admin:claims_operator_history", args=(operator.pk,))).status_code == 404
