"""Workbooks (XLSX, XLSB, XLS, ODS), read by a process of its own under bounds of memory and time.

A few bytes can claim a sheet of seventeen thousand million cells; only the operating system stops that for certain.
The child writes messages, each after its length: first the sheets, then rows by the hundred, at last that all is said.
"""

from __future__ import annotations

import json
import marshal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.limits import MEGABYTE, Limits, cell_too_long, too_many_columns, too_many_rows
from relief.spreadsheets.recognise import Kind, broken, locked
from relief.spreadsheets.safety import too_large

Cell = str | int | float | bool
Rows = Generator[tuple[int, list[Cell]], None, None]
CHILD = Path(__file__).with_name("workbook_child.py")
_LENGTH = struct.Struct("<I")


def open_workbook(file: IO[bytes], kind: Kind, limits: Limits, *, sheet: str = "") -> tuple[tuple[str, ...], str, Rows]:
    """Return the visible sheets, the one that is read (the first where none is named), and its rows as a stream.

    Rows come as (line, cells), blank ones left out. Raises RuleBroken at once or at the row where it becomes clear:
    sheet_not_found, workbook_too_large, workbook_broken, workbook_locked, cell_too_long, too_many_columns or
    too_many_rows.
    """
    with ExitStack() as stack:
        child = _child(stack.enter_context(_as_real_file(file)), kind, limits, sheet)
        stack.enter_context(child)
        stack.callback(child.kill)
        sheets, name = _next(child, limits)
        rows = _rows(child, limits, stack.pop_all())
        next(rows)
    return tuple(sheets), name, rows


def _rows(child: subprocess.Popen[bytes], limits: Limits, stack: ExitStack) -> Rows:
    """Yield once when the child is in these hands, then every row; it ends with them, even where none was asked for."""
    with stack:
        yield 0, []
        left = limits.rows
        while batch := _next(child, limits):
            if len(batch) > left:
                yield from batch[:left]
                raise too_many_rows(limits.rows)
            left -= len(batch)
            yield from batch


def _next(child: subprocess.Popen[bytes], limits: Limits) -> Any:
    """Return what the child says next; raises the refusal that it gives, or that its end without a word means."""
    said = child.stdout
    assert said is not None  # noqa: S101 - it was asked for
    length = said.read(_LENGTH.size)
    message = said.read(_LENGTH.unpack(length)[0]) if len(length) == _LENGTH.size else b""
    if not message:
        raise too_large()
    # Our own module wrote it, from values that it made itself.
    reason, value = marshal.loads(message)  # noqa: S302
    if reason:
        raise _refusal(reason, value, limits)
    return value


def _child(file: IO[bytes], kind: Kind, limits: Limits, sheet: str) -> subprocess.Popen[bytes]:
    bounds = {
        "memory": limits.memory,
        "seconds": limits.seconds,
        "columns": limits.columns,
        "cell": limits.cell,
        "row": limits.row,
        "kind": str(kind),
        "sheet": sheet,
    }
    return subprocess.Popen(  # noqa: S603 - our own module, no text of the file among the arguments
        [sys.executable, "-I", str(CHILD), json.dumps(bounds)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=MEGABYTE,
    )


def _as_real_file(file: IO[bytes]) -> IO[bytes]:
    """Return a file that a process can be given: a copy, so that the caller's position stays his own."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.seek(0)
    copyfileobj(file, copy)
    file.seek(0)
    copy.seek(0)
    return copy


def _refusal(reason: str, value: Any, limits: Limits) -> RuleBroken:
    if reason == "sheet":
        return _sheet_not_found(*value)
    if reason == "locked":
        return locked()
    if reason == "columns":
        return too_many_columns(limits.columns)
    if reason == "cell":
        return cell_too_long(value)
    if reason == "memory":
        return too_large()
    return broken()


def _sheet_not_found(wanted: str, sheets: list[str]) -> RuleBroken:
    return RuleBroken(
        _("The workbook has no visible sheet %(wanted)s; it has: %(sheets)s. Choose one of them.")
        % {"wanted": wanted, "sheets": ", ".join(sheets)},
        code="sheet_not_found",
    )
