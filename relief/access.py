"""Permission checks for services; pages use the same codes through the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relief.errors import PERMISSION_SENTENCE, NotAllowed

if TYPE_CHECKING:
    from relief.accounts.models import User


def require(user: User, permission: str) -> None:
    """Raise `NotAllowed` unless the active user holds the permission ("app_label.codename")."""
    if not (user.is_active and user.has_perm(permission)):
        raise NotAllowed(PERMISSION_SENTENCE, code=permission)
