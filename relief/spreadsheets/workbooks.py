"""Workbooks (XLSX, XLS, ODS), read by a process of its own under bounds of memory and time.

A few bytes can claim a sheet of seventeen thousand million cells; only the operating system stops that for certain.
The child writes JSON lines of some rows each: [line, cells]. Dates become ISO text, which reads one way only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from relief.spreadsheets.limits import Limits, cell_too_long, too_many_columns, too_many_rows
from relief.spreadsheets.recognise import broken, locked
from relief.spreadsheets.safety import too_large

Cell = str | int | float | bool
CHILD = Path(__file__).with_name("workbook_child.py")


def read_workbook(file: IO[bytes], limits: Limits, *, sheet: str = "") -> Generator[tuple[int, list[Cell]], None, None]:
    """Yield (line, cells) of every row of the sheet (the first visible one where none is named) that is not blank.

    Raises RuleBroken(workbook_too_large, workbook_broken, workbook_locked, cell_too_long, too_many_columns or
    too_many_rows).
    """
    rows = 0
    with ExitStack() as stack:
        child = stack.enter_context(_child(stack.enter_context(_as_real_file(file)), limits, sheet))
        stack.callback(child.kill)
        for text in child.stdout or ():
            for line, cells in json.loads(text):
                if line == 0:
                    raise _refusal(cells, limits)
                rows += 1
                if rows > limits.rows:
                    raise too_many_rows(limits.rows)
                yield line, cells
        if child.wait() != 0:
            raise too_large()


def _child(file: IO[bytes], limits: Limits, sheet: str) -> subprocess.Popen[bytes]:
    bounds = {"memory": limits.memory, "seconds": limits.seconds, "columns": limits.columns, "cell": limits.cell}
    return subprocess.Popen(  # noqa: S603 - our own module, no text of the file among the arguments
        [sys.executable, "-I", str(CHILD), json.dumps(bounds | {"sheet": sheet})],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _as_real_file(file: IO[bytes]) -> IO[bytes]:
    """Return a file that a process can be given: a copy, so that the caller's position stays his own."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.seek(0)
    copyfileobj(file, copy)
    file.seek(0)
    copy.seek(0)
    return copy


def _refusal(reason: list[Any], limits: Limits) -> Exception:
    word, line = reason
    if word == "locked":
        return locked()
    if word == "columns":
        return too_many_columns(limits.columns)
    if word == "cell":
        return cell_too_long(line)
    if word == "memory":
        return too_large()
    return broken()
