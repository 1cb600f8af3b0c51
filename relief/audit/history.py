"""The one way a model's history is kept: events by trigger, append-only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pgtrigger
from django.db.models import Model

Tracked = TypeVar("Tracked", bound=type[Model])


def tracked(*, exclude: Sequence[str] = (), deletes: bool = False) -> Callable[[Tracked], Tracked]:
    """Return the class decorator that keeps every insert and update of a model as an event row.

    Columns in `exclude` are kept out of the events, and a change of them alone makes none. With `deletes`, the end of
    a row is an event too.

    Inserts are tracked by statement (one pass for a COPY of any size); updates by row, because statement-level
    update events join old and new values in a plan that does not end on large sets.
    """
    decorator: Callable[[Tracked], Tracked] = pghistory.track(
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Row),
        *([pghistory.DeleteEvent()] if deletes else []),
        append_only=True,
        exclude=list(exclude) or None,
    )
    return decorator


def tracked_pairs() -> Callable[[Tracked], Tracked]:
    """Return the class decorator that keeps every insert and delete of a many-to-many table as an event row."""
    decorator: Callable[[Tracked], Tracked] = pghistory.track(
        pghistory.InsertEvent(), pghistory.DeleteEvent(), append_only=True, obj_field=None
    )
    return decorator
