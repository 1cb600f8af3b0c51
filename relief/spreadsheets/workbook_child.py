"""The process that opens a workbook: bounds first, then the file on standard input, rows to standard output.

It needs neither settings nor database. Each line of its output is a list of rows [line, cells], or [0, [reason, line]]
for a refusal.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

_ROWS_A_LINE = 250


def main() -> int:
    """Read the workbook and return the exit code: 0 where every row or a reason was written."""
    bounds = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (bounds["memory"], bounds["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds["seconds"], bounds["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Rows make no cycles; looking for some would double the time.
    gc.disable()
    try:
        return _write_rows(bounds)
    except PasswordError:
        return _refuse("locked")
    except MemoryError:
        return _refuse("memory")
    except (CalamineError, OSError, ValueError):
        return _refuse("broken")


def _write_rows(bounds: dict[str, Any]) -> int:
    book = CalamineWorkbook.from_filelike(sys.stdin.buffer)
    sheet = _sheet(book, bounds["sheet"])
    if sheet is None or sheet.start is None:
        return 0
    _, first_column = sheet.start
    if first_column + sheet.width > bounds["columns"]:
        return _refuse("columns")
    margin = [""] * first_column
    rows: list[list[Any]] = []
    # Blank rows above the first filled one are given out, blank columns before it are not.
    for line, row in enumerate(sheet.iter_rows(), start=1):
        cells = margin + [_plain(cell) for cell in row]
        if all(cell == "" for cell in cells):
            continue
        if any(len(cell) > bounds["cell"] for cell in cells if isinstance(cell, str)):
            _write(rows)
            return _refuse("cell", line)
        rows.append([line, cells])
        if len(rows) == _ROWS_A_LINE:
            _write(rows)
            rows = []
    _write(rows)
    return 0


def _write(rows: list[list[Any]]) -> None:
    sys.stdout.buffer.write(json.dumps(rows, ensure_ascii=False).encode() + b"\n")


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet | None:
    for about in book.sheets_metadata:
        named = about.name == name if name else about.visible == SheetVisibleEnum.Visible
        if named and about.typ == SheetTypeEnum.WorkSheet:
            return book.get_sheet_by_name(about.name)
    return None


def _plain(cell: object) -> str | int | float | bool:
    if isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, datetime):
        # Spreadsheets keep times as fractions of a day: what is not a whole second is an error of rounding.
        whole = cell + timedelta(microseconds=500_000)
        return whole.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


def _refuse(reason: str, line: int = 0) -> int:
    _write([[0, [reason, line]]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
