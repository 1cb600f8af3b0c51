"""One pure parser a field: a cell in, its value or the fault out; and which round admits a claim."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from claims.catalogue.models import ReporterType
from claims.intake.amounts import amount_in_won, amount_of_cell
from claims.intake.date_formats import instant_in
from claims.intake.dates import instant_of, instant_of_serial
from claims.intake.faults import Fault
from claims.intake.words import Round
from claims.register.models import Claim
from relief.korea import banks, phones, registration
from relief.korea.accounts import account_digits

Cell = str | int | float | bool
Parser = Callable[[Cell], Any]

RECEIPT_LENGTH = 40
CHANNEL_LENGTH = 40
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 10_000
WORD_LENGTH = 120
_MOST_REMEMBERED = 1_000
# What cannot be shown; tab, line feed and return may stand in a description.
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n]+")
# As spreadsheets show a number that has no room, and write it into a CSV.
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d\d+", re.ASCII)
_KEPT_WHOLE = 1e15
"""Whole numbers below this keep all their digits in a spreadsheet."""
_FLOAT = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d+|\d+\.\d+", re.ASCII)


def text_of(cell: Cell) -> str:
    """Return a cell as text; a whole number that a spreadsheet holds as 12.0 is 12."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _KEPT_WHOLE:
        return str(int(cell))
    return str(cell)


def short_text(cell: Cell, longest: int) -> str | Fault:
    """Return a text of one line without blanks around it, Unicode composed, or TOO_LONG."""
    text = (cell if type(cell) is str else text_of(cell)).strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > longest:
        return Fault.TOO_LONG
    return _BREAKS.sub(" ", text) if "\n" in text or "\t" in text or "\r" in text else text


def receipt_number(cell: Cell) -> str | Fault:
    """Return the receipt number, full-width letters as ASCII and without marks that take no room.

    A number of a spreadsheet that is too long for it has lost its last digits: SPREADSHEET_FLOAT.
    """
    if isinstance(cell, float) and abs(cell) >= _KEPT_WHOLE:
        return Fault.SPREADSHEET_FLOAT
    text = cell if type(cell) is str else text_of(cell)
    if not text.isascii():
        text = "".join(mark for mark in unicodedata.normalize("NFKC", text) if unicodedata.category(mark) != "Cf")
    number = short_text(text, RECEIPT_LENGTH)
    return (
        Fault.SPREADSHEET_FLOAT if type(number) is str and "E+" in number and _SHORTENED.fullmatch(number) else number
    )


def received_at(formats: tuple[str, ...] = ()) -> Parser:
    """Return the parser of times: year first, in one of these formats (codes), or a workbook's serial number.

    It gives the instant in Seoul time; a text that the formats read differently is NO_SUCH_DATE.
    """

    def read(cell: Cell) -> datetime | Fault:
        if isinstance(cell, str):
            moment = instant_of(cell) or (instant_in(cell, formats) if formats else None)
            return moment or (Fault.NO_SUCH_DATE if cell.strip() else Fault.MISSING)
        return (not isinstance(cell, bool) and instant_of_serial(cell)) or Fault.NO_SUCH_DATE

    return read


def channel(cell: Cell) -> str | Fault:
    """Return the channel as it is named."""
    return short_text(cell, CHANNEL_LENGTH)


def name(cell: Cell) -> str | Fault:
    """Return the name as it was given."""
    return short_text(cell, NAME_LENGTH)


def description(cell: Cell) -> str | Fault:
    """Return the description unchanged but for Unicode composition; blanks alone are nothing."""
    text = cell if type(cell) is str else text_of(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > DESCRIPTION_LENGTH:
        return Fault.TOO_LONG
    return text if text.strip() else ""


class _Remembered(dict[Cell, Any]):
    """What a parser made of short texts; the same few words stand in most rows."""

    def __init__(self, parse: Parser) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, cell: Cell) -> Any:
        value = self._parse(cell)
        # Numbers are left out: 1, 1.0 and True would be one key.
        if type(cell) is str and len(cell) <= WORD_LENGTH and len(self) < _MOST_REMEMBERED:
            self[cell] = value
        return value


