"""Words in a description, found alike by Python and by PostgreSQL: full-width and half-width, A and a are the same.

Both sides are put into Unicode's NFKC form and the letters A to Z into small ones; other letters keep their case, since
the two disagree about some of them.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from unicodedata import normalize

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, TextField, Value

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_PATTERN = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def folded(text: str) -> str:
    """Return a text as words are compared."""
    return normalize("NFKC", text).translate(_SMALL)


def has_any(text: str, words: Sequence[str]) -> bool:
    """Say whether the text has one of the words."""
    whole = folded(text)
    return any(folded(word) in whole for word in words)


def has_all(text: str, words: Sequence[str]) -> bool:
    """Say whether the text has every one of the words."""
    whole = folded(text)
    return all(folded(word) in whole for word in words)


class _Words(Func):
    output_field = BooleanField()
    template = "(lower(normalize(%(expressions)s))"

    def __init__(self, column: str, words: Sequence[str]) -> None:
        patterns = [f"%{folded(word).translate(_PATTERN)}%" for word in words]
        super().__init__(F(column), Value(patterns, output_field=ArrayField(TextField())))


class HasAny(_Words):
    """True where the column has one of the words."""

    arg_joiner = ', NFKC) COLLATE "C") LIKE ANY ('


class HasAll(_Words):
    """True where the column has every one of the words."""

    arg_joiner = ', NFKC) COLLATE "C") LIKE ALL ('
