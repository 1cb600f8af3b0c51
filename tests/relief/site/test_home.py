from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relief.accounts.models import User
from relief.accounts.roles import ROLES
from relief.site import home, navigation
from relief.site.home import Card
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def only_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits but what the test registers."""
    monkeypatch.setattr(home, "_makers", [])


@pytest.mark.django_db
def test_card_is_shown_only_with_its_permission(only_card: None, user_as: Callable[..., User]) -> None:
    card = Card("Batches", 3, "Approve them.", "/", sum=250_000)
    home.register_card(permission="committee.approve_batch", card=lambda user: card)
    home.register_card(permission="committee.approve_batch", card=lambda user: None)
    assert home.cards_for(user_as("manager")) == [card]
    assert home.cards_for(user_as("finance")) == []


@pytest.mark.django_db
def test_home_shows_count_and_sum_of_what_waits(
    only_card: None, user_as: Callable[..., User], signed_in: SignIn
) -> None:
    home.register_card(
        permission="committee.approve_batch", card=lambda user: Card("<b>Batches", 1234, "Approve.", "/x/", sum=250_000)
    )
    text = signed_in(user_as("manager")).get("/").content.decode()
    assert "&lt;b&gt;Batches" in text
    assert ("1,234" in text, "250,000원" in text, 'href="/x/"' in text) == (True, True, True)


@pytest.mark.django_db
def test_empty_home_says_where_to_go_on(only_card: None, user_as: Callable[..., User], signed_in: SignIn) -> None:
    page = signed_in(user_as("administrator")).get("/")
    assert "지금 처리할 일이 없습니다" in page.content.decode()
    assert reverse("admin:relief_user_changelist") in page.content.decode()


@pytest.mark.django_db
def test_home_without_role_or_incident_says_whom_to_ask(signed_in: SignIn) -> None:
    without_role = factories.UserFactory()
    without_incident = factories.UserFactory(auditor=True)
    assert "아직 역할이 없습니다" in signed_in(without_role).get("/").content.decode()
    assert "아직 배정된 사고가 없습니다" in signed_in(without_incident).get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role.identifier for role in ROLES])
def test_sidebar_shows_a_role_only_pages_it_may_open(
    role: str, user_as: Callable[..., User], signed_in: SignIn
) -> None:
    user = user_as(role)
    client = signed_in(user)
    shown = [address for _group, entries in navigation.open_to(user) for _entry, address in entries]
    refused = {address: code for address in shown if (code := client.get(address).status_code) != 200}
    assert refused == {}
    others = [
        (entry, address)
        for group in navigation.NAVIGATION
        for entry in group.entries
        if (address := navigation._address(entry)) is not None and address not in shown
    ]
    opened = {address: code for _entry, address in others if (code := client.get(address).status_code) != 403}
    assert opened == {}


@pytest.mark.django_db
def test_sidebar_marks_the_nearest_entry(rf: Any, user_as: Callable[..., User]) -> None:
    request = rf.get(reverse("admin:record_of_changes"))
    request.user = user_as("auditor")
    active = [item["title"] for group in navigation.sidebar(request) for item in group["items"] if item["active"]]
    assert active == ["변경 기록"]


@pytest.mark.django_db
def test_entry_whose_page_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch, user_as: Callable[..., User]) -> None:
    table = (navigation.Group("Nowhere", (navigation.Entry("Gone", "x", "", "admin:no_such_page"),)),)
    monkeypatch.setattr(navigation, "NAVIGATION", table)
    assert list(navigation.open_to(user_as("auditor"))) == []
