"""Where the heading of a table stands: titles and notes may stand above it, and it may take two rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from claims.intake.columns import Guess, guessed_field
from claims.intake.layout import joined_headings
from claims.intake.rules import Cell, text_of

_MOST_ABOVE = 30


class HeadingRows(NamedTuple):
    """How many rows stand above the heading, how many it takes, its texts, and the field that each names."""

    above: int
    rows: int
    headings: tuple[str, ...]
    guesses: tuple[Guess | None, ...]


def find_heading(rows: Sequence[Sequence[Cell]]) -> HeadingRows:
    """Return where the heading most likely stands: the row, or two rows, that name the most fields.

    Where no row names two, it is the first that is at least half as wide as the widest.
    """
    best = HeadingRows(0, 1, (), ())
    most = 1
    for height in (1, 2):
        for above in range(min(len(rows), _MOST_ABOVE)):
            found = _read(rows, above, height)
            named = len({guess.field for guess in found.guesses if guess})
            if named > most:
                best, most = found, named
    if best.headings or not rows:
        return best
    widths = [_filled(row) for row in rows]
    return _read(rows, next(place for place, width in enumerate(widths) if 2 * width >= max(widths)), 1)


def _read(rows: Sequence[Sequence[Cell]], above: int, height: int) -> HeadingRows:
    taken = rows[above : above + height]
    if height > 1 and not _are_merged(taken):
        return HeadingRows(above, height, (), ())
    headings = joined_headings(taken)
    parts = [[text_of(row[column]) for row in reversed(taken) if column < len(row)] for column in range(len(headings))]
    guesses = tuple(
        max(filter(None, map(guessed_field, (heading, *below))), key=lambda guess: guess.strength, default=None)
        for heading, below in zip(headings, parts, strict=True)
    )
    return HeadingRows(above, height, headings, guesses)


def _are_merged(rows: Sequence[Sequence[Cell]]) -> bool:
    """Say whether rows can be one heading: texts without figures, and blanks where cells were merged."""
    if len(rows) < 2 or _filled(rows[0]) < 2:
        return False
    texts = [cell for row in rows for cell in row if text_of(cell).strip()]
    without_figures = all(isinstance(cell, str) and not any(map(str.isdecimal, cell)) for cell in texts)
    return without_figures and any(_filled(row) < len(row) for row in rows)


def _filled(row: Sequence[Cell]) -> int:
    return sum(1 for cell in row if text_of(cell).strip())
