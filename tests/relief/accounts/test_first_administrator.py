"""The first administrator comes from nobody; every later account comes from one."""

from __future__ import annotations

import pytest

from relief.accounts.models import User
from relief.accounts.services import create_first_administrator
from relief.errors import RuleBroken
from tests import factories


@pytest.mark.django_db
def test_first_administrator_of_an_empty_site_may_create_accounts() -> None:
    user = create_first_administrator(username="first", password=factories.PASSWORD)
    assert (user.has_perm("relief.add_user"), user.is_superuser) == (True, False)


def test_first_administrator_of_a_site_with_accounts_is_refused(db: None) -> None:
    factories.UserFactory()
    with pytest.raises(RuleBroken) as refusal:
        create_first_administrator(username="second", password=factories.PASSWORD)
    assert (refusal.value.code, User.objects.count()) == ("site_has_users", 1)
