"""When a next step is due, in the words of the queue."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)


class Due(StrEnum):
    """The boxes of the queue."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    ANY_DAY = "any_day"


def due(due_on: date | None, today: date) -> Due:
    """Return the box of a step; within a week means on one of the seven days after today."""
    if due_on is None:
        return Due.ANY_DAY
    if due_on < today:
        return Due.OVERDUE
    if due_on == today:
        return Due.TODAY
    return Due.WEEK if due_on <= today + WEEK else Due.LATER
