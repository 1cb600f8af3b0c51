"""The pages that write measures."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from committee.ledger.services import commit, set_budget
from committee.models import Measure
from tests import factories

pytestmark = pytest.mark.django_db

WRITTEN = {
    "code": "coupon",
    "name": "쿠폰",
    "name_en": "Coupon",
    "kind": "coupon",
    "audience": "모든 일반 이용자",
    "audience_en": "Every general user",
    "reporter_type": "general_user",
    "recipients": 100,
    "opens_on": "2023-01-05",
    "closes_on": "2023-01-20",
    "name_1": "2천 원 쿠폰",
    "name_en_1": "2,000 won coupon",
    "unit_value_1": 2_000,
    "name_2": "90일 이모티콘",
    "unit_value_2": 3_000,
    "pieces_2": 2,
    "kept_days_2": 90,
}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_measure_{name}", args=args)


def test_secretary_writes_edits_and_decides(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("secretary"))
    assert client.get(address("write")).status_code == 200
    assert client.post(address("write"), WRITTEN).status_code == 302
    measure = Measure.objects.get()
    assert (measure.incident, measure.state, measure.recipients) == (incident, "under_discussion", 100)
    items = list(measure.items.values_list("name", "unit_value", "pieces", "kept_days"))
    assert items == [("2천 원 쿠폰", 2_000, 1, None), ("90일 이모티콘", 3_000, 2, 90)]
    initial = client.get(address("edit", measure.pk)).context["form"].initial
    assert (initial["version"], initial["name_2"], initial["kept_days_2"]) == (1, "90일 이모티콘", 90)
    edited = {**WRITTEN, "version": 1, "quota": 50}
    assert client.post(address("edit", measure.pk), edited).status_code == 302
    stale = client.post(address("edit", measure.pk), {**edited, "quota": 70})
    assert stale.status_code == 200
    assert stale.context["form"].non_field_errors()
    assert client.post(address("decide", measure.pk)).status_code == 302
    assert client.post(address("discuss", measure.pk), {"reason": "재논의"}).status_code == 302
    measure.refresh_from_db()
    assert (measure.quota, measure.state, measure.version) == (50, "under_discussion", 4)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"code": "두 글자"}, "code"),
        ({"name_3": "", "unit_value_3": 5}, "name_3"),
        ({"pieces_1": 0}, "pieces_1"),
        ({"closes_on": "2023-01-04"}, "__all__"),
        ({"expected_cost_from": 5}, "__all__"),
    ],
)
def test_wrong_measure_is_shown_and_not_saved(
    incident: Any, user_as: Any, signed_in: Any, wrong: dict[str, Any], field: str
) -> None:
    answer = signed_in(user_as("secretary")).post(address("write"), {**WRITTEN, **wrong})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert not Measure.objects.exists()


def test_list_and_page_show_value_budget_committed_and_remaining(incident: Any, user_as: Any, signed_in: Any) -> None:
    signed_in(user_as("secretary")).post(address("write"), WRITTEN)
    measure = Measure.objects.get()
    manager = user_as("manager")
    client = signed_in(manager)
    assert "예산 미정" in client.get(address("changelist")).content.decode()
    set_budget(by=manager, book=measure.book, won=800_000_000, reason="x")
    commit(by=manager, book=measure.book, won=300_000_000, reference="run:1")
    for page, budget in (
        (client.get(address("changelist")), "8억 원"),
        (client.get(address("change", measure.pk)), "800,000,000원"),
    ):
        words = page.content.decode()
        assert all(part in words for part in (budget, "300,000,000원", "500,000,000원"))
    assert reverse("admin:committee_book_budget", args=(measure.book_id,)) in words


def test_list_takes_as_many_queries_for_many_measures(
    incident: Any, user_as: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(user_as("auditor"))
    factories.MeasureFactory(incident=incident)
    client.get(address("changelist"))
    with django_assert_max_num_queries(60) as few:
        client.get(address("changelist"))
    for _turn in range(5):
        factories.MeasureFactory(incident=incident)
    with django_assert_max_num_queries(len(few)):
        client.get(address("changelist"))
