from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from relief.accounts import services
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from tests import factories

PASSWORD = "a long enough sentence"
As = Callable[..., User]


def roles_of(user: User) -> set[str]:
    return set(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


@pytest.mark.django_db
def test_created_user_signs_in_with_his_roles(user_as: As) -> None:
    user = services.create_user(
        by=user_as("administrator"), username="kim", password=PASSWORD, full_name="김", roles=["finance"]
    )
    assert (user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (True, False, True)
    assert roles_of(user) == {"finance"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["intake_staff", "finance", "manager", "auditor", "chair"])
def test_who_is_no_administrator_creates_and_changes_nobody(role: str, user_as: As) -> None:
    by, other = user_as(role), user_as("finance")
    with pytest.raises(NotAllowed):
        services.create_user(by=by, username="kim", password=PASSWORD)
    with pytest.raises(NotAllowed):
        services.assign_roles(by=by, user=other, roles=["manager"])
    with pytest.raises(NotAllowed):
        services.change_user(by=by, user=other, full_name="", email="", is_active=False)
    with pytest.raises(NotAllowed):
        services.set_password(by=by, user=other, password=PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "KIM"}, "username_taken"),
        ({"password": "1234567890"}, "weak_password"),
        ({"password": "short"}, "weak_password"),
        ({"roles": ["emperor"]}, "unknown_role"),
    ],
)
def test_account_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: str, user_as: As) -> None:
    factories.UserFactory(username="kim")
    asked = {"username": "lee", "password": PASSWORD, **changes}
    with pytest.raises(RuleBroken) as refused:
        services.create_user(by=user_as("administrator"), **asked)
    assert refused.value.code == code
    assert User.objects.filter(username="lee").count() == 0


@pytest.mark.django_db
def test_nobody_gives_himself_a_role(user_as: As) -> None:
    administrator = user_as("administrator")
    superuser = factories.UserFactory(is_superuser=True)
    for by in (administrator, superuser):
        with pytest.raises(RuleBroken) as refused:
            services.assign_roles(by=by, user=by, roles=["administrator", "manager"])
        assert refused.value.code == "not_own_account"
    assert roles_of(administrator) == {"administrator"}


@pytest.mark.django_db
def test_superuser_is_changed_only_by_a_superuser(user_as: As) -> None:
    superuser = factories.UserFactory(is_superuser=True)
    with pytest.raises(RuleBroken) as refused:
        services.set_password(by=user_as("administrator"), user=superuser, password=PASSWORD)
    assert refused.value.code == "superuser_account"
    services.set_password(by=factories.UserFactory(is_superuser=True), user=superuser, password=PASSWORD)
    assert User.objects.get(pk=superuser.pk).check_password(PASSWORD)


@pytest.mark.django_db
def test_roles_leave_who_gave_them_and_why(user_as: As) -> None:
    administrator, user = user_as("administrator"), user_as("finance")
    services.assign_roles(by=administrator, user=user, roles=["manager"], reason="moved to the desk of approvals")
    events = apps.get_model("relief", "RoleHeldEvent").objects.filter(user_id=user.pk, pgh_context__isnull=False)
    told = [
        (event.pgh_label, event.group.name, event.pgh_context.metadata["user"], event.pgh_context.metadata["reason"])
        for event in events.order_by("pgh_label").select_related("group", "pgh_context")
    ]
    reason = "moved to the desk of approvals"
    assert told == [
        ("delete", "finance", administrator.pk, reason),
        ("insert", "manager", administrator.pk, reason),
    ]


@pytest.mark.django_db
def test_history_of_accounts_holds_no_password_and_no_sign_in(user_as: As) -> None:
    user = user_as("finance")
    history = apps.get_model("relief", "UserEvent")
    assert {"password", "last_login"} & {field.name for field in history._meta.fields} == set()
    before = history.objects.filter(pgh_obj=user).count()
    user.last_login = factories.WHEN
    user.save(update_fields=("last_login",))
    assert history.objects.filter(pgh_obj=user).count() == before
    user.email = "a@example.org"
    user.save(update_fields=("email",))
    assert history.objects.filter(pgh_obj=user).count() == before + 1
    with pytest.raises(DatabaseError), transaction.atomic():
        history.objects.filter(pgh_obj=user).update(email="")
