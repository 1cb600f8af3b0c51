"""Refusals that a person can act on, and the translation of database constraints into them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_sentences: dict[str, StrOrPromise] = {}


class RuleBroken(Exception):
    """A rule of the house refuses the act; the message is one translated sentence that says what to do.

    `code` names the rule (a constraint's name, or a word of the slice) for tests, logs and the command line.
    """

    def __init__(self, sentence: StrOrPromise, *, code: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(RuleBroken, PermissionDenied):
    """The person lacks the permission; in a page it becomes a 403."""


class StaleSave(RuleBroken):
    """Somebody else saved the row meanwhile; `changes` maps a field's label to (theirs, yours)."""

    def __init__(self, sentence: StrOrPromise, *, changes: dict[str, tuple[object, object]]) -> None:
        super().__init__(sentence, code="stale_save")
        self.changes = changes


def declare_constraint(name: str, sentence: StrOrPromise) -> str:
    """Bind a constraint's or trigger's name to the sentence a person reads; return the name.

    Raises ValueError where the name is bound already: one rule has one sentence.
    """
    if name in _sentences:
        raise ValueError(f"constraint {name} has a sentence already")
    _sentences[name] = sentence
    return name


def declared_constraints() -> dict[str, StrOrPromise]:
    """Return every declared constraint name with its sentence."""
    return dict(_sentences)


@contextmanager
def database_rules() -> Iterator[None]:
    """Turn a violated named constraint into `RuleBroken`; stand it OUTSIDE `transaction.atomic`.

    A violation without a declared sentence passes on unchanged: it is a defect, not a refusal.
    """
    try:
        yield
    except DatabaseError as error:
        diag = getattr(error.__cause__, "diag", None)
        name = getattr(diag, "constraint_name", None)
        if name in _sentences:
            raise RuleBroken(_sentences[name], code=name) from error
        raise


PERMISSION_SENTENCE = _("You do not have the permission for this. Ask an administrator for the role that has it.")
