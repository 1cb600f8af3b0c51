"""Seoul days as rules write them, such as "2022-10-19", and the instants at which they begin and end."""

from __future__ import annotations

from datetime import date, datetime

from relief.clock import end_of_day, seoul_date, start_of_day


def day_of(instant: datetime) -> str:
    """Return the Seoul day of an instant as a rule writes it; such texts are in the order of their days."""
    return seoul_date(instant).isoformat()


def begin_of(day: str) -> datetime:
    """Return the instant at which a day begins."""
    return start_of_day(date.fromisoformat(day))


def end_of(day: str) -> datetime:
    """Return the first instant after a day."""
    return end_of_day(date.fromisoformat(day))
