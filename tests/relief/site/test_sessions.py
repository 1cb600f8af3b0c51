from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from relief.accounts import services
from relief.accounts.models import User
from tests import factories

START = datetime(2022, 11, 1, 0, 0, tzinfo=UTC)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)


def sign_in(client: Client, user: User, password: str = factories.PASSWORD) -> int:
    return client.post("/login/", {"username": user.username, "password": password}).status_code


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory(auditor=True)


def test_idle_session_ends(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        assert is_in(client)
        clock.shift(IDLE)
        assert is_in(client)
        clock.shift(IDLE + timedelta(seconds=1))
        assert not is_in(client)


def test_session_in_use_ends_at_the_absolute_limit(client: Client, user: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, user)
        step = timedelta(minutes=20)
        for _turn in range(ABSOLUTE // step):
            assert is_in(client)
            clock.shift(step)
        assert is_in(client)
        clock.shift(timedelta(seconds=1))
        assert not is_in(client)


def test_signing_in_gives_the_session_a_new_key(client: Client, user: User) -> None:
    """A key that somebody planted before the sign-in opens nothing afterwards."""
    client.post(reverse("set_language"), {"language": "en"})
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    assert sign_in(client, user) == 302
    assert client.cookies["sessionid"].value != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert not is_in(stranger)


def test_role_taken_away_ends_the_session(client: Client, user: User, user_as: Callable[..., User]) -> None:
    administrator = user_as("administrator")
    sign_in(client, user)
    assert is_in(client)
    services.assign_roles(by=administrator, user=user, roles=["auditor", "finance"])
    assert is_in(client)
    services.assign_roles(by=administrator, user=user, roles=["finance"])
    assert not is_in(client)


def test_ended_account_ends_the_session(client: Client, user: User, user_as: Callable[..., User]) -> None:
    sign_in(client, user)
    services.change_user(by=user_as("administrator"), user=user, full_name="", email="", is_active=False)
    assert not is_in(client)
    assert sign_in(client, user) == 200


def test_new_password_ends_the_session(client: Client, user: User, user_as: Callable[..., User]) -> None:
    sign_in(client, user)
    services.set_password(by=user_as("administrator"), user=user, password="another long sentence")
    assert not is_in(client)
    assert sign_in(client, user, "another long sentence") == 302


def test_logging_out_ends_the_session_and_leads_to_the_sign_in(client: Client, user: User) -> None:
    sign_in(client, user)
    answer = client.post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert not is_in(client)
