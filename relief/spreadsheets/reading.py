"""One way into every table: recognise the file, check it, yield its rows with their lines."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.delimited import read_text
from relief.spreadsheets.limits import MEGABYTE, Limits
from relief.spreadsheets.recognise import Kind, kind_of
from relief.spreadsheets.safety import check_archive, too_large
from relief.spreadsheets.text_form import form_of
from relief.spreadsheets.unpacking import nested, unpack_table
from relief.spreadsheets.workbooks import Cell, Rows, open_workbook

__all__ = ("Cell", "Form", "Sheet", "file_too_large", "open_sheet")


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is said to be written; what is empty is found out.

    `sheet` names a visible sheet of a workbook, `encoding` one of text_form.ENCODINGS, `delimiter` one character.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open table: what it is, how it is written, about how many lines it has, and its rows as a stream.

    `rows` yields (line on which the row begins, cells), blank rows left out; it can be walked through once, and is
    closed before the file where the walk ends early.
    `lines` counts line ends of a text file (a cell may hold some); a workbook does not say (None).
    `sheets` are the visible sheets of a workbook and `sheet` the one that is read; a text has none.
    """

    kind: Kind
    encoding: str
    delimiter: str
    lines: int | None
    rows: Rows
    sheets: tuple[str, ...] = ()
    sheet: str = ""


_FOUND_OUT = Form()


def open_sheet(file: IO[bytes], *, limits: Limits | None = None, form: Form = _FOUND_OUT) -> Sheet:
    """Recognise the file by its bytes and return its rows as a stream in bounded memory.

    A zip archive is read where it holds exactly one table. Raises RuleBroken for a file that cannot be read, at once
    or at the row where it becomes clear: file_not_recognised, encoding_not_recognised, delimiter_not_usable,
    workbook_locked, workbook_broken, workbook_too_large, workbook_has_entities, sheet_not_found, archive_broken,
    archive_locked, archive_too_large, archive_without_table, archive_of_several_tables, archive_in_archive,
    file_too_large, cell_too_long, too_many_columns, too_many_rows.
    """
    limits = limits or Limits()
    if file.seek(0, 2) > limits.size:
        raise file_too_large(limits.size)
    kind = kind_of(file)
    if kind is not Kind.ARCHIVE:
        return _opened(file, kind, limits, form)
    with ExitStack() as stack:
        table = stack.enter_context(unpack_table(file, limits))
        kind = kind_of(table)
        if kind is Kind.ARCHIVE:
            raise nested()
        sheet = _opened(table, kind, limits, form)
        rows = _rows_of_own(sheet.rows, table)
        next(rows)
        stack.pop_all()
    return replace(sheet, rows=rows)


def _opened(file: IO[bytes], kind: Kind, limits: Limits, form: Form) -> Sheet:
    if kind is Kind.TEXT:
        text = form_of(file, encoding=form.encoding, delimiter=form.delimiter)
        return Sheet(kind, text.encoding, text.delimiter, text.lines, _widened(read_text(file, text, limits)))
    if file.seek(0, 2) > limits.workbook_size:
        raise too_large()
    if kind is not Kind.XLS:
        check_archive(file, limits)
    sheets, sheet, rows = open_workbook(file, kind, limits, sheet=form.sheet)
    return Sheet(kind, "", "", None, rows, sheets, sheet)


def _widened(rows: Generator[tuple[int, list[str]], None, None]) -> Rows:
    return rows  # type: ignore[return-value]  # a list of texts read only is a list of cells


def _rows_of_own(rows: Rows, file: IO[bytes]) -> Rows:
    """Yield once when both are in these hands, then every row; both are closed at the end, even of a walk not begun."""
    with closing(file), closing(rows):
        yield 0, []
        yield from rows


def file_too_large(limit: int) -> RuleBroken:
    """Return the refusal of a file of more than `limit` bytes."""
    return RuleBroken(
        _("The file is larger than %(limit)s MB. Split it and hand in the parts.") % {"limit": limit // MEGABYTE},
        code="file_too_large",
    )
