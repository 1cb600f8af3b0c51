"""Tables that people take away: cells are texts, or plain values, and none of them acts when a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHEET_ROWS = 1_048_576
"""Rows of one sheet as the format defines it, the heading among them."""
CELL_LENGTH = 32_767
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def write_texts(
    file: IO[bytes],
    *,
    title: StrOrPromise,
    headings: Sequence[StrOrPromise],
    rows: Iterable[Sequence[StrOrPromise]],
) -> int:
    """Write an XLSX of text cells into `file` in constant memory and return how many rows it has below the heading.

    A text that a spreadsheet would read as a formula carries the format's own mark for quoted text: it stays as it was
    written, also after somebody edits the cell. Rows past the end of a sheet go on in the next one.
    """
    return write_cells(file, title=title, headings=headings, rows=([str(cell) for cell in row] for row in rows))


def write_cells(
    file: IO[bytes],
    *,
    title: StrOrPromise,
    headings: Sequence[StrOrPromise],
    rows: Iterable[Sequence[str | int | float | bool]],
    control: tuple[StrOrPromise, Sequence[tuple[StrOrPromise, StrOrPromise]]] | None = None,
) -> int:
    """Write an XLSX as `write_texts` does, with numbers and truth values as such: they read back as what they were.

    `control` is the title and the pairs (what, value) of a sheet of texts behind the rows.
    """
    count = 0
    # Closed whatever happens: the writer keeps temporary files open until then.
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        plain = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        bold = book.add_format({"bold": True, "num_format": "@", "quote_prefix": True})
        sheet: Any = None
        for count, row in enumerate(rows, 1):
            line = (count - 1) % (SHEET_ROWS - 1) + 1
            if line == 1:
                sheet = _sheet(book, str(title), headings, bold)
            for column, cell in enumerate(row):
                if isinstance(cell, bool):
                    sheet.write_boolean(line, column, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(line, column, cell)
                else:
                    text = cell[:CELL_LENGTH]
                    sheet.write_string(line, column, text, quoted if text.startswith(_ACTIVE) else plain)
        if sheet is None:
            _sheet(book, str(title), headings, bold)
        if control is not None:
            name, pairs = control
            sheet = book.add_worksheet(str(name))
            sheet.set_column(0, 0, 28)
            sheet.set_column(1, 1, 80)
            for line, (word, value) in enumerate(pairs):
                sheet.write_string(line, 0, str(word), bold)
                sheet.write_string(line, 1, str(value)[:CELL_LENGTH], quoted)
    return count


def _sheet(book: xlsxwriter.Workbook, title: str, headings: Sequence[StrOrPromise], bold: Any) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(headings) - 1), 18)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, str(heading)[:CELL_LENGTH], bold)
    return sheet


def inert(text: str) -> str:
    """Return the text, with an apostrophe in front where a spreadsheet would read it as a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def write_delimited(
    file: IO[bytes], *, headings: Sequence[StrOrPromise], rows: Iterable[Sequence[StrOrPromise]]
) -> None:
    """Write CSV in UTF-8 with a byte order mark, as spreadsheets want it.

    A text that a spreadsheet would carry out gets an apostrophe in front: a text file has no mark for quoted text.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([inert(str(heading)) for heading in headings])
    for row in rows:
        writer.writerow([inert(str(cell)) for cell in row])
    text.detach()
