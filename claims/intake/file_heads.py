"""The first rows of a stored file as a profile says that it is written, and what the file is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from claims.intake.layout import Row, headings_of
from claims.intake.reading import form_of
from claims.intake.sampling import shown_samples
from relief.files import services as files
from relief.spreadsheets import open_sheet

if TYPE_CHECKING:
    from claims.intake.models import ClaimImport
    from claims.intake.profile import Profile

LOOKED_AT = 1_000
"""Rows beneath the heading that the page shows the outcome of."""
_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class FileHead:
    """What a file is, and its first rows with their lines; `is_whole` says that it has no more."""

    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    rows: tuple[Row, ...]
    is_whole: bool

    def headings(self, profile: Profile) -> tuple[str, ...]:
        """Return the headings under the profile's rows to skip and of the heading."""
        return headings_of(iter(self.rows), profile)[0]

    def body(self, profile: Profile) -> Sequence[Row]:
        """Return the rows beneath the heading."""
        return self.rows[profile.skip_rows + profile.heading_rows :]

    def samples(self, profile: Profile) -> list[tuple[str, ...]]:
        """Return a few different texts of each column."""
        body = self.body(profile)[:_SAMPLED]
        return [
            shown_samples([cells[place] for _line, cells in body if place < len(cells)])
            for place in range(len(self.headings(profile)))
        ]


def head_of(claim_import: ClaimImport, profile: Profile) -> FileHead:
    """Return the head of the stored file of an import. Raises RuleBroken where it cannot be read so."""
    most = LOOKED_AT + profile.skip_rows + profile.heading_rows
    with closing(files.open_stored(claim_import.stored_file)) as file:
        sheet = open_sheet(file, form=form_of(profile))
        with closing(sheet.rows) as stream:
            rows = tuple(islice(stream, most))
            is_whole = next(stream, None) is None
    return FileHead(str(sheet.kind), sheet.encoding, sheet.delimiter, sheet.sheet, sheet.sheets, rows, is_whole)
