"""What the first cells of a column look like: which fields could read them, in which formats, what means nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from claims.intake import rules
from claims.intake.date_formats import FORMATS, SERIAL, instant_in
from claims.intake.dates import instant_of
from claims.intake.faults import Fault
from claims.intake.rules import Cell, Parser, text_of
from claims.intake.words import Vocabulary
from relief.korea.accounts import account_digits
from relief.korea.banks import folded

NOTHING_WORDS = frozenset(
    (
        "-", "--", "---", "–", "—", "―", ".", "n/a", "#n/a", "na", "nil", "null", "(null)", "none", "(none)", "없음",
        "(없음)", "해당없음", "해당사항없음", "미기재", "미입력", "(blank)", "공란", "무응답",
    )
)  # fmt: skip
"""Folded words that people write where they have nothing to say."""
_ACCOUNT_SHORTEST = 10
_CODES = frozenset({"USD", "US$", "EUR", "JPY", "GBP", "CNY"})
_SAMPLES, _SAMPLE_LENGTH = 3, 60


class DateFormats(NamedTuple):
    """The formats that a column of dates needs besides year first, and whether more than one could be meant."""

    codes: tuple[str, ...]
    uncertain: bool


def shown_samples(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Return the first three different texts of a column, cut at sixty characters."""
    found: dict[str, None] = {}
    for cell in cells:
        text = " ".join(text_of(cell).split())
        if text:
            found[text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"] = None
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def stated(cells: Iterable[Cell]) -> list[Cell]:
    """Return the cells that say something: neither blank nor a word for nothing."""
    return [cell for cell in cells if text_of(cell).strip() and not _says_nothing(cell)]


def nothing_words(cells: Iterable[Cell]) -> dict[str, str]:
    """Return folded word → word as it stands for each word for nothing among the cells."""
    found: dict[str, str] = {}
    for cell in cells:
        if isinstance(cell, str) and _says_nothing(cell):
            found.setdefault(folded(cell), cell.strip())
    return found


def _says_nothing(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) < rules.WORD_LENGTH and folded(cell) in NOTHING_WORDS


def readers(words: Vocabulary) -> Mapping[str, Parser]:
    """Return, for each field that samples can speak for, what reads its cells."""
    return {
        "received_at": _any_date,
        "phone": rules.phone,
        "registration_number": rules.registration_number,
        "service": rules.word(words.services),
        "pricing": rules.word(words.pricings),
        "reporter_type": rules.word(words.reporter_types),
        "bank": _bank_by_name,
        "account": _account_in_text,
        "claimed_loss": _amount_in_words,
    }


def share_read(parse: Parser, cells: Sequence[Cell]) -> float:
    """Return which share of the cells, from 0 to 1, the parser reads."""
    if not cells:
        return 0.0
    values = [parse(cell) for cell in cells]
    return sum(value not in {None, ""} and not isinstance(value, Fault) for value in values) / len(cells)


def share_of_amounts(cells: Sequence[Cell]) -> float:
    """Return which share of the cells reads as an amount, a currency's sign left out."""
    return share_read(rules.amount(1_000_000, currency_of(cells)), cells)


def is_date(text: str) -> bool:
    """Say whether a text is a date in some way of writing it; bare numbers are none."""
    return instant_of(text) is not None or any(instant_in(text, (code,)) for code in FORMATS if code != SERIAL)


def _any_date(cell: Cell) -> object:
    return True if isinstance(cell, str) and is_date(cell) else Fault.NO_SUCH_DATE


def _bank_by_name(cell: Cell) -> object:
    # A bare number may be anything; only where a heading says so is it a bank's code.
    return Fault.UNKNOWN_WORD if text_of(cell).strip().isdecimal() else rules.bank(cell)


def _account_in_text(cell: Cell) -> object:
    digits = account_digits(cell) if isinstance(cell, str) else None
    is_other = digits is None or len(digits) < _ACCOUNT_SHORTEST or rules.phone(cell) == digits
    return Fault.NOT_AN_ACCOUNT if is_other or rules.registration_number(cell) == digits else digits


def _amount_in_words(cell: Cell) -> object:
    # A bare number may be anything; separators, a sign or a word for won make it an amount.
    if not isinstance(cell, str) or cell.strip().isdecimal():
        return Fault.NOT_A_NUMBER
    return rules.amount(1_000_000, currency_of([cell]))(cell)


def currency_of(cells: Iterable[Cell]) -> str:
    """Return the sign that stands with the amounts of a column, the won's own left out, or an empty text."""
    for cell in cells:
        if not isinstance(cell, str) or not any(map(str.isdecimal, cell[:_SAMPLE_LENGTH])):
            continue
        text = unicodedata.normalize("NFKC", cell[:_SAMPLE_LENGTH]).strip(" +-−()0123456789.,\t")
        if text.upper() in _CODES or (len(text) == 1 and unicodedata.category(text) == "Sc" and text != "₩"):
            return text
    return ""


def date_formats_of(cells: Iterable[Cell]) -> DateFormats:
    """Return the formats under which a column of dates reads one way, as far as the cells tell.

    A format is proposed where some cell reads in no other; together they must read every such cell one way.
    """
    texts = {cell.strip() for cell in cells if isinstance(cell, str) and cell.strip() and instant_of(cell) is None}
    reading = {text: [code for code in FORMATS if instant_in(text, (code,))] for text in texts}
    codes = {fitting[0] for fitting in reading.values() if len(fitting) == 1}
    proposed = tuple(code for code in FORMATS if code in codes)
    certain = all(instant_in(text, proposed) for text, fitting in reading.items() if fitting)
    return DateFormats(proposed if certain else (), not certain)
