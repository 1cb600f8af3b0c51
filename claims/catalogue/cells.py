"""How the cells of the catalogue's tables read and how they are written."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from import_export.widgets import Widget

from claims.catalogue.models import Operator
from relief.clock import SEOUL

_SEPARATOR = ";"
_EARLIEST = 1900
_YES = frozenset({"true", "1", "yes", "y", "예"})
_NO = frozenset({"", "false", "0", "no", "n", "아니요"})


class TextWidget(Widget):
    """A text of one line."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value or "")
        if any(unicodedata.category(letter) == "Cc" for letter in text):
            raise ValueError(_("The text has a line break or a control character. Take it out."))
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class NamesWidget(TextWidget):
    """Several texts in one cell, with semicolons between them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        text = super().clean(value, row, **kwargs)
        return [name.strip() for name in text.split(_SEPARATOR) if name.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return _SEPARATOR.join(value or ())


class ChoiceWidget(TextWidget):
    """One of a closed set, by its identifier or its label."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self._choices = dict(choices)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = super().clean(value, row, **kwargs)
        by_label = {str(label): identifier for identifier, label in self._choices.items()}
        word = by_label.get(word, word)
        if word not in self._choices:
            raise ValueError(_("Write one of these: %(choices)s.") % {"choices": ", ".join(self._choices)})
        return str(word)


class ChoicesWidget(NamesWidget):
    """Some of a closed set, by their identifiers or labels; none of them where the cell is empty."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self._one = ChoiceWidget(choices)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        return [self._one.clean(word, row, **kwargs) for word in super().clean(value, row, **kwargs)]


class NumberWidget(TextWidget):
    """A whole number, or nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = super().clean(value, row, **kwargs)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError(_("Write a whole number in digits."))
        return int(text)


class YesNoWidget(TextWidget):
    """Yes or no; an empty cell is no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = super().clean(value, row, **kwargs).lower()
        if word not in _YES | _NO:
            raise ValueError(_("Write true or false."))
        return word in _YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(bool(value)).lower()


class DayWidget(TextWidget):
    """A day as ISO 8601, or nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        text = super().clean(value, row, **kwargs).removesuffix(" 00:00:00")
        try:
            day = date.fromisoformat(text) if text else None
        except ValueError:
            day = date.min
        if day is not None and day.year < _EARLIEST:
            raise ValueError(_("Write the day as in 2022-10-19."))
        return day


class InstantWidget(TextWidget):
    """An instant as ISO 8601, in Seoul where it names no offset, or nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        text = super().clean(value, row, **kwargs)
        try:
            instant = datetime.fromisoformat(text) if text else None
        except ValueError:
            instant = datetime.min  # noqa: DTZ901 - only its year is looked at
        if instant is not None and not _EARLIEST <= instant.year < datetime.max.year:  # noqa: DTZ901 - only its year
            raise ValueError(_("Write the time as in 2022-10-15T15:33:00+09:00."))
        return instant.replace(tzinfo=SEOUL) if instant is not None and instant.tzinfo is None else instant

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else value.astimezone(SEOUL).isoformat()


class OperatorWidget(TextWidget):
    """An operator by its code, within what the user may see."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Operator:
        code = super().clean(value, row, **kwargs)
        operator = Operator.objects.visible_to(kwargs["user"]).filter(code=code).first()
        if operator is None:
            raise ValueError(_("No operator of this incident has the code “%(code)s”.") % {"code": code})
        return operator

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else value.code
