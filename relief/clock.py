"""The only source of the present: instants are aware UTC (`…_at`), business days are Seoul dates (`…_on`)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's business date in Seoul."""
    return now().astimezone(SEOUL).date()


def seoul_date(instant: datetime) -> date:
    """Return the Seoul date on which an aware instant falls."""
    return instant.astimezone(SEOUL).date()


def start_of_day(day: date) -> datetime:
    """Return the UTC instant at which a Seoul day begins; the first instant there is where that lies before it."""
    try:
        return datetime.combine(day, time.min, tzinfo=SEOUL).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of_day(day: date) -> datetime:
    """Return the first UTC instant after a Seoul day; the last instant there is where that lies beyond it."""
    try:
        return start_of_day(day + timedelta(days=1))
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
