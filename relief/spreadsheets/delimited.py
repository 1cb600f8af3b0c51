"""Delimited text, read as a stream in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator
from typing import IO

from relief.spreadsheets.limits import Limits, cell_too_long, too_many_columns, too_many_rows
from relief.spreadsheets.text_form import TextForm

UNCLOSED = "\x1f"
"""Ends the last cell of a line whose quotation mark is not closed; no cell may hold it, so that the row is refused."""


def read_text(file: IO[bytes], form: TextForm, limits: Limits) -> Generator[tuple[int, list[str]], None, None]:
    """Yield (line on which the row begins, cells) of every row that is not blank, the heading among them.

    A quotation mark that is not closed rightly swallows no other row: its line is a row by itself, marked UNCLOSED.
    Raises RuleBroken(cell_too_long, too_many_columns or too_many_rows) at the row where a bound is passed.
    """
    file.seek(0)
    csv.field_size_limit(limits.cell)
    text = io.TextIOWrapper(file, encoding=form.encoding, newline="")
    above = 0
    if form.separator_line:
        text.readline()
        above = 1
    lines = _Lines(text.readline, limits)
    taken = lines.taken
    line = above + 1
    rows = 0
    try:
        while lines.more():
            reader = csv.reader(lines, delimiter=form.delimiter)
            above, read = line - 1, 0
            for cells in reader:
                if reader.line_num > read + 1 and not _is_sound(taken, form.delimiter):
                    cells = _first_line(taken, form.delimiter)  # noqa: PLW2901 - read once more, otherwise
                    above -= lines.put_back()
                read = reader.line_num
                if len(cells) > limits.columns:
                    raise too_many_columns(limits.columns)
                if any(cells):
                    rows += 1
                    if rows > limits.rows:
                        raise too_many_rows(limits.rows)
                    yield line, cells
                line = above + read + 1
                lines.spent = 0
                taken.clear()
    except csv.Error as error:
        raise cell_too_long(line) from error
    except _TooLong as error:
        raise cell_too_long(line) from error
    finally:
        text.detach()


class _TooLong(Exception):
    """One row has taken more characters than a row may have."""


def _is_sound(lines: list[str], delimiter: str) -> bool:
    """Say whether every quotation mark of a row of several lines is closed, and where a cell ends."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _first_line(lines: list[str], delimiter: str) -> list[str]:
    """Return the cells of the first line by itself, its last one marked."""
    (cells,) = csv.reader(lines[:1], delimiter=delimiter)
    return [*cells[:-1], cells[-1].rstrip("\r\n") + UNCLOSED]


class _Lines:
    """The lines of a text, none longer than a row may be, nor a row made of more lines than that.

    `taken` are those of the present row, and `spent` its characters; who reads the rows empties both after each.
    """

    def __init__(self, readline: Callable[[int], str], limits: Limits) -> None:
        self._readline = readline
        self._most = limits.row
        self.spent = 0
        self._again: list[str] = []
        self._ended = False
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        readline, most, again, take = self._readline, self._most, self._again, self.taken.append
        while line := (again.pop() if again else readline(most)):
            self.spent += len(line)
            if self.spent >= most:
                raise _TooLong
            take(line)
            yield line
        self._ended = True

    def more(self) -> bool:
        """Say whether a walk would give lines: at first, and where some were put back after the last one."""
        return not self._ended or bool(self._again)

    def put_back(self) -> int:
        """Give every taken line but the first once more; return how many."""
        again = self.taken[1:]
        self._again.extend(reversed(again))
        return len(again)
