"""A profile out of JSON that anybody may have written: every part is checked, and what is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Pricing, ReporterType
from claims.intake.amounts import amount_in_won
from claims.intake.columns import FIELDS
from claims.intake.date_formats import FORMATS
from claims.intake.dates import instant_of
from claims.intake.profile import FIXED, FORMAT, MAPPED, MOST_HEADING_ROWS, UNITS, Column, Profile
from relief.errors import RuleBroken
from relief.korea.banks import bank_code, folded

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PARTS = frozenset(Profile.__dataclass_fields__) | {"format"}
_ENCODINGS = ("", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949")
_LONGEST, _LONGEST_HEADING, _LONGEST_WORD = 80, 1_000, 120
_MOST_COLUMNS, _MOST_ROWS, _MOST_WORDS = 16_384, 100, 2_000
_CODE = re.compile(r"[-a-zA-Z0-9_]{1,40}", re.ASCII)
_SIGN = re.compile(r"[^\d\s,.()+\-−－△▲▽▼]{1,8}")
_UNSHOWN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_REPORTERS = frozenset(ReporterType.values)
_PRICINGS = frozenset({Pricing.PAID.value, Pricing.FREE.value, Pricing.UNKNOWN.value})


def _not_valid(path: str, wrong: StrOrPromise) -> RuleBroken:
    return RuleBroken(
        _("The profile cannot be used. At %(path)s: %(wrong)s") % {"path": path or "/", "wrong": wrong},
        code="profile_not_valid",
    )


def _is_amount(text: str) -> bool:
    return type(amount_in_won(text)) is int


_VALUES: Mapping[str, Callable[[str], bool]] = {
    "channel": lambda text: len(text) <= 40,
    "reporter_type": _REPORTERS.__contains__,
    "service": lambda text: _CODE.fullmatch(text) is not None,
    "pricing": _PRICINGS.__contains__,
    "claimed_loss": _is_amount,
    "bank": lambda text: bank_code(text) == text,
    "received_at": lambda text: instant_of(text) is not None,
}
"""What a value of a field may be."""


def profile_of(data: object) -> Profile:
    """Return the profile that JSON describes. Raises RuleBroken(profile_not_valid) with the path of what is wrong."""
    whole = _object(data, "")
    if whole.get("format") != FORMAT:
        raise _not_valid("format", _('"%(format)s" is expected.') % {"format": FORMAT})
    for part in whole:
        if part not in _PARTS:
            raise _not_valid(_shown(part), _("there is no such part."))
    columns = {name: _column(value, f"columns.{name}") for name, value in _fields(whole, "columns", FIELDS).items()}
    fixed = {
        name: _value(name, _text(value, f"fixed.{name}"), f"fixed.{name}")
        for name, value in _fields(whole, "fixed", FIXED).items()
    }
    for name, value in fixed.items():
        if name in columns:
            raise _not_valid(f"fixed.{name}", _("a column feeds this field already."))
        if not value:
            raise _not_valid(f"fixed.{name}", _("a value is expected."))
    currency = _text(whole.get("currency", ""), "currency")
    if currency and not _SIGN.fullmatch(currency):
        raise _not_valid("currency", _("a sign such as $ is expected."))
    delimiter = _text(whole.get("delimiter", ""), "delimiter", blank="\t ")
    if len(delimiter) > 1 or delimiter in {'"', "\r", "\n"} or delimiter.isalnum():
        raise _not_valid("delimiter", _("one mark is expected."))
    return Profile(
        columns=columns,
        sheet=_text(whole.get("sheet", ""), "sheet"),
        skip_rows=_number(whole.get("skip_rows", 0), "skip_rows", 0, _MOST_ROWS),
        heading_rows=_number(whole.get("heading_rows", 1), "heading_rows", 0, MOST_HEADING_ROWS),
        encoding=_chosen(whole.get("encoding", ""), "encoding", _ENCODINGS),
        delimiter=delimiter,
        date_formats=tuple(
            _chosen(code, f"date_formats[{place}]", tuple(FORMATS))
            for place, code in enumerate(_list(whole.get("date_formats", []), "date_formats"))
        ),
        unit=_chosen(whole.get("unit", 1), "unit", UNITS),
        currency=currency,
        empty=tuple(
            _word(word, f"empty[{place}]") for place, word in enumerate(_list(whole.get("empty", []), "empty"))
        ),
        values={name: _words(name, words) for name, words in _fields(whole, "values", MAPPED).items()},
        fixed=fixed,
    )


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _not_valid(path, _("an object is expected."))
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _not_valid(path, _("a list is expected."))
    if len(value) > _MOST_WORDS:
        raise _not_valid(path, _("the list is too long."))
    return value


def _text(value: object, path: str, *, longest: int = _LONGEST, blank: str = "") -> str:
    if not isinstance(value, str):
        raise _not_valid(path, _("a text is expected."))
    if len(value) > longest:
        raise _not_valid(path, _("the text is too long."))
    if _UNSHOWN.search(value.strip(blank) if blank else value):
        raise _not_valid(path, _("the text holds a character that cannot be shown."))
    return value


def _word(value: object, path: str) -> str:
    text = _text(value, path, longest=_LONGEST_WORD)
    if not text.strip():
        raise _not_valid(path, _("a word is expected."))
    return text


def _number(value: object, path: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _not_valid(
            path, _("a whole number from %(least)s to %(most)s is expected.") % {"least": least, "most": most}
        )
    return value


def _chosen(value: Any, path: str, choices: tuple[Any, ...]) -> Any:
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        shown = ", ".join(str(choice) for choice in choices if choice != "")
        raise _not_valid(path, _("one of these is expected: %(choices)s.") % {"choices": shown})
    return value


def _fields(whole: dict[str, Any], part: str, known: Mapping[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    value = _object(whole.get(part, {}), part)
    for name in value:
        if name not in known:
            raise _not_valid(f"{part}.{_shown(name)}", _("this field cannot stand here."))
    return value


def _column(value: object, path: str) -> Column:
    parts = _object(value, path)
    for part in parts:
        if part not in Column._fields:
            raise _not_valid(f"{path}.{_shown(part)}", _("there is no such part."))
    heading = _text(parts.get("heading", ""), f"{path}.heading", longest=_LONGEST_HEADING)
    place = parts.get("place")
    if place is None and not heading.strip():
        raise _not_valid(path, _("a heading or a place is expected."))
    return Column(heading, None if place is None else _number(place, f"{path}.place", 1, _MOST_COLUMNS))


def _words(name: str, value: object) -> dict[str, str]:
    path = f"values.{name}"
    words = _object(value, path)
    if len(words) > _MOST_WORDS:
        raise _not_valid(path, _("the list is too long."))
    meanings: dict[str, str] = {}
    for word, meaning in words.items():
        place = f"{path}.{_shown(word)}"
        _word(word, place)
        _value(name, _text(meaning, place), place)
        if meanings.setdefault(folded(word), meaning) != meaning:
            raise _not_valid(place, _("the same word stands here with another value."))
    return words


def _value(name: str, text: str, path: str) -> str:
    if text and not _VALUES[name](text):
        raise _not_valid(path, _('"%(value)s" is no value of this field.') % {"value": _shown(text)})
    return text


def _shown(text: str) -> str:
    text = _UNSHOWN.sub("�", text)
    return text if len(text) <= 40 else f"{text[:39]}…"
