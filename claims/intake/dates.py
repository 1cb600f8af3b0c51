"""Dates and times as claim files write them, read only where they read one way; they are Seoul times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

_SEOUL = timezone(timedelta(hours=9))
"""Korea has kept UTC+9 without summer time since 1988."""

_ISO = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_DATE = (
    r"(?P<year>(?:19|20)\d\d)\s*"
    r"(?:[-/.년]\s*(?P<month>\d{1,2})\s*[-/.월]\s*(?P<day>\d{1,2})\s*[.일]?|(?P<compact>\d{4}))"
)
_TIME = (
    r"(?P<half>오전|오후|AM|PM)?\s*(?P<hour>\d{1,2})\s*"
    r"(?:[:시]\s*(?P<minute>\d{1,2})(?:\s*분)?"
    r"(?:(?:\s*:\s*|\s+|(?<=분))(?P<second>\d{1,2})초?(?:\.\d{1,6})?)?|시)\s*(?P<half_after>AM|PM)?"
)
_ZONE = r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
TIME_AND_ZONE = rf"{_TIME}\s*{_ZONE}"
# Where the day ends must be certain before the hour begins: 2022-10-114:05 is the 1st or the 11th.
_BETWEEN = r"(?:\s*T\s*|\s+|(?<=[일.])|(?=오))"
_MOMENT = re.compile(rf"{_DATE}(?:{_BETWEEN}{TIME_AND_ZONE})?", re.ASCII | re.IGNORECASE)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_051
"""Spreadsheet serials of 2000-01-01 and 2100-01-01: other numbers are no dates of claims."""
_EPOCH = datetime(1899, 12, 30, tzinfo=_SEOUL)
_LONGEST = 60


def instant_of(text: str) -> datetime | None:
    """Return the aware instant, in Seoul time, of a time written year first, or None where it is none.

    A day without a time is its beginning; an offset such as +09:00 or Z is obeyed.
    """
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(f"{text}+09:00")
        except ValueError:
            return None
    if len(text) > _LONGEST:
        return None
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    part = match.groupdict()
    if part["compact"]:
        month, day = int(part["compact"][:2]), int(part["compact"][2:])
    else:
        month, day = int(part["month"]), int(part["day"])
    return instant_of_parts(int(part["year"]), month, day, part)


def instant_of_parts(year: int, month: int, day: int, part: Mapping[str, str | None]) -> datetime | None:
    """Return the aware instant of a day and of the matched groups hour, minute, second, half, half_after and zone.

    None where there is no such day or hour.
    """
    hour = _hour(part)
    if hour is None:
        return None
    try:
        moment = datetime(
            year, month, day, hour, int(part.get("minute") or 0), int(part.get("second") or 0), tzinfo=_SEOUL
        )
    except ValueError:
        return None
    zone = part.get("zone")
    return _shifted(moment, zone) if zone else moment


def _hour(part: Mapping[str, str | None]) -> int | None:
    hour = int(part.get("hour") or 0)
    half = (part.get("half") or part.get("half_after") or "").upper()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half in {"오후", "PM"} else 0)


def _shifted(moment: datetime, zone: str) -> datetime | None:
    minutes = 0
    if zone.upper() != "Z":
        digits = zone[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        if minutes > 14 * 60:
            return None
        minutes = -minutes if zone[0] == "-" else minutes
    return moment + timedelta(hours=9) - timedelta(minutes=minutes)


def instant_of_serial(serial: float) -> datetime | None:
    """Return the instant of a spreadsheet's serial number (days since 1899-12-30, Seoul), or None."""
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        return None
    return _EPOCH + timedelta(seconds=round(serial * 86_400))
