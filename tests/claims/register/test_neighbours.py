"""The way from claim to claim within the list that a person came from."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse

from claims.models import Claim
from claims.register import neighbours
from relief.audit.models import Disclosure
from tests import factories

pytestmark = pytest.mark.django_db


def page_of(client: Any, claim: Claim, listed: str = "", **words: str) -> Any:
    address = reverse("admin:claims_claim_change", args=(claim.pk,))
    return client.get(f"{address}?{urlencode({**words, '_changelist_filters': listed})}").context


def beside(context: Any) -> tuple[int | None, int | None]:
    return context["around"].previous, context["around"].next


@pytest.fixture
def row(incident: Any) -> list[Claim]:
    """Five claims, the newest first; the middle three came at one instant, and one of them is a protest."""
    service = factories.ServiceFactory(incident=incident)
    days = (20, 21, 21, 21, 22)
    names = ("김첫째", "이둘째", "김셋째", "이넷째", "김다섯")
    numbers = ("2C-3", "2C-1", "2C-5", "2C-2", "2C-4")
    return [
        factories.ClaimFactory(
            incident=incident, service=service, received_at=f"2022-10-{day}T00:00:00Z", name=name, receipt_number=number
        )
        for day, name, number in zip(days, names, numbers, strict=True)
    ][::-1]


def walked(client: Any, start: Claim, listed: str) -> list[int]:
    """The keys that one comes by from a claim to the end of its list."""
    keys = [start.pk]
    while (key := beside(page_of(client, Claim.objects.get(pk=keys[-1]), listed))[1]) is not None:
        keys.append(key)
    return keys


@pytest.mark.parametrize("listed", ["", "o=1", "o=0", "o=-0", "q=이둘", "q=2C", "received_from=2022-10-21", "o=3"])
def test_way_through_the_list_is_the_list(row: list[Claim], user_as: Any, signed_in: Any, listed: str) -> None:
    client = signed_in(user_as("intake_staff"))
    shown = client.get(f"{reverse('admin:claims_claim_changelist')}?{listed}").context["cl"].result_list
    keys = [claim.pk for claim in shown]
    assert walked(client, Claim.objects.get(pk=keys[0]), listed) == keys
    around = [page_of(client, claim, listed)["around"] for claim in shown]
    assert [one.previous for one in around] == [None, *keys[:-1]]
    assert [one.place for one in around] == list(range(1, len(keys) + 1))


def test_claim_that_no_longer_fits_says_so_and_goes_on_from_its_place(
    row: list[Claim], user_as: Any, signed_in: Any
) -> None:
    context = page_of(signed_in(user_as("auditor")), row[1], "completeness=complete&received_from=2022-10-21&q=김셋")
    assert (context["around"].is_listed, context["around"].place) == (False, None)
    assert beside(context) == (None, row[2].pk)


def test_place_deep_in_the_list_is_not_counted(
    row: list[Claim], user_as: Any, signed_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(neighbours, "COUNTED", 2)
    client = signed_in(user_as("auditor"))
    assert [page_of(client, claim)["around"].place for claim in row] == [1, 2, None, None, None]


def test_list_searched_by_a_personal_number_is_not_walked_and_not_asked(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    claims = [factories.ClaimFactory(incident=incident, phone="01098765432") for _ in range(2)]
    context = page_of(signed_in(user_as("auditor")), claims[0], "q=010-9876-5432")
    assert (context["around"].is_walked, beside(context)) == (False, (None, None))
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize("listed", ["loss_from=many", "q=김", "received_from=never"])
def test_list_without_rows_leads_nowhere(row: list[Claim], user_as: Any, signed_in: Any, listed: str) -> None:
    context = page_of(signed_in(user_as("auditor")), row[2], listed)
    assert (beside(context), context["around"].is_listed) == ((None, None), False)


@pytest.mark.parametrize("listed", ["phone_index=1", "o=abc", "o=99", "%00=1", "p=7", "a" * 3000])
def test_words_that_the_list_does_not_know_narrow_nothing(
    row: list[Claim], user_as: Any, signed_in: Any, listed: str
) -> None:
    assert beside(page_of(signed_in(user_as("auditor")), row[1], listed)) == (row[0].pk, row[2].pk)


def test_claims_of_another_incident_are_not_on_the_way(row: list[Claim], user_as: Any, signed_in: Any) -> None:
    factories.ClaimFactory(received_at="2022-10-23T00:00:00Z")
    assert beside(page_of(signed_in(user_as("auditor")), row[0])) == (None, row[1].pk)


def test_tab_and_list_are_kept_on_the_way(row: list[Claim], user_as: Any, signed_in: Any) -> None:
    context = page_of(signed_in(user_as("auditor")), row[1], "o=1&q=2C", tab="facts")
    kept = {"tab": ["facts"], "_changelist_filters": ["o=1&q=2C"]}
    assert [parse_qs(urlsplit(context[name]).query) for name in ("previous_url", "next_url")] == [kept, kept]
    assert context["list_url"] == f"{reverse('admin:claims_claim_changelist')}?o=1&q=2C"


def test_act_returns_to_the_tab_and_the_list_that_led_to_it(row: list[Claim], user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    page = reverse("admin:claims_claim_change", args=(row[1].pk,))
    words = "tab=facts&_changelist_filters=o%3D1"
    act = reverse("admin:claims_claim_correct", args=(row[1].pk,))
    asked = client.get(act, headers={"referer": f"http://testserver{page}?{words}"})
    assert asked.context["back_url"] == f"{page}?{words}"
    form = {"name": "새이름", "reason": "정정", "version": 1, "came_from": asked.context["came_from"]}
    assert client.post(act, form).url == f"{page}?{words}"


@pytest.mark.parametrize(
    "came_from",
    [
        "https://elsewhere.example{page}?tab=facts",
        "//elsewhere.example{page}?tab=facts",
        "/claims/claim/?q=x",
        "{page}",
    ],
)
def test_act_returns_to_its_own_page_from_anywhere_else(
    row: list[Claim], user_as: Any, signed_in: Any, came_from: str
) -> None:
    page = reverse("admin:claims_claim_change", args=(row[1].pk,))
    form = {"name": "새이름", "reason": "정정", "version": 1, "came_from": came_from.format(page=page)}
    answer = signed_in(user_as("intake_staff")).post(reverse("admin:claims_claim_correct", args=(row[1].pk,)), form)
    assert answer.url == page
