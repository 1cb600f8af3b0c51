"""Dates and times as claim files write them, read only where they read one way; they are Seoul times."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone

_SEOUL = timezone(timedelta(hours=9))
"""Korea has kept UTC+9 without summer time since 1988."""

_ISO = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_DATE = (
    r"(?P<year>(?:19|20)\d\d)\s*"
    r"(?:[-/.년]\s*(?P<month>\d{1,2})\s*[-/.월]\s*(?P<day>\d{1,2})\s*[.일]?|(?P<compact>\d{4}))"
)
_TIME = (
    r"(?P<half>오전|오후|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:시]\s*(?P<minute>\d{1,2})\s*분?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})초?(?:\.\d{1,6})?)?\s*(?P<half_after>AM|PM)?"
)
_ZONE = r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
_MOMENT = re.compile(rf"{_DATE}(?:\s*T?\s*{_TIME}\s*{_ZONE})?", re.ASCII | re.IGNORECASE)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""Spreadsheet serials of 2000-01-01 and 2100-01-01: other numbers are no dates of claims."""
_EPOCH = datetime(1899, 12, 30, tzinfo=_SEOUL)
_LONGEST = 60


def instant_of(text: str) -> datetime | None:
    """Return the aware instant, in Seoul time, of a time written year first, or None where it is none.

    A day without a time is its beginning; an offset such as +09:00 or Z is obeyed.
    """
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=_SEOUL)
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
    hour = _hour(part)
    if hour is None:
        return None
    moment = _instant([int(part["year"]), month, day, hour, int(part["minute"] or 0), int(part["second"] or 0)])
    return moment if moment is None or not part["zone"] else _shifted(moment, part["zone"])


def _hour(part: dict[str, str]) -> int | None:
    hour = int(part["hour"] or 0)
    half = (part["half"] or part["half_after"] or "").upper()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half in {"오후", "PM"} else 0)


def _instant(parts: list[int]) -> datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_SEOUL)
    except ValueError:
        return None


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
