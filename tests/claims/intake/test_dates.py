"""Dates are read where they read one way; they are Seoul times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.dates import instant_of, instant_of_serial

# As people write them, without a zone.
FIRST, LAST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2099-12-31")
SEOUL = timezone(timedelta(hours=9))


def seoul(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2022-10-19 14:05:09", seoul(2022, 10, 19, 14, 5, 9)),
        ("2022-10-19 14:05", seoul(2022, 10, 19, 14, 5)),
        ("2022/10/19 14:05", seoul(2022, 10, 19, 14, 5)),
        ("2022.10.19 14:05", seoul(2022, 10, 19, 14, 5)),
        ("2022. 10. 9.", seoul(2022, 10, 9)),
        ("2022-10-19", seoul(2022, 10, 19)),
        ("20221019", seoul(2022, 10, 19)),
        ("2022년 10월 19일", seoul(2022, 10, 19)),
        ("2022년 10월 19일 오후 3시 5분", seoul(2022, 10, 19, 15, 5)),
        ("2022-10-19 오전 12:05", seoul(2022, 10, 19, 0, 5)),
        ("2022-10-19 3:05 PM", seoul(2022, 10, 19, 15, 5)),
        ("2022-10-19T14:05:09", seoul(2022, 10, 19, 14, 5, 9)),
        ("2022-10-19T05:05:09Z", seoul(2022, 10, 19, 14, 5, 9)),
        ("2022-10-19T14:05:09+09:00", seoul(2022, 10, 19, 14, 5, 9)),
        ("2022-10-19 14:05:09.123", seoul(2022, 10, 19, 14, 5, 9)),
        ("２０２２-１０-１９", seoul(2022, 10, 19)),
        (" 2022-10-19 ", seoul(2022, 10, 19)),
        ("2022년 10월 19일오후 3시", seoul(2022, 10, 19, 15)),
        ("2022-10-19 14:05 9", seoul(2022, 10, 19, 14, 5, 9)),
        ("2022.10.9.14:05", seoul(2022, 10, 9, 14, 5)),
        ("2022-10-19오전 9:05", seoul(2022, 10, 19, 9, 5)),
    ],
)
def test_date_that_reads_one_way_is_read(text: str, instant: datetime) -> None:
    assert instant_of(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2022-02-31",
        "2022-02-31 10:00:00",
        "2022-13-01",
        "2022-10-20 25:10:00",
        "2022-10-20 10:61:00",
        "2022-10-20 오후 13:00",
        "10/11/22",
        "1/20/2017 0:00",
        "16-Feb-17",
        "어제 오후",
        "44853",
        "0000-00-00",
        "",
        "2022-10-19T14:05:09+99:00",
        "2" * 500,
        # The 1st or the 11th; 14:05:09 or 14:00:59.
        "2022-10-114:05",
        "2022-10-19 14:059",
        "1022-10-19 14:05:09",
        "2022-10-19 24:00:00",
    ],
)
def test_date_that_reads_two_ways_or_none_is_refused(text: str) -> None:
    assert instant_of(text) is None


@given(st.datetimes(FIRST, LAST))
def test_every_way_of_writing_one_moment_means_the_same(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    expected = moment.replace(tzinfo=SEOUL)
    ways = (
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment:%Y.%m.%d %H:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M:%S}",
        expected.isoformat(),
        f"{expected.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    # A moment early on 1990-01-01 in Seoul is of 1989 in UTC, which is still a year of claims' dates.
    assert [instant_of(way) for way in ways] == [expected] * len(ways)


@given(st.text(max_size=60))
def test_any_text_is_an_aware_instant_or_nothing(text: str) -> None:
    instant = instant_of(text)
    assert instant is None or instant.utcoffset() is not None


@pytest.mark.parametrize(
    ("serial", "instant"),
    [
        (44_853, seoul(2022, 10, 19)),
        (44_853.5, seoul(2022, 10, 19, 12)),
        (36_526, seoul(2000, 1, 1)),
        (73_050.5, seoul(2099, 12, 31, 12)),
        (73_051, None),
        (36_525.9, None),
        (0, None),
        (-1, None),
        (1e9, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_serial_of_a_spreadsheet_is_a_date_in_the_years_of_claims(serial: float, instant: datetime | None) -> None:
    assert instant_of_serial(serial) == instant
