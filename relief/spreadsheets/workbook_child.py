"""The process that opens a workbook: bounds first, then the file on standard input, messages to standard output.

It needs neither settings nor database. A message is its length and a marshalled pair: ("", value) or (reason, value
of a refusal). The first value is [visible sheets, sheet read], then come lists of rows (line, cells), at last an empty
one.
"""

from __future__ import annotations

import gc
import io
import json
import marshal
import resource
import struct
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import MAXYEAR, date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relief.spreadsheets import error_cells
else:
    # Its package would load the settings.
    sys.path.append(str(Path(__file__).parent))
    import error_cells

_ROWS_A_MESSAGE = 250
Row = tuple[int, list[Any]]


class _Refused(Exception):
    """A reason that the parent puts into words, and its value."""


def main() -> int:
    """Read the workbook and return the exit code: 0 where every row or a reason was written."""
    bounds = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (bounds["memory"], bounds["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds["seconds"], bounds["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Rows make no cycles; looking for some would double the time.
    gc.disable()
    try:
        _write_sheet(bounds)
    except _Refused as refused:
        _write(*refused.args)
    except PasswordError:
        _write("locked", None)
    except MemoryError:
        _write("memory", None)
    except BaseException:  # noqa: BLE001 - the library panics at some damage, past Exception
        _write("broken", None)
    return 0


def _write(reason: str, value: Any) -> None:
    # Newer versions look for values that stand twice, which rows seldom do.
    message = marshal.dumps((reason, value), 2)
    sys.stdout.buffer.write(struct.pack("<I", len(message)) + message)


def _write_sheet(bounds: dict[str, Any]) -> None:
    content = sys.stdin.buffer.read()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        # The library tries every form and tells no more than that none fits.
        raise _Refused("locked" if error_cells.is_locked(content, bounds["kind"]) else "broken", None) from error
    shown = {
        about.name: place
        for place, about in enumerate(book.sheets_metadata)
        if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
    }
    name = _chosen(list(shown), bounds["sheet"])
    _write("", [list(shown), name])
    sys.stdout.buffer.flush()
    if name:
        # The library lets go of the interpreter while it reads the sheet.
        with ThreadPoolExecutor(1) as beside:
            failed = beside.submit(error_cells.of_sheet, content, bounds["kind"], shown[name])
            sheet = book.get_sheet_by_name(name)
        margin = 0 if sheet.start is None else sheet.start[1]
        if margin + sheet.width > bounds["columns"]:
            raise _Refused("columns", None)
        filled = iter(()) if sheet.start is None else sheet.iter_rows()
        _write_rows(_rows(filled, margin, failed.result(), bounds["columns"]), bounds)
    _write("", [])


def _chosen(sheets: list[str], wanted: str) -> str:
    if not wanted:
        return next(iter(sheets), "")
    for alike in (str, _plain_name):
        for name in sheets:
            if alike(name) == alike(wanted):
                return name
    raise _Refused("sheet", [wanted, sheets])


def _plain_name(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _rows(rows: Iterator[list[Any]], margin: int, failed: error_cells.Failed, most: int) -> Iterator[Row]:
    """Yield the rows that are not blank, each with its line; error cells stand in their first `most` columns."""
    as_texts, left = _AS_TEXTS, [""] * margin
    # Blank rows above the first filled one are given out, blank columns before it are not.
    for line, row in enumerate(rows, start=1):
        cells = [cell if cell.__class__ is str else as_texts.get(cell.__class__, str)(cell) for cell in row]
        if margin:
            cells = left + cells
        if line in failed:
            _fill(cells, failed.pop(line), most)
        if any(cells) or any(cell != "" for cell in cells):
            yield line, cells
    # Of some forms the library ends before rows and columns of errors alone.
    for line in sorted(failed):
        cells = []
        _fill(cells, failed[line], most)
        if cells:
            yield line, cells


def _fill(cells: list[Any], failed: dict[int, str], most: int) -> None:
    for column, text in failed.items():
        if column < most:
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = text


def _write_rows(rows: Iterator[Row], bounds: dict[str, Any]) -> None:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_A_MESSAGE:
            _write_batch(batch, bounds)
            batch = []
    if batch:
        _write_batch(batch, bounds)


def _write_batch(batch: list[Row], bounds: dict[str, Any]) -> None:
    """Write rows; where they are so long that one of their cells may be too long, each by itself."""
    message = marshal.dumps(("", batch), 2)
    if len(message) <= bounds["cell"]:
        sys.stdout.buffer.write(struct.pack("<I", len(message)) + message)
        return
    for line, cells in batch:
        lengths = [len(cell) for cell in cells if isinstance(cell, str)]
        if max(lengths, default=0) > bounds["cell"] or sum(lengths) > bounds["row"]:
            raise _Refused("cell", line)
        _write("", [(line, cells)])


def _number(cell: float) -> float | str:
    return cell if isfinite(cell) else str(cell)


def _moment(cell: datetime) -> str:
    # Spreadsheets keep times as fractions of a day: what is not a whole second is an error of rounding.
    if cell.microsecond and cell.year < MAXYEAR:
        cell = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
    return cell.isoformat(" ", "seconds")


def _duration(cell: timedelta) -> str:
    """Return hours, minutes and seconds; a day has twenty-four of the hours."""
    seconds = round(abs(cell).total_seconds())
    sign = "-" if cell < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_AS_TEXTS: dict[type, Callable[[Any], Any]] = {
    bool: bool,
    int: int,
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}


if __name__ == "__main__":
    sys.exit(main())