def remembered(parse: Parser) -> Parser:
    """Return a parser that reads as `parse` does and keeps what it read; for columns of few different texts."""
    return _Remembered(parse).__getitem__


def word(known: Mapping[str, Any]) -> Parser:
    """Return the parser of a closed set of words, compared without blanks and capitals."""

    def read(cell: Cell) -> Any:
        text = text_of(cell)
        return known.get(banks.folded(text), Fault.UNKNOWN_WORD) if len(text) <= WORD_LENGTH else Fault.TOO_LONG

    return read


def mapped(parse: Parser, meanings: Mapping[str, Any]) -> Parser:
    """Return a parser that gives the meaning of a folded word that has one, and else reads as `parse` does."""

    def read(cell: Cell) -> Any:
        text = text_of(cell)
        folded = banks.folded(text) if len(text) <= WORD_LENGTH else ""
        return meanings[folded] if folded in meanings else parse(cell)

    return read


def amount(unit: int = 1, currency: str = "", nothing: frozenset[str] = frozenset()) -> Parser:
    """Return the parser of amounts in a column where 1 stands for `unit` won and a sign may stand with them.

    `nothing` has the folded words for an amount that is not stated; the sign may stand with them too.
    """
    signless = str.maketrans("", "", banks.folded(currency))

    def read(cell: Cell) -> int | Fault | None:
        if not isinstance(cell, str):
            return Fault.NOT_A_NUMBER if isinstance(cell, bool) else amount_of_cell(cell, unit)
        won = amount_in_won(cell, unit, currency) if cell else None
        if won is Fault.NOT_A_NUMBER and nothing and banks.folded(cell[:WORD_LENGTH]).translate(signless) in nothing:
            return None
        return won

    return read


def phone(cell: Cell) -> str | Fault:
    """Return the digits of a phone number, or an empty text."""
    text = text_of(cell)
    if not text or text.isspace():
        return ""
    digits = phones.phone_number(text)
    if digits is not None:
        return digits
    return Fault.WRONG_LENGTH if phones.digits_of(text).isdecimal() else Fault.NOT_A_PHONE


def registration_number(cell: Cell) -> str | Fault:
    """Return the ten digits of a business registration number whose check digit is right, or an empty text."""
    text = text_of(cell)
    if not text or text.isspace():
        return ""
    digits = phones.digits_of(text)
    if len(digits) != registration.DIGITS or not (digits.isascii() and digits.isdecimal()):
        return Fault.WRONG_LENGTH
    return digits if registration.is_valid(digits) else Fault.WRONG_CHECK_DIGIT


def bank(cell: Cell) -> str | Fault:
    """Return the three-digit code of a bank given by name or code, or an empty text."""
    text = text_of(cell)
    if not text or text.isspace():
        return ""
    return (banks.bank_code(text) if len(text) <= WORD_LENGTH else None) or Fault.UNKNOWN_WORD


def account(cell: Cell) -> str | Fault:
    """Return the digits of an account, or an empty text; a number of a spreadsheet may have lost zeros and digits."""
    if not isinstance(cell, str):
        return Fault.SPREADSHEET_FLOAT
    if not cell or cell.isspace():
        return ""
    digits = account_digits(cell)
    if digits is not None:
        return digits
    is_float = _FLOAT.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    return Fault.SPREADSHEET_FLOAT if is_float else Fault.NOT_AN_ACCOUNT


def admission(
    received_on: date, reporter_type: str, *, has_registration_number: bool, rounds: tuple[Round, ...]
) -> tuple[int | None, str]:
    """Return the round that a claim of this Seoul day belongs to (None outside every round), and its admission.

    A reporter of unknown type who gives a registration number counts as a small business here.
    """
    if reporter_type == ReporterType.UNKNOWN and has_registration_number:
        reporter_type = ReporterType.SMALL_BUSINESS
    open_rounds = [one for one in rounds if one.opens_on <= received_on <= one.closes_on]
    for one in open_rounds:
        if not one.admits or reporter_type in one.admits:
            return one.key, Claim.Admission.REGULAR.value
    if open_rounds:
        return open_rounds[0].key, Claim.Admission.INADMISSIBLE.value
    return None, Claim.Admission.LATE.value
