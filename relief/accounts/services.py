"""Accounts and their roles: created, changed and ended by administrators, never by oneself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from relief.access import require
from relief.accounts.models import User
from relief.accounts.roles import ROLES
from relief.audit.services import acting
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from relief.accounts.roles import Role


class UnknownPermissions(Exception):
    """The table of roles names permissions that no model declares; `codes` lists them."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(f"the table of roles names unknown permissions: {', '.join(codes)}")
        self.codes = codes


@dataclass(frozen=True)
class RoleChanges:
    """What a sync of the table of roles changed, by group name."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def sync_roles(roles: Collection[Role] = ROLES) -> RoleChanges:
    """Write the table of roles into groups and permissions; a second call changes nothing.

    Groups and permissions that the table does not name are taken away. Raises UnknownPermissions, and writes
    nothing, where the table names a permission that does not exist.
    """
    codes = {code for role in roles for code in role.permissions}
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    if unknown := sorted(codes - known.keys()):
        raise UnknownPermissions(unknown)
    added, changed = [], []
    with transaction.atomic():
        old = {group.name: group for group in Group.objects.prefetch_related("permissions")}
        for role in roles:
            group = old.pop(role.identifier, None)
            wanted = {known[code].pk for code in role.permissions}
            if group is None:
                group = Group.objects.create(name=role.identifier)
                added.append(role.identifier)
            elif wanted == {permission.pk for permission in group.permissions.all()}:
                continue
            else:
                changed.append(role.identifier)
            group.permissions.set(wanted)
        Group.objects.filter(pk__in=[group.pk for group in old.values()]).delete()
    return RoleChanges(tuple(added), tuple(changed), tuple(old))


def _groups(roles: Collection[str]) -> list[Group]:
    known = {role.identifier for role in ROLES}
    groups = list(Group.objects.filter(name__in=known.intersection(roles)))
    if len(groups) != len(set(roles)):
        raise RuleBroken(
            _("A chosen role is not in the database. Ask for `manage.py sync_roles` to be run, then try again."),
            code="unknown_role",
        )
    return groups


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RuleBroken(" ".join(error.messages), code="weak_password") from error


def create_user(
    *, by: User, username: str, password: str, full_name: str = "", email: str = "", roles: Collection[str] = ()
) -> User:
    """Create an active account with the given roles (identifiers of `relief.accounts.roles`) and return it.

    Raises NotAllowed, or RuleBroken(username_taken | unknown_role | weak_password).
    """
    require(by, "relief.add_user")
    with transaction.atomic(), acting(by=by, act="accounts.create_user"):
        if User.objects.filter(username__iexact=username).exists():
            raise RuleBroken(_("This user name is taken. Choose another one."), code="username_taken")
        groups = _groups(roles)
        user = User(username=username, full_name=full_name, email=email, is_staff=True)
        _check_password(password, user)
        user.set_password(password)
        user.save()
        user.groups.set(groups)
    return user


def create_first_administrator(*, username: str, password: str, full_name: str = "") -> User:
    """Create the administrator of an empty site, from whom every other account comes; nobody is there to ask.

    Raises RuleBroken(site_has_users | unknown_role | weak_password).
    """
    with transaction.atomic():
        if User.objects.exists():
            raise RuleBroken(
                _("This site has accounts already. Ask one of its administrators for another."), code="site_has_users"
            )
        user = User(username=username, full_name=full_name, is_staff=True)
        _check_password(password, user)
        user.set_password(password)
        user.save()
        with acting(by=user, act="accounts.create_first_administrator"):
            user.groups.set(_groups(["administrator"]))
    return user


def _other(by: User, user: User) -> User:
    require(by, "relief.change_user")
    if by.pk == user.pk:
        raise RuleBroken(
            _("Nobody changes his own roles or account. Ask another administrator."), code="not_own_account"
        )
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_superuser and not by.is_superuser:
        raise RuleBroken(_("Only a superuser changes a superuser's account."), code="superuser_account")
    return locked


def assign_roles(*, by: User, user: User, roles: Collection[str], reason: str = "") -> None:
    """Make `roles` (identifiers) the roles of the user, ending his open sessions where one is taken away.

    Raises NotAllowed, or RuleBroken(not_own_account | superuser_account | unknown_role).
    """
    with transaction.atomic(), acting(by=by, act="accounts.assign_roles", reason=reason):
        locked = _other(by, user)
        groups = _groups(roles)
        taken = set(locked.groups.values_list("pk", flat=True)) - {group.pk for group in groups}
        locked.groups.set(groups)
        if taken:
            _end_sessions(locked)


def change_user(*, by: User, user: User, full_name: str, email: str, is_active: bool, reason: str = "") -> None:
    """Change a person's name, address and whether he may sign in; ending an account ends its sessions.

    Raises NotAllowed, or RuleBroken(not_own_account | superuser_account).
    """
    with transaction.atomic(), acting(by=by, act="accounts.change_user", reason=reason):
        locked = _other(by, user)
        locked.full_name = full_name
        locked.email = email
        locked.is_active = is_active
        locked.save(update_fields=("full_name", "email", "is_active"))
        if not is_active:
            _end_sessions(locked)


def set_password(*, by: User, user: User, password: str) -> None:
    """Give somebody else a new password and end his open sessions.

    Raises NotAllowed, or RuleBroken(not_own_account | superuser_account | weak_password).
    """
    with transaction.atomic(), acting(by=by, act="accounts.set_password"):
        locked = _other(by, user)
        _check_password(password, locked)
        locked.set_password(password)
        locked.save(update_fields=("password",))
        _end_sessions(locked)


def _end_sessions(user: User) -> None:
    """Raise the session epoch: the middleware ends every session that began under an older one."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
