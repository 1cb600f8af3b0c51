"""Rejected rows that come back corrected: a workbook with the line, the source's own columns and the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext_lazy as _

from claims.intake.columns import plain_heading
from claims.intake.layout import Layout
from claims.intake.models import RejectedRow
from claims.intake.rules import Cell, text_of
from relief.errors import RuleBroken
from relief.spreadsheets import Limits, Sheet, open_sheet

_BESIDE = 2
"""Columns beside the source's own: the line and the reasons."""


def open_corrected(file: IO[bytes]) -> Sheet:
    """Open a workbook of rejected rows, however many columns its source has; raises what `open_sheet` does."""
    return open_sheet(file, limits=replace(Limits(), columns=Limits().columns + _BESIDE))


def original_rows(
    rows: Iterator[tuple[int, list[Cell]]], layout: Layout, claim_import_id: int
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the rows of a corrected workbook under the lines, and in the columns, of the import that refused them.

    Raises RuleBroken: not_the_rejected_rows where the headings are others, line_not_open where a row's line is not, or
    is no longer, among the rejected ones of that import, or stands twice.
    """
    width = len(layout.headings)
    _line, heading = next(rows, (0, []))
    told = [plain_heading(text_of(cell)) for cell in heading[1 : width + 1]]
    if told != [plain_heading(text) for text in layout.headings]:
        raise RuleBroken(
            _(
                "These are not the rejected rows of this import: the columns are others. Take the workbook of the "
                "rejected rows, correct its cells, and leave its columns and its first row as they are."
            ),
            code="not_the_rejected_rows",
        )
    still_open = RejectedRow.objects.filter(claim_import_id=claim_import_id, corrected_by=None)
    left = set(still_open.values_list("line", flat=True).iterator())
    for place, cells in rows:
        line = _line_of(cells[0] if cells else "")
        if line not in left:
            raise RuleBroken(
                _(
                    "Row %(place)s of the workbook says that it is line %(line)s, which is not, or no longer, among "
                    "the rejected rows of this import. Remove the row, or take the workbook again."
                )
                % {"place": f"{place:,}", "line": text_of(cells[0])[:20] if cells else ""},
                code="line_not_open",
            )
        left.discard(line)
        yield line, [*cells[1 : width + 1], *[""] * (width + 1 - len(cells))]


def _line_of(cell: Cell) -> int:
    text = text_of(cell).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
