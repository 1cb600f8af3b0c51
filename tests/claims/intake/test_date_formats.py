"""A day is read in the formats that a profile names, and only where they agree."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.date_formats import FORMATS, SERIAL, instant_in

SEOUL = timezone(timedelta(hours=9))
FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-12-31")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def seoul(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("code", "text", "instant"),
    [
        ("D-MON-YY", "16-Feb-17", seoul(2017, 2, 16)),
        ("D-MON-YY", "1-aug-17", seoul(2017, 8, 1)),
        ("D-MON-YY", "1 Sept. 17", seoul(2017, 9, 1)),
        ("D-MON-YY", "16-Feb-17 2:05 PM", seoul(2017, 2, 16, 14, 5)),
        ("D-MON-YY", "16-Feb-00", seoul(2000, 2, 16)),
        ("D-MON-YY", "16-Feb-99", seoul(2099, 2, 16)),
        ("D-MON-YY", "30-Feb-17", None),
        ("D-MON-YY", "16-Feb-2017", None),
        ("D-MON-YY", "16-2-17", None),
        ("D-MON-YYYY", "16-Feb-2017", seoul(2017, 2, 16)),
        ("D-MON-YYYY", "16 February 2017", seoul(2017, 2, 16)),
        ("D-MON-YYYY", "16 February, 2017 14:05:09", seoul(2017, 2, 16, 14, 5, 9)),
        ("MON-D-YYYY", "Feb 16, 2017", seoul(2017, 2, 16)),
        ("MON-D-YYYY", "February 16 2017, 2:05 pm", seoul(2017, 2, 16, 14, 5)),
        ("M/D/YYYY", "1/20/2017 0:00", seoul(2017, 1, 20)),
        ("M/D/YYYY", "11/9/2017 15:45", seoul(2017, 11, 9, 15, 45)),
        ("M/D/YYYY", "20/1/2017", None),
        ("M/D/YYYY", "1/20/20170:00", None),
        ("D/M/YYYY", "20/1/2017", seoul(2017, 1, 20)),
        ("M/D/YY", "10/11/22", seoul(2022, 10, 11)),
        ("D/M/YY", "10/11/22", seoul(2022, 11, 10)),
        ("M-D-YYYY", "10-19-2022", seoul(2022, 10, 19)),
        ("D-M-YYYY", "19-10-2022", seoul(2022, 10, 19)),
        ("M-D-YY", "10-19-22", seoul(2022, 10, 19)),
        ("D-M-YY", "19-10-22", seoul(2022, 10, 19)),
        ("D.M.YYYY", "19.10.2022 14:05", seoul(2022, 10, 19, 14, 5)),
        ("D.M.YYYY", "19. 10. 2022", seoul(2022, 10, 19)),
        ("D.M.YY", "19.10.22", seoul(2022, 10, 19)),
        ("YY-M-D", "22-10-19", seoul(2022, 10, 19)),
        ("YY-M-D", "22. 10. 9. 오후 3:05", seoul(2022, 10, 9, 15, 5)),
        ("YY-M-D", "22/10-19", None),
        ("YYYYMMDDHHMMSS", "20221019140509", seoul(2022, 10, 19, 14, 5, 9)),
        ("YYYYMMDDHHMMSS", "202210191405", seoul(2022, 10, 19, 14, 5)),
        ("YYYYMMDDHHMMSS", "20221019250509", None),
        (SERIAL, "44853", seoul(2022, 10, 19)),
        (SERIAL, "44853.5", seoul(2022, 10, 19, 12)),
        (SERIAL, "99999", None),
        (SERIAL, "448", None),
        ("M/D/YYYY", "１/２０/２０１７", seoul(2017, 1, 20)),
        ("M/D/YYYY", "1" * 500, None),
        ("M/D/YYYY", "", None),
    ],
)
def test_day_is_read_in_the_format_that_was_named(code: str, text: str, instant: datetime | None) -> None:
    assert instant_in(text, (code,)) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [("10/11/2022", None), ("5/5/2022", seoul(2022, 5, 5)), ("13/2/2017", seoul(2017, 2, 13)), ("13/13/2017", None)],
)
def test_day_that_two_formats_read_differently_is_none(text: str, instant: datetime | None) -> None:
    assert instant_in(text, ("M/D/YYYY", "D/M/YYYY")) == instant


def test_day_is_none_where_no_format_is_named() -> None:
    assert instant_in("10/19/2022", ()) is None


def written(moment: datetime, code: str) -> list[str]:
    """Return ways to write the day of a moment in a format."""
    day, month, year, short = moment.day, moment.month, moment.year, f"{moment:%y}"
    name, long_name = MONTHS[month - 1], LONG[month - 1]
    return {
        "D-MON-YY": [f"{day}-{name}-{short}", f"{day:02}/{long_name}/{short}", f"{day} {name.upper()} {short}"],
        "D-MON-YYYY": [f"{day}-{name}-{year}", f"{day} {long_name}, {year}"],
        "MON-D-YYYY": [f"{name} {day}, {year}", f"{long_name}-{day:02}-{year}"],
        "M/D/YYYY": [f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year}"],
        "D/M/YYYY": [f"{day}/{month}/{year}"],
        "M/D/YY": [f"{month}/{day}/{short}"],
        "D/M/YY": [f"{day}/{month}/{short}"],
        "M-D-YYYY": [f"{month}-{day}-{year}"],
        "D-M-YYYY": [f"{day}-{month}-{year}"],
        "M-D-YY": [f"{month}-{day}-{short}"],
        "D-M-YY": [f"{day}-{month}-{short}"],
        "D.M.YYYY": [f"{day}.{month}.{year}", f"{day:02}. {month:02}. {year}"],
        "D.M.YY": [f"{day}.{month}.{short}."],
        "YY-M-D": [f"{short}-{month}-{day}", f"{short}.{month:02}.{day:02}.", f"{short}/{month}/{day}"],
    }[code]


@given(st.datetimes(FIRST, LAST), st.sampled_from(sorted(set(FORMATS) - {"YYYYMMDDHHMMSS", SERIAL})))
def test_every_day_written_in_a_format_is_read_in_it(moment: datetime, code: str) -> None:
    moment = moment.replace(microsecond=0, tzinfo=SEOUL)
    midnight = moment.replace(hour=0, minute=0, second=0)
    half = "PM" if moment.hour >= 12 else "AM"
    for day in written(moment, code):
        assert instant_in(day, (code,)) == midnight
        assert instant_in(f"{day} {moment:%H:%M:%S}", (code,)) == moment
        assert instant_in(f"{day} {moment.hour % 12 or 12}:{moment:%M:%S} {half}", (code,)) == moment


@given(st.datetimes(FIRST, LAST))
def test_every_moment_written_in_digits_is_read(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=SEOUL)
    serial = (moment - seoul(1899, 12, 30)) / timedelta(days=1)
    assert instant_in(f"{moment:%Y%m%d%H%M%S}", ("YYYYMMDDHHMMSS",)) == moment
    assert instant_in(f"{serial:.10f}", (SERIAL,)) == moment


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,4}[-/. ][0-9]{1,4}", fullmatch=True))
def test_any_text_is_an_instant_of_claims_or_none(text: str) -> None:
    for code in FORMATS:
        instant = instant_in(text, (code,))
        assert instant is None or (instant.utcoffset() == timedelta(hours=9) and 2000 <= instant.year <= 2099)
