"""Amounts as people write them, read only where their meaning is certain: `3만원` is 30,000 won, `약 30만` is not."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal

from claims.intake.faults import Fault
from relief.money import MAX_WON

_PLAIN = re.compile(r"\d+", re.ASCII)
_DECIMAL = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_SIGNED = re.compile(r"(?:[-−－‐‑–△▲▽▼]\s*|\()(.+?)\)?")
_CURRENCY = re.compile(r"(?:₩|￦|\\|KRW)\s*", re.IGNORECASE)
_UNITS = {"억": 100_000_000, "만": 10_000}
_SMALL_UNITS = {"천": 1_000, "백": 100}
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+", re.ASCII)
_SHORT, _LONGEST = 20, 60
_KEPT_DIGITS = 15
"""What a spreadsheet keeps of a number, and shows: what stands behind is an error of its arithmetic."""


def amount_in_won(text: str, unit: int = 1, currency: str = "") -> int | Fault | None:
    """Return whole won, None where nothing is stated, or the fault.

    `unit` is how many won 1 stands for; `currency` is a sign that stands with the amounts and is left out. Full-width
    digits, thousands separators, a won sign, 원, and the counting words 억 만 천 백 are understood.
    """
    if len(text) < _SHORT and text.isascii():
        digits = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        if digits.isdecimal():
            won = int(digits) * unit
            return won if won <= MAX_WON else Fault.TOO_LARGE
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    if len(plain) > _LONGEST:
        return Fault.NOT_A_NUMBER
    sign = unicodedata.normalize("NFKC", currency)
    plain = _without(sign, plain)
    signed = _SIGNED.fullmatch(plain)
    if signed and isinstance(_unsigned(_without(sign, signed[1]), unit), int):
        return Fault.NEGATIVE
    return _unsigned(plain, unit)


def _without(sign: str, text: str) -> str:
    return text.removeprefix(sign).removesuffix(sign).strip() if sign else text


def _unsigned(text: str, unit: int) -> int | Fault:
    text = _CURRENCY.sub("", text, count=1).strip() if _CURRENCY.match(text) else text
    # A word for won says that the figure is in won, whatever the column's unit is.
    for word in ("원정", "원", "won", "KRW"):
        if text.lower().endswith(word.lower()):
            text, unit = text[: -len(word)].rstrip(), 1
            break
    if _DECIMAL.fullmatch(text):
        return _whole(Decimal(text.replace(",", "")), unit)
    counted = _counted(text.replace(" ", ""))
    return Fault.NOT_A_NUMBER if counted is None else _whole(counted, 1)


def _counted(text: str) -> Decimal | None:
    """Read `1억2천만`, `3만5000`, `1.5만`; the counting words fall in size, and each stands once."""
    total = Decimal(0)
    rest = text
    for word, factor in _UNITS.items():
        head, found, tail = rest.partition(word)
        if found:
            part = _section(head)
            if part is None:
                return None
            total += part * factor
            rest = tail
    if rest == text or rest:
        part = _section(rest)
        if part is None:
            return None
        total += part
    return total


def _section(text: str) -> Decimal | None:
    total = Decimal(0)
    rest = text
    for word, factor in _SMALL_UNITS.items():
        head, found, tail = rest.partition(word)
        if found:
            if not _PLAIN.fullmatch(head):
                return None
            total += int(head) * factor
            rest = tail
    if rest or rest == text:
        if not _DECIMAL.fullmatch(rest):
            return None
        total += Decimal(rest.replace(",", ""))
    return total


def _whole(amount: Decimal, unit: int) -> int | Fault:
    if amount * unit > MAX_WON:
        return Fault.TOO_LARGE
    won = amount * unit
    return int(won) if won == won.to_integral_value() else Fault.NOT_WHOLE_WON


def amount_of_cell(number: float, unit: int = 1) -> int | Fault:
    """Return whole won for a number that a spreadsheet holds as one, or the fault."""
    if not math.isfinite(number):
        return Fault.NOT_A_NUMBER
    if number < 0:
        return Fault.NEGATIVE
    if isinstance(number, int) or number > MAX_WON:
        return _whole(Decimal(number), unit)
    return _whole(Decimal(f"{number:.{_KEPT_DIGITS}g}"), unit)
