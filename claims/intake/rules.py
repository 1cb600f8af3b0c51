"""One pure parser a field: a cell in, its value or the fault out; and which round admits a claim."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from claims.catalogue.models import ReporterType
from claims.intake.amounts import amount_in_won, amount_of_cell
from claims.intake.dates import instant_of, instant_of_serial
from claims.intake.faults import Fault
from claims.intake.words import Round
from claims.register.models import Claim
from relief.korea import banks, phones, registration

Cell = str | int | float | bool
Parser = Callable[[Cell], Any]

RECEIPT_LENGTH = 40
CHANNEL_LENGTH = 40
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 10_000
WORD_LENGTH = 120
# What cannot be shown; tab, line feed and return may stand in a description.
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n]+")
_ACCOUNT = re.compile(r"[0-9][0-9 -]*[0-9]", re.ASCII)
_FLOAT = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d+|\d+\.\d+", re.ASCII)


def text_of(cell: Cell) -> str:
    """Return a cell as text; a whole number that a spreadsheet holds as 12.0 is 12."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
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
    """Return the receipt number, full-width letters as ASCII."""
    text = short_text(cell, RECEIPT_LENGTH)
    return text if isinstance(text, Fault) or text.isascii() else unicodedata.normalize("NFKC", text)[:RECEIPT_LENGTH]


def received_at(cell: Cell) -> datetime | Fault:
    """Return the instant, in Seoul time, of a time in text or of a workbook's serial number."""
    if isinstance(cell, str):
        return instant_of(cell) or (Fault.NO_SUCH_DATE if cell.strip() else Fault.MISSING)
    return (not isinstance(cell, bool) and instant_of_serial(cell)) or Fault.NO_SUCH_DATE


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


def word(known: Mapping[str, Any]) -> Parser:
    """Return the parser of a closed set of words, compared without blanks and capitals; what it read once it keeps."""
    seen: dict[str, Any] = {}

    def read(cell: Cell) -> Any:
        text = cell if isinstance(cell, str) else text_of(cell)
        value = seen.get(text)
        if value is None:
            value = known.get(banks.folded(text), Fault.UNKNOWN_WORD) if len(text) <= WORD_LENGTH else Fault.TOO_LONG
            if len(seen) < 1_000:
                seen[text] = value
        return value

    return read


def amount(unit: int = 1) -> Parser:
    """Return the parser of amounts in a column where 1 stands for `unit` won."""

    def read(cell: Cell) -> int | Fault | None:
        if isinstance(cell, str):
            return amount_in_won(cell, unit) if cell else None
        return Fault.NOT_A_NUMBER if isinstance(cell, bool) else amount_of_cell(cell, unit)

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
    text = cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip().replace("−", "-")
    if _FLOAT.fullmatch(text):
        return Fault.SPREADSHEET_FLOAT
    digits = text.replace("-", "").replace(" ", "")
    if not _ACCOUNT.fullmatch(text) or not banks.MIN_ACCOUNT_DIGITS <= len(digits) <= banks.MAX_ACCOUNT_DIGITS:
        return Fault.NOT_AN_ACCOUNT
    return digits


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
