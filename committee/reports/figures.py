"""What a published figure is, and how figures stand together in a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from relief.money import format_won, percentage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Unit(StrEnum):
    """What a figure counts; a percentage is a `Decimal` of one decimal, all else a whole number."""

    CLAIMS = "claims"
    PERCENT = "percent"
    WON = "won"
    DAYS = "days"
    TIMES = "times"
    FOLD = "fold"
    PEOPLE = "people"
    PIECES = "pieces"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its key, what it says, its value, and its share of a whole in per cent where it has one.

    `share_key` is the key under which the share is a figure of its own; empty: the key with "_share".
    """

    key: str
    label: StrOrPromise
    value: int | Decimal
    unit: Unit = Unit.CLAIMS
    share: Decimal | None = None
    share_key: str = ""

    def of(self, whole: int) -> Figure:
        """Return the figure with its share of the whole, rounded half up to one decimal as in the press."""
        return replace(self, share=Decimal(percentage(int(self.value), whole)))

    @property
    def value_text(self) -> str:
        """The value with thousands separators and its unit, in the active language."""
        if self.unit is Unit.WON:
            return format_won(int(self.value))
        if self.unit is Unit.PERCENT:
            return f"{self.value} %"
        words = {
            Unit.CLAIMS: _("%(n)s claims"),
            Unit.DAYS: _("%(n)s days"),
            Unit.TIMES: _("%(n)s times"),
            Unit.FOLD: _("%(n)s-fold"),
            Unit.PEOPLE: _("%(n)s people"),
            Unit.PIECES: _("%(n)s pieces"),
            Unit.POINTS: _("%(n)s points"),
        }
        return words[self.unit] % {"n": f"{self.value:,}"}

    @property
    def share_text(self) -> str:
        """The share in per cent, or an empty text."""
        return "" if self.share is None else f"{self.share} %"


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together: a heading, where they come from, and the figures in order."""

    code: str
    title: StrOrPromise
    source: StrOrPromise
    figures: tuple[Figure, ...]


def with_shares(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Return the figures, each followed by its share as a figure of its own."""
    flat: list[Figure] = []
    for figure in figures:
        flat.append(figure)
        if figure.share is not None:
            key = figure.share_key or f"{figure.key}_share"
            flat.append(Figure(key, figure.label, figure.share, Unit.PERCENT))
    return tuple(flat)
