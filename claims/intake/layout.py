"""A profile laid over one file: which of its columns, counted from 0, feeds which field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.intake.columns import FIELDS, NEEDED
from claims.intake.profile import Column, Profile
from claims.intake.rules import UNSHOWN, Cell, text_of
from relief.errors import RuleBroken
from relief.korea.banks import folded

Row = tuple[int, list[Cell]]
"""The line on which a row begins, and its cells."""
_MOST_SHOWN, _LONGEST_SHOWN = 20, 40


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a file in order, the column of each field that one feeds (from 0), and the profile."""

    headings: tuple[str, ...]
    columns: dict[str, int]
    profile: Profile

    def as_json(self) -> dict[str, Any]:
        """Return what is stored on the import."""
        return {"headings": list(self.headings), "columns": dict(self.columns), "profile": self.profile.as_json()}


def headings_of(rows: Iterable[Row], profile: Profile) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Take what stands before the first row of claims from `rows`; return the headings and the rows beneath them.

    Headings of several rows are joined by a blank; a merged cell's text holds for the columns that it spans. A file
    without a heading has as many empty ones as its first row has cells.
    """
    rest = iter(rows)
    taken = list(islice(rest, profile.skip_rows + profile.heading_rows))
    if profile.heading_rows:
        return joined_headings([cells for _, cells in taken[profile.skip_rows :]]), rest
    first = list(islice(rest, 1))
    return tuple("" for _, cells in first for _cell in cells), chain(first, rest)


def joined_headings(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Return one heading a column from the rows of a heading.

    A cell holds for the columns right of it that have none of their own, as long as something stands beneath.
    """
    width = max((len(cells) for cells in rows), default=0)
    lines = [[_heading(cell) for cell in cells] + [""] * (width - len(cells)) for cells in rows]
    for upper, lower in reversed(list(pairwise(lines))):
        spanning = ""
        for column in range(width):
            if upper[column]:
                spanning = upper[column] if lower[column] else ""
            elif lower[column]:
                upper[column] = spanning
            else:
                spanning = ""
    return tuple(" ".join(filter(None, parts)) for parts in zip(*lines, strict=True))


def _heading(cell: Cell) -> str:
    # What cannot be shown names nothing, and stands in no profile.
    return " ".join(UNSHOWN.sub("", text_of(cell)).split())


def lay_out(profile: Profile, headings: Sequence[str]) -> Layout:
    """Return where each column of the profile stands in a file with these headings.

    Raises RuleBroken: columns_not_recognised where a needed field has neither column nor fixed value,
    column_not_in_file where a heading of the profile is not there, column_named_twice where it stands there more than
    once and no place says which one is meant.
    """
    lacking = [name for name in NEEDED if name not in profile.columns and name not in profile.fixed]
    if lacking:
        raise RuleBroken(
            _("The file has no column for: %(lacking)s. Its columns are: %(headings)s.")
            % {"lacking": ", ".join(str(FIELDS[name]) for name in lacking), "headings": _shown(headings)},
            code="columns_not_recognised",
        )
    plain = [folded(heading) for heading in headings]
    columns = {name: _place(name, column, plain, headings) for name, column in profile.columns.items()}
    # In the file's own order, in which the faults of a row are told.
    return Layout(tuple(headings), dict(sorted(columns.items(), key=lambda fed: fed[1])), profile)


def _place(name: str, column: Column, plain: list[str], headings: Sequence[str]) -> int:
    wanted = folded(column.heading)
    places = [place for place, heading in enumerate(plain) if heading == wanted]
    if column.place is not None and column.place - 1 in places:
        return column.place - 1
    if len(places) == 1 and wanted:
        return places[0]
    if places and wanted:
        raise RuleBroken(
            _('The file has %(count)s columns "%(heading)s". Choose the one that is meant by its place.')
            % {"count": len(places), "heading": column.heading[:_LONGEST_SHOWN]},
            code="column_named_twice",
        )
    raise RuleBroken(
        _(
            'The file has no column "%(heading)s", which the profile needs for "%(field)s". '
            "Its columns are: %(headings)s."
        )
        % {
            "heading": column.heading[:_LONGEST_SHOWN] or column.place,
            "field": FIELDS[name],
            "headings": _shown(headings),
        },
        code="column_not_in_file",
    )


def _shown(headings: Sequence[str]) -> str:
    return ", ".join(heading[:_LONGEST_SHOWN] for heading in headings[:_MOST_SHOWN])
