from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from relief.accounts.roles import ROLES, Role
from relief.accounts.services import RoleChanges, UnknownPermissions, sync_roles

NOTHING = RoleChanges((), (), ())


def in_database() -> dict[str, set[str]]:
    return {
        group.name: {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }


@pytest.mark.django_db
def test_roles_stand_in_the_database_as_the_table_says() -> None:
    assert in_database() == {role.identifier: set(role.permissions) for role in ROLES}


@pytest.mark.django_db
def test_sync_a_second_time_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert sync_roles() == NOTHING
    call_command("sync_roles")
    assert capsys.readouterr().out == "roles are as the table says\n"


@pytest.mark.django_db
def test_sync_takes_away_what_the_table_no_longer_names() -> None:
    Group.objects.create(name="left_over")
    finance = Group.objects.get(name="finance")
    lost = finance.permissions.get(codename="compose_batch")
    finance.permissions.remove(lost)
    Group.objects.get(name="auditor").permissions.add(lost)
    Group.objects.get(name="chair").delete()

    assert sync_roles() == RoleChanges(added=("chair",), changed=("finance", "auditor"), removed=("left_over",))
    assert in_database() == {role.identifier: set(role.permissions) for role in ROLES}


@pytest.mark.django_db
def test_sync_with_an_unknown_permission_names_it_and_writes_nothing() -> None:
    before = in_database()
    with pytest.raises(UnknownPermissions) as refused:
        sync_roles((Role("chair", "Chair", ("claims.view_claim", "claims.fly", "nowhere.view_it")),))
    assert refused.value.codes == ["claims.fly", "nowhere.view_it"]
    assert in_database() == before
