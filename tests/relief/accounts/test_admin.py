from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relief.accounts.models import User
from tests import factories

PASSWORD = "a long enough sentence"
As = Callable[..., User]
SignIn = Callable[[User], Client]


def page_of(user: User) -> str:
    return reverse("admin:relief_user_change", args=(user.pk,))


@pytest.mark.django_db
def test_administrator_creates_an_account(user_as: As, signed_in: SignIn) -> None:
    answer = signed_in(user_as("administrator")).post(
        reverse("admin:relief_user_add"),
        {"username": "kim", "full_name": "김", "email": "", "roles": ["finance", "manager"], "password": PASSWORD},
    )
    user = User.objects.get(username="kim")
    assert answer.status_code == 302
    assert set(user.groups.values_list("name", flat=True)) == {"finance", "manager"}
    assert (user.is_superuser, user.check_password(PASSWORD)) == (False, True)


@pytest.mark.django_db
def test_refusal_of_the_service_stands_on_the_form(user_as: As, signed_in: SignIn) -> None:
    factories.UserFactory(username="kim")
    page = signed_in(user_as("administrator")).post(
        reverse("admin:relief_user_add"), {"username": "kim", "roles": [], "password": PASSWORD}
    )
    assert page.status_code == 200
    assert "이미 쓰이는 사용자 이름입니다" in page.content.decode()
    assert User.objects.filter(username="kim").count() == 1


@pytest.mark.django_db
def test_administrator_changes_roles_but_not_superuser_flag(user_as: As, signed_in: SignIn) -> None:
    user = user_as("finance")
    answer = signed_in(user_as("administrator")).post(
        page_of(user),
        {
            "full_name": "김",
            "email": "",
            "is_active": "on",
            "roles": ["auditor"],
            "reason": "moved",
            "is_superuser": "on",
            "is_staff": "",
        },
    )
    user.refresh_from_db()
    assert answer.status_code == 302
    assert (user.full_name, user.is_superuser, user.is_staff) == ("김", False, True)
    assert list(user.groups.values_list("name", flat=True)) == ["auditor"]


@pytest.mark.django_db
def test_own_account_and_a_superuser_are_only_shown_to_an_administrator(user_as: As, signed_in: SignIn) -> None:
    administrator, superuser = user_as("administrator"), factories.UserFactory(is_superuser=True)
    client = signed_in(administrator)
    for account in (administrator, superuser):
        assert client.get(page_of(account)).status_code == 200
        assert client.post(page_of(account), {"roles": ["manager"], "is_active": "on"}).status_code == 403
        assert client.get(page_of(account).replace("change/", "password/")).status_code == 403
    assert list(administrator.groups.values_list("name", flat=True)) == ["administrator"]


@pytest.mark.django_db
def test_auditor_sees_accounts_and_changes_none(user_as: As, signed_in: SignIn) -> None:
    user = user_as("finance")
    client = signed_in(user_as("auditor"))
    assert client.get(page_of(user)).status_code == 200
    assert client.post(page_of(user), {"roles": [], "is_active": ""}).status_code == 403
    assert client.get(reverse("admin:relief_user_add")).status_code == 403


@pytest.mark.django_db
def test_administrator_sets_a_new_password(user_as: As, signed_in: SignIn) -> None:
    user = user_as("finance")
    client = signed_in(user_as("administrator"))
    address = page_of(user).replace("change/", "password/")
    assert "이미" not in client.get(address).content.decode()
    weak = client.post(address, {"password": "1234567890"})
    assert weak.status_code == 200
    assert client.post(address, {"password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_user_list_asks_a_constant_number_of_queries(user_as: As, signed_in: SignIn) -> None:
    client = signed_in(user_as("administrator"))
    client.get("/")
    counts = []
    for _turn in range(2):
        for role in ("finance", "manager", "auditor"):
            user_as(role)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("admin:relief_user_changelist"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["password__startswith", "email__startswith", "session_epoch", "groups__name"])
def test_list_refuses_a_filter_it_does_not_offer(
    user_as: Callable[..., User], signed_in: Callable[[User], Client], lookup: str
) -> None:
    client = signed_in(user_as("auditor"))
    assert client.get(reverse("admin:relief_user_changelist"), {lookup: "p"}).status_code == 400
    offered = client.get(reverse("admin:relief_user_changelist"), {"is_active__exact": "1", "role": "auditor"})
    assert offered.status_code == 200
