"""Delimited text, read as a stream in constant memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator
from typing import IO

from relief.spreadsheets.limits import Limits, cell_too_long, too_many_columns, too_many_rows
from relief.spreadsheets.text_form import TextForm


def read_text(file: IO[bytes], form: TextForm, limits: Limits) -> Generator[tuple[int, list[str]], None, None]:
    """Yield (line on which the row begins, cells) of every row that is not blank, the heading among them.

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
    reader = csv.reader(lines, delimiter=form.delimiter)
    line = above + 1
    rows = 0
    try:
        for cells in reader:
            if len(cells) > limits.columns:
                raise too_many_columns(limits.columns)
            if any(cells):
                rows += 1
                if rows > limits.rows:
                    raise too_many_rows(limits.rows)
                yield line, cells
            line = above + reader.line_num + 1
            lines.spent = 0
    except csv.Error as error:
        raise cell_too_long(line) from error
    except _TooLong as error:
        raise cell_too_long(line) from error
    finally:
        text.detach()


class _TooLong(Exception):
    """One row has taken more characters than a row may have."""


class _Lines:
    """The lines of a text, none longer than a row may be, nor a row made of more lines than that."""

    def __init__(self, readline: Callable[[int], str], limits: Limits) -> None:
        self._readline = readline
        self._most = limits.row
        self.spent = 0

    def __iter__(self) -> Iterator[str]:
        readline, most = self._readline, self._most
        while line := readline(most):
            self.spent += len(line)
            if self.spent >= most:
                raise _TooLong
            yield line
