from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from relief import clock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2022, 10, 18, 14, 59, 59, tzinfo=UTC), date(2022, 10, 18)),
        (datetime(2022, 10, 18, 15, 0, 0, tzinfo=UTC), date(2022, 10, 19)),
    ],
)
def test_seoul_day_turns_at_three_in_the_afternoon_of_utc(instant: datetime, day: date) -> None:
    assert clock.seoul_date(instant) == day
    with time_machine.travel(instant, tick=False):
        assert (clock.today(), clock.now()) == (day, instant)


def test_day_begins_and_ends_at_seoul_midnight() -> None:
    day = date(2022, 11, 6)
    assert clock.start_of_day(day) == datetime(2022, 11, 5, 15, 0, tzinfo=UTC)
    assert clock.end_of_day(day) == datetime(2022, 11, 6, 15, 0, tzinfo=UTC)


def test_now_is_aware() -> None:
    assert clock.now().utcoffset() is not None


def test_first_and_last_day_of_the_calendar_are_bounded_by_its_instants() -> None:
    assert clock.start_of_day(date.min) == datetime.min.replace(tzinfo=UTC)
    assert clock.end_of_day(date.max) == datetime.max.replace(tzinfo=UTC)
