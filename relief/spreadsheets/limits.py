"""How large a file may be in every direction; each bound has its own refusal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file: bytes, rows, columns, characters of a cell and of a row, and what a workbook unfolds to."""

    size: int = 1024 * MEGABYTE
    workbook_size: int = 128 * MEGABYTE
    rows: int = 2_000_000
    columns: int = 200
    cell: int = MEGABYTE
    row: int = 4 * MEGABYTE
    entries: int = 2_000
    expanded: int = 1024 * MEGABYTE
    ratio: int = 200
    memory: int = 2048 * MEGABYTE
    seconds: int = 300


def too_many_columns(limit: int) -> RuleBroken:
    """Return the refusal of a row with more than `limit` columns."""
    return RuleBroken(
        _("The file has more than %(limit)s columns. Keep only the columns that describe the claims.")
        % {"limit": limit},
        code="too_many_columns",
    )


def too_many_rows(limit: int) -> RuleBroken:
    """Return the refusal of a file with more than `limit` rows."""
    return RuleBroken(
        _("The file has more than %(limit)s rows. Split it and hand in the parts.") % {"limit": f"{limit:,}"},
        code="too_many_rows",
    )


def cell_too_long(line: int) -> RuleBroken:
    """Return the refusal of a text that goes on for too long from a line."""
    return RuleBroken(
        _(
            "A cell that begins on line %(line)s does not end: it is longer than a cell may be, or its quotation mark "
            "is never closed. Correct that line and hand the file in again."
        )
        % {"line": f"{line:,}"},
        code="cell_too_long",
    )
