"""The profile that the first rows of a file suggest: a saved one that fits, or headings and samples read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from claims.intake import sampling
from claims.intake.columns import FIELDS, NEEDED, unit_in
from claims.intake.heading_rows import HeadingRows, find_heading
from claims.intake.layout import headings_of, lay_out
from claims.intake.profile import UNITS, Column, Profile
from claims.intake.rules import Cell, Parser, text_of
from claims.intake.words import Vocabulary
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LEAST_SHARE = 0.8
"""Which share of a column's cells must read as a field before it is proposed without a heading that names it."""
_LEAST_CELLS, _MOST_LOOKED_AT = 2, 50
_LONGEST_SAMPLE = 300
"""A longer text is none that a reader of single values takes."""
_BY_LOOK = (
    "registration_number", "phone", "account", "bank", "service", "pricing", "reporter_type", "received_at",
    "claimed_loss",
)  # fmt: skip
_TYPED = (*_BY_LOOK, "channel")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a file, and what a person needs to judge it.

    `saved` is the key of the saved profile that is proposed, or None; `lacking` has the needed fields that nothing
    feeds; `alternatives` has the columns (from 0) that could feed a field too; `samples` has a few texts a column.
    """

    profile: Profile
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    saved: int | None = None
    lacking: tuple[str, ...] = ()
    alternatives: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[StrOrPromise, ...] = ()


@dataclass(slots=True)
class _Table:
    """The columns under a heading: what stands in each, and what of it says something."""

    heading: HeadingRows
    cells: list[list[Cell]]
    stated: list[list[Cell]]


def propose(rows: Sequence[Sequence[Cell]], words: Vocabulary, saved: Sequence[tuple[int, Profile]] = ()) -> Proposal:
    """Return the profile that the first rows of a file suggest.

    `saved` has (key, profile) of the saved profiles: of those whose columns all stand in the file, the one with the
    most columns is proposed. No column is proposed for two fields, nor two columns for one field. In a file without a
    heading, columns are known by what stands in them.
    """
    fitting = _fitting(rows, saved)
    if fitting is not None:
        return fitting
    heading = find_heading(rows)
    notes: list[StrOrPromise] = []
    if sum(map(bool, heading.guesses)) < 2 and any(map(sampling.is_date, heading.headings)):
        # A claim taken for a heading would be lost.
        width = len(heading.headings)
        heading = HeadingRows(heading.above, 0, ("",) * width, (None,) * width)
        notes.append(_("The file has no heading: its columns are known by what stands in them. Look at each of them."))
    table = _table(heading, rows[heading.above + heading.rows :])
    candidates = _candidates(table, words)
    columns = {name: places[0] for name, places in candidates.items() if places}
    unit, currency = _money(rows, table, columns, notes)
    profile = Profile(
        columns={
            name: Column(heading.headings[columns[name]], columns[name] + 1) for name in FIELDS if name in columns
        },
        skip_rows=heading.above,
        heading_rows=heading.rows,
        date_formats=_date_formats(table, columns, notes),
        unit=unit,
        currency=currency,
        empty=_nothing(table, columns),
    )
    return Proposal(
        profile=profile,
        headings=heading.headings,
        samples=tuple(map(sampling.shown_samples, table.cells)),
        lacking=tuple(name for name in NEEDED if name not in columns),
        alternatives={name: tuple(places[1:]) for name, places in candidates.items() if places[1:]},
        notes=tuple(notes),
    )


def _fitting(rows: Sequence[Sequence[Cell]], saved: Sequence[tuple[int, Profile]]) -> Proposal | None:
    best: Proposal | None = None
    for key, profile in saved:
        stream = ((line, list(cells)) for line, cells in enumerate(rows, start=1))
        headings, rest = headings_of(stream, profile)
        try:
            lay_out(profile, headings)
        except RuleBroken:
            continue
        if best is None or len(profile.columns) > len(best.profile.columns):
            body = [cells for _line, cells in rest]
            best = Proposal(profile, headings, _samples(body, len(headings)), saved=key)
    return best


def _samples(body: Sequence[Sequence[Cell]], width: int) -> tuple[tuple[str, ...], ...]:
    return tuple(sampling.shown_samples(_column(body, place)) for place in range(width))


def _column(body: Sequence[Sequence[Cell]], place: int) -> list[Cell]:
    cells = (cells[place] for cells in body if place < len(cells))
    return [cell[:_LONGEST_SAMPLE] if isinstance(cell, str) else cell for cell in cells]


def _table(heading: HeadingRows, body: Sequence[Sequence[Cell]]) -> _Table:
    cells = [_column(body, place) for place in range(len(heading.headings))]
    return _Table(heading, cells, [sampling.stated(column) for column in cells])


def _candidates(table: _Table, words: Vocabulary) -> dict[str, list[int]]:
    """Return, by field, the columns that could feed it, the likeliest first; each column stands under one field."""
    readers = sampling.readers(words)
    ranked: dict[str, list[tuple[float, ...]]] = {name: [] for name in FIELDS}
    for place, guess in enumerate(table.heading.guesses):
        stated = table.stated[place]
        if guess is not None:
            reads = sampling.share_read(readers[guess.field], stated) if guess.field in readers else 1.0
            if guess.field == "claimed_loss":
                reads = sampling.share_of_amounts(stated)
            # A column that says nothing, or nothing that reads, comes after any other of the same name.
            ranked[guess.field].append((reads > 0, guess.strength, reads, len(stated), -place))
        else:
            name = next((name for name in _BY_LOOK if _looks_like(name, readers, stated)), None)
            if name is not None:
                ranked[name].append((True, 0, 1.0, len(stated), -place))
    if not ranked["receipt_number"]:
        ranked["receipt_number"] = [(True, 0, 1.0, 0, -place) for place in _identifiers(table, ranked)]
    return {name: [-int(rank[-1]) for rank in sorted(ranks, reverse=True)] for name, ranks in ranked.items()}


def _looks_like(name: str, readers: Mapping[str, Parser], stated: list[Cell]) -> bool:
    looked_at = stated[:_MOST_LOOKED_AT]
    return len(stated) >= _LEAST_CELLS and sampling.share_read(readers[name], looked_at) >= _LEAST_SHARE


def _identifiers(table: _Table, ranked: dict[str, list[tuple[float, ...]]]) -> list[int]:
    """Return the columns that no field has and in which every cell is a number of its own."""
    taken = {-int(rank[-1]) for ranks in ranked.values() for rank in ranks}
    return [
        place
        for place, cells in enumerate(table.cells)
        if place not in taken and len(cells) >= _LEAST_CELLS and _all_differ([text_of(cell).strip() for cell in cells])
    ]


def _all_differ(texts: list[str]) -> bool:
    numbered = all(4 <= len(text) <= 40 and any(map(str.isdecimal, text)) and " " not in text for text in texts)
    return numbered and len(set(texts)) == len(texts)


def _money(
    rows: Sequence[Sequence[Cell]], table: _Table, columns: dict[str, int], notes: list[StrOrPromise]
) -> tuple[int, str]:
    """Return the unit and the currency's sign of the amounts, and note what a person must look at."""
    if "claimed_loss" not in columns:
        return 1, ""
    place = columns["claimed_loss"]
    above = (text_of(cell) for row in rows[: table.heading.above] for cell in row)
    unit = next((unit for unit in map(unit_in, (table.heading.headings[place], *above)) if unit), 1)
    currency = sampling.currency_of(table.stated[place])
    if unit != UNITS[0]:
        notes.append(_("The heading says that 1 stands for %(unit)s won.") % {"unit": f"{unit:,}"})
    if currency:
        notes.append(
            _('The amounts stand with "%(sign)s". The sign is left out: say how many won 1 stands for.')
            % {"sign": currency}
        )
    return unit, currency


def _date_formats(table: _Table, columns: dict[str, int], notes: list[StrOrPromise]) -> tuple[str, ...]:
    if "received_at" not in columns:
        return ()
    place = columns["received_at"]
    formats = sampling.date_formats_of(table.stated[place])
    if formats.uncertain:
        notes.append(
            _('The dates in "%(heading)s" can be read in more than one way. Choose how they are written.')
            % {"heading": table.heading.headings[place] or place + 1}
        )
    return formats.codes


def _nothing(table: _Table, columns: dict[str, int]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in _TYPED:
        if name in columns:
            for folded, word in sampling.nothing_words(table.cells[columns[name]]).items():
                found.setdefault(folded, word)
    return tuple(islice(found.values(), 20))
