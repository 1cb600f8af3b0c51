"""The stored file of an import as its profile reads it: the layout of its columns, and its rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO, NamedTuple

from claims.intake.continuing import open_corrected, original_rows
from claims.intake.layout import Layout, Row, headings_of, lay_out
from claims.intake.models import ClaimImport
from claims.intake.profile import Profile
from relief.files import services as files
from relief.spreadsheets import Form, Sheet, open_sheet


class OpenFile(NamedTuple):
    """An open claim file: the sheet it is, how its columns lie, and the rows beneath the heading with their lines."""

    sheet: Sheet
    layout: Layout
    rows: Iterator[Row]


def form_of(profile: Profile) -> Form:
    """Return how a profile says that its files are written."""
    return Form(sheet=profile.sheet, encoding=profile.encoding, delimiter=profile.delimiter)


def stored_layout(claim_import: ClaimImport) -> Layout:
    """Return the layout that stands on an import. Raises RuleBroken(profile_not_valid)."""
    stored = claim_import.profile
    return Layout(tuple(stored["headings"]), dict(stored["columns"]), Profile.from_json(stored["profile"]))


@contextmanager
def open_import(claim_import: ClaimImport) -> Generator[OpenFile, None, None]:
    """Open the stored file of an import under the profile that stands on it.

    Rows of a file that continues another import come with the lines and in the columns of that one.
    Raises RuleBroken where the file cannot be read (`open_sheet`, `open_stored`), where the profile does not fit its
    headings (`lay_out`), or where a continuing file is not the other's rejected rows (`original_rows`).
    """
    layout = stored_layout(claim_import)
    with closing(files.open_stored(claim_import.stored_file)) as file:
        if claim_import.continues_id is None:
            with open_under(file, layout.profile) as opened:
                yield opened
        else:
            sheet = open_corrected(file)
            with closing(sheet.rows) as rows:
                yield OpenFile(sheet, layout, original_rows(rows, layout, claim_import.continues_id))


@contextmanager
def open_under(file: IO[bytes], profile: Profile) -> Generator[OpenFile, None, None]:
    """Open a claim file under a profile; see `open_import`."""
    sheet = open_sheet(file, form=form_of(profile))
    with closing(sheet.rows) as rows:
        headings, claims = headings_of(rows, profile)
        yield OpenFile(sheet, lay_out(profile, headings), claims)


def rows_at(rows: Iterable[Row], lines: Sequence[int]) -> Iterator[Row]:
    """Yield the rows that begin on these lines, which are given in ascending order."""
    for line, cells in rows:
        place = bisect_left(lines, line)
        if place < len(lines) and lines[place] == line:
            yield line, cells
