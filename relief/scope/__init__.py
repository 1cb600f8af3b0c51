"""Scope: every row belongs to an incident, and a user reads the rows of the incident he works on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from relief.accounts.models import User

Row = TypeVar("Row", bound=models.Model)


@cache
def _lookup() -> Callable[[Any], int | None]:
    return cast("Callable[[Any], int | None]", import_string(settings.INCIDENT_SCOPE))


def working_incident_id(user: User) -> int | None:
    """Return the key of the incident the user works on, or None; the ground floor knows no incident table."""
    return _lookup()(user)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows that belong to an incident along `incident_path`; every read in the admin begins with `visible_to`."""

    incident_path = "incident_id"

    def visible_to(self, user: User) -> Self:
        """Return the rows of the user's working incident; none where he has none or is not active."""
        incident_id = working_incident_id(user) if user.is_active else None
        if incident_id is None:
            return self.none()
        return self.filter(**{self.incident_path: incident_id})


def scoped_by(path: str) -> type[ScopedQuerySet[Any]]:
    """Return a queryset class whose incident lies at the end of `path`, such as "batch__incident_id"."""
    return type("ScopedQuerySet", (ScopedQuerySet,), {"incident_path": path})
