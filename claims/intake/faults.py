"""What can be wrong with a cell or a row: one table of codes and sentences, for pages, workbooks and the command."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Fault(StrEnum):
    """A reason why a cell, or a row as a whole, is refused."""

    MISSING = "missing"
    DUPLICATE = "duplicate"
    KNOWN_OTHERWISE = "known_otherwise"
    NO_SUCH_DATE = "no_such_date"
    NEGATIVE = "negative"
    NOT_WHOLE_WON = "not_whole_won"
    TOO_LARGE = "too_large"
    NOT_A_NUMBER = "not_a_number"
    SPREADSHEET_FLOAT = "spreadsheet_float"
    NOT_AN_ACCOUNT = "not_an_account"
    NOT_A_PHONE = "not_a_phone"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    WRONG_LENGTH = "wrong_length"
    UNKNOWN_WORD = "unknown_word"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    WRONG_COLUMN_COUNT = "wrong_column_count"


SENTENCES: dict[Fault, StrOrPromise] = {
    Fault.MISSING: _("Nothing is given here, but it is needed."),
    Fault.DUPLICATE: _("This receipt number stands on an earlier row of the same file."),
    Fault.KNOWN_OTHERWISE: _("A claim with this receipt number is registered already, with other content."),
    Fault.NO_SUCH_DATE: _("This is no date and time that reads one way only. Write it like 2022-10-19 14:05."),
    Fault.NEGATIVE: _("An amount cannot be negative."),
    Fault.NOT_WHOLE_WON: _("An amount is in whole won."),
    Fault.TOO_LARGE: _("The amount is larger than any that can be registered."),
    Fault.NOT_A_NUMBER: _("This is no amount whose meaning is certain. Write it like 300000."),
    Fault.SPREADSHEET_FLOAT: _("A spreadsheet has turned this into a number and lost digits. Enter it again as text."),
    Fault.NOT_AN_ACCOUNT: _("This is no account number: it has 9 to 16 digits."),
    Fault.NOT_A_PHONE: _("This is no phone number."),
    Fault.WRONG_CHECK_DIGIT: _("The check digit is wrong: a digit of the number has been mistyped."),
    Fault.WRONG_LENGTH: _("The number has too many or too few digits."),
    Fault.UNKNOWN_WORD: _("This word is not known here. Use a name from the catalogue."),
    Fault.TOO_LONG: _("The text is longer than can be registered."),
    Fault.CONTROL_CHARACTER: _("The text holds a character that cannot be shown."),
    Fault.WRONG_COLUMN_COUNT: _("The row has more or fewer columns than the heading."),
}


class Found(NamedTuple):
    """One fault of a row: the field it concerns ("" for the row as a whole), what is wrong, and the value read."""

    field: str
    fault: Fault
    value: str = ""


def sentence(code: str) -> str:
    """Return the sentence of a fault code in the active language; a code no longer known stands for itself."""
    try:
        return str(SENTENCES[Fault(code)])
    except ValueError:
        return code
