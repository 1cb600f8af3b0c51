"""Where the value of an axis comes from, in words: a rule of a version with its confidence, or a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.rules import AXES
from claims.triage.sentences import AXIS_WORDS, value_words

_PARTS = ("", "_rule", "_by_id", "_confidence", "_reason")


@dataclass(frozen=True, slots=True)
class Standing:
    """One axis of a classification as a page shows it."""

    axis: str
    label: str
    value: str
    source: str
    by: Any
    confidence: int
    reason: str
    is_uncertain: bool


def standings(row: Any) -> list[Standing]:
    """Return the axes of a classification in their order."""
    return [
        Standing(
            axis=axis,
            label=str(AXIS_WORDS[axis]),
            value=value_words(axis, getattr(row, axis)),
            source=source_words(row, axis),
            by=getattr(row, f"{axis}_by_id"),
            confidence=getattr(row, f"{axis}_confidence"),
            reason=getattr(row, f"{axis}_reason"),
            is_uncertain=getattr(row, f"{axis}_confidence") < UNCERTAIN_BELOW,
        )
        for axis in AXES
    ]


def source_words(row: Any, axis: str) -> str:
    """Return who or what set an axis of a classification, or of an event of one."""
    if getattr(row, f"{axis}_by_id") is not None:
        return _("a person")
    return _("rule %(rule)s of version %(version)s, confidence %(confidence)s") % {
        "rule": getattr(row, f"{axis}_rule") or "–",
        "version": row.rule_set.version,
        "confidence": getattr(row, f"{axis}_confidence"),
    }


def first_words(row: Any) -> Iterator[str]:
    """Yield for each axis what the first event of a classification says, and from where."""
    for axis in AXES:
        yield _("%(field)s: %(value)s (%(source)s)") % {
            "field": AXIS_WORDS[axis],
            "value": value_words(axis, getattr(row, axis)),
            "source": source_words(row, axis),
        }


def moved_words(before: Any, after: Any) -> Iterator[str]:
    """Yield for each axis that differs between two events what became of it, and from where."""
    for axis in AXES:
        was, now = ([getattr(row, f"{axis}{part}") for part in _PARTS] for row in (before, after))
        if was == now:
            continue
        words = {
            "field": AXIS_WORDS[axis],
            "was": value_words(axis, was[0]),
            "now": value_words(axis, now[0]),
            "source": source_words(after, axis),
        }
        if was[0] == now[0]:
            yield _("%(field)s: still %(now)s (%(source)s)") % words
        else:
            yield _("%(field)s: %(was)s → %(now)s (%(source)s)") % words
