"""The one way a model's history is kept: events by trigger, append-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.db.models import Model

Tracked = TypeVar("Tracked", bound=type[Model])


def tracked() -> Callable[[Tracked], Tracked]:
    """Return the class decorator that keeps every insert and update of a model as an event row.

    Inserts are tracked by statement (one pass for a COPY of any size); updates by row, because statement-level
    update events join old and new values in a plan that does not end on large sets.
    """
    decorator: Callable[[Tracked], Tracked] = pghistory.track(
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Row),
        append_only=True,
    )
    return decorator
