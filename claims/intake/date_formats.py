"""Ways of writing a day that read one way only once somebody has said which: a closed table, chosen by profiles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from claims.intake.dates import TIME_AND_ZONE, instant_of_parts, instant_of_serial

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_MONTHS = {
    name: place
    for place, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAY, _MONTH = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_NAMED = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_YEAR, _SHORT = r"(?P<year>20\d\d)", r"(?P<year>\d\d)"
_LATER = rf"(?:(?:\s+|\s*[T,]\s*){TIME_AND_ZONE})?"
_LONGEST = 60
SERIAL = "SERIAL"


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A way of writing a day, perhaps with a time: its code, an example for people, and its pattern."""

    code: str
    example: StrOrPromise
    pattern: re.Pattern[str]


def _written(code: str, example: StrOrPromise, day: str, *, later: str = _LATER) -> tuple[str, DateFormat]:
    return code, DateFormat(code, example, re.compile(day + later, re.ASCII | re.IGNORECASE))


FORMATS: Mapping[str, DateFormat] = dict(
    (
        _written("D-MON-YY", "19-Oct-22", rf"{_DAY}[-/ ]{_NAMED}[-/ ]{_SHORT}"),
        _written("D-MON-YYYY", "19-Oct-2022", rf"{_DAY}[-/ ]{_NAMED}[-/ ,]\s?{_YEAR}"),
        _written("MON-D-YYYY", "Oct 19, 2022", rf"{_NAMED}[-/ ]{_DAY}[-/ ,]\s?{_YEAR}"),
        _written("M/D/YYYY", "10/19/2022", rf"{_MONTH}/{_DAY}/{_YEAR}"),
        _written("D/M/YYYY", "19/10/2022", rf"{_DAY}/{_MONTH}/{_YEAR}"),
        _written("M/D/YY", "10/19/22", rf"{_MONTH}/{_DAY}/{_SHORT}"),
        _written("D/M/YY", "19/10/22", rf"{_DAY}/{_MONTH}/{_SHORT}"),
        _written("M-D-YYYY", "10-19-2022", rf"{_MONTH}-{_DAY}-{_YEAR}"),
        _written("D-M-YYYY", "19-10-2022", rf"{_DAY}-{_MONTH}-{_YEAR}"),
        _written("M-D-YY", "10-19-22", rf"{_MONTH}-{_DAY}-{_SHORT}"),
        _written("D-M-YY", "19-10-22", rf"{_DAY}-{_MONTH}-{_SHORT}"),
        _written("D.M.YY", "19.10.22", rf"{_DAY}\.\s?{_MONTH}\.\s?{_SHORT}\.?"),
        _written("D.M.YYYY", "19.10.2022", rf"{_DAY}\.\s?{_MONTH}\.\s?{_YEAR}"),
        _written("YY-M-D", "22-10-19", rf"{_SHORT}(?P<mark>[-/.])\s?{_MONTH}(?P=mark)\s?{_DAY}\.?"),
        _written(
            "YYYYMMDDHHMMSS",
            "20221019140509",
            r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?",
            later="",
        ),
        _written(
            SERIAL, _("44853.5, the day's number in a spreadsheet"), r"(?P<serial>\d{5}(?:\.\d{1,15})?)", later=""
        ),
    )
)
"""Every code with its format; a year of two digits is one from 2000 to 2099."""


def instant_in(text: str, codes: Sequence[str]) -> datetime | None:
    """Return the aware instant, in Seoul time, that the text means in the formats of these codes.

    None where no format reads it, or where two formats read it differently.
    """
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).strip()
    found = {moment for code in codes if (moment := _read(plain, FORMATS[code])) is not None}
    return found.pop() if len(found) == 1 else None


def _read(text: str, form: DateFormat) -> datetime | None:
    match = form.pattern.fullmatch(text)
    if match is None:
        return None
    if form.code == SERIAL:
        return instant_of_serial(float(match["serial"]))
    part = match.groupdict()
    month = _MONTHS.get(part["month"].lower()) or int(part["month"])
    year = int(part["year"])
    return instant_of_parts(year if year > 99 else 2000 + year, month, int(part["day"]), part)
