from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from relief.accounts.models import User
from tests import factories

WRONG = "not the password"


def attempt(client: Client, username: str, password: str, address: str = "10.0.0.1") -> int:
    return client.post("/login/", {"username": username, "password": password}, REMOTE_ADDR=address).status_code


@pytest.mark.django_db
def test_sign_in_page_is_korean_and_english_on_request(client: Client) -> None:
    assert "비밀번호" in client.get("/login/").content.decode()
    client.post("/language/", {"language": "en"})
    assert "Password" in client.get("/login/").content.decode()


@pytest.mark.django_db
def test_wrong_passwords_lock_the_pair_of_name_and_address(client: Client) -> None:
    user = factories.UserFactory(auditor=True)
    codes = [attempt(client, user.username, WRONG) for _turn in range(settings.AXES_FAILURE_LIMIT)]
    assert codes == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert attempt(client, user.username, factories.PASSWORD) == 429
    assert attempt(client, user.username, factories.PASSWORD, "10.0.0.2") == 302


@pytest.mark.django_db
def test_locked_page_says_for_how_long_in_korean(client: Client) -> None:
    for _turn in range(settings.AXES_FAILURE_LIMIT):
        page = client.post("/login/", {"username": "nobody", "password": WRONG})
    assert "15분 뒤에 다시 시도하거나" in page.content.decode()


@pytest.mark.django_db
def test_lock_ends_after_the_cool_off(client: Client) -> None:
    user = factories.UserFactory(auditor=True)
    with time_machine.travel(datetime(2022, 11, 1, tzinfo=UTC), tick=False) as clock:
        for _turn in range(settings.AXES_FAILURE_LIMIT):
            attempt(client, user.username, WRONG)
        clock.shift(settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
        assert attempt(client, user.username, factories.PASSWORD) == 429
        clock.shift(settings.AXES_COOLOFF_TIME + timedelta(seconds=1))
        assert attempt(client, user.username, factories.PASSWORD) == 302


@pytest.mark.django_db
def test_person_without_an_account_page_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/relief/user/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/relief/user/")


@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere_and_no_inline_script(
    client: Client, user_as: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    signed_in(user_as("auditor"))
    for address in ("/", "/relief/user/", "/relief/disclosure/record/"):
        page = client.get(address)
        text = page.content.decode()
        assert re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", text) == []
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert "script-src 'self' 'unsafe-eval'" in page["Content-Security-Policy"]


@pytest.mark.django_db
def test_refusal_pages_are_worded_and_keep_their_status(
    client: Client, user_as: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    signed_in(user_as("finance"))
    denied, missing = client.get("/relief/user/"), client.get("/nowhere/")
    assert (denied.status_code, missing.status_code) == (403, 404)
    assert "가지고 있는 역할로는" in denied.content.decode()
    assert "없는 화면이거나" in missing.content.decode()


@pytest.mark.django_db
def test_form_without_its_token_is_refused_with_a_sentence() -> None:
    page = Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": "b"})
    assert page.status_code == 403
    assert "더 이상 유효하지 않은 양식입니다" in page.content.decode()
