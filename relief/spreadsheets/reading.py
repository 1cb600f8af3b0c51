"""One way into every table: recognise the file, check it, yield its rows with their lines."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.delimited import form_of, read_text
from relief.spreadsheets.limits import MEGABYTE, Limits
from relief.spreadsheets.recognise import Kind, kind_of
from relief.spreadsheets.safety import check_archive, too_large
from relief.spreadsheets.workbooks import read_workbook

Cell = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written, where it is known: each part is found out where it is empty."""

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open table: what it is, how it is written, about how many lines it has, and its rows as a stream.

    `rows` yields (line on which the row begins, cells), blank rows left out; it can be walked through once, and is
    closed before the file where the walk ends early.
    `lines` counts line ends of a text file (a cell may hold some); a workbook does not say (None).
    """

    kind: Kind
    encoding: str
    delimiter: str
    lines: int | None
    rows: Generator[tuple[int, list[Cell]], None, None]


def open_sheet(file: IO[bytes], *, limits: Limits | None = None, form: Form | None = None) -> Sheet:
    """Recognise the file by its bytes and return its rows as a stream in bounded memory.

    Of a workbook, the first visible sheet where the form names none. Raises RuleBroken for a file that
    cannot be read, at once or at the row where it becomes clear: file_not_recognised, encoding_not_recognised,
    workbook_locked, workbook_broken, workbook_too_large, workbook_has_entities, file_too_large, cell_too_long,
    too_many_columns, too_many_rows.
    """
    limits = limits or Limits()
    wanted = form or Form()
    kind = kind_of(file)
    size = file.seek(0, 2)
    file.seek(0)
    if size > limits.size:
        raise file_too_large(limits.size)
    if kind is Kind.TEXT:
        written = form_of(file, delimiter=wanted.delimiter or None)
        return Sheet(kind, written.encoding, written.delimiter, written.lines, _widened(read_text(file, written, limits)))
    if size > limits.workbook_size:
        raise too_large()
    if kind in {Kind.XLSX, Kind.ODS}:
        check_archive(file, limits)
    return Sheet(kind, "", "", None, read_workbook(file, limits, sheet=wanted.sheet))


def _widened(rows: Generator[tuple[int, list[str]], None, None]) -> Generator[tuple[int, list[Cell]], None, None]:
    return rows  # type: ignore[return-value]  # a list of texts read only is a list of cells


def file_too_large(limit: int) -> RuleBroken:
    """Return the refusal of a file of more than `limit` bytes."""
    return RuleBroken(
        _("The file is larger than %(limit)s MB. Split it and hand in the parts.") % {"limit": limit // MEGABYTE},
        code="file_too_large",
    )
