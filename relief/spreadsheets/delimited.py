"""Delimited text: the encoding and the delimiter are found out, rows are read as a stream in constant memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.limits import Limits, cell_too_long, too_many_columns, too_many_rows

_BLOCK = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a text file is written: encoding, delimiter, and how many lines it has."""

    encoding: str
    delimiter: str
    lines: int


def form_of(file: IO[bytes], *, delimiter: str | None = None) -> TextForm:
    """Find out encoding, delimiter and number of lines in one pass over the file; position at the start afterwards.

    Raises RuleBroken(encoding_not_recognised).
    """
    file.seek(0)
    start = file.read(4096)
    encoding, lines = _encoding_of(file, start)
    file.seek(0)
    first = start.decode(encoding, errors="ignore")
    return TextForm(encoding, delimiter or _delimiter_of(first), lines)


def _encoding_of(file: IO[bytes], start: bytes) -> tuple[str, int]:
    candidates = [name for bom, name in _BOMS if start.startswith(bom)] or _without_mark(start)
    for name in candidates:
        lines = _lines_if(file, name)
        if lines is not None:
            return name, lines
    raise RuleBroken(
        _("The text is neither UTF-8, UTF-16 nor cp949 (EUC-KR). Save the file as CSV in UTF-8 and hand it in again."),
        code="encoding_not_recognised",
    )


def _without_mark(start: bytes) -> list[str]:
    # In UTF-16 the delimiters and digits of a table leave a NUL in every other byte.
    nuls_even, nuls_odd = start[0::2].count(0), start[1::2].count(0)
    if nuls_odd > len(start) // 8 and nuls_odd > 4 * nuls_even:
        return ["utf-16-le"]
    if nuls_even > len(start) // 8 and nuls_even > 4 * nuls_odd:
        return ["utf-16-be"]
    return ["utf-8", "cp949"]


def _lines_if(file: IO[bytes], encoding: str) -> int | None:
    """Return the number of lines where every byte of the file reads in the encoding, else None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    lines = 0
    try:
        while block := file.read(_BLOCK):
            lines += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeError:
        return None
    return lines


def _delimiter_of(text: str) -> str:
    """Return the delimiter that stands most often outside quotation marks in the first line that has any."""
    for line in text.splitlines():
        outside = "".join(line.split('"')[::2])
        counts = {mark: outside.count(mark) for mark in DELIMITERS}
        best = max(DELIMITERS, key=lambda mark: counts[mark])
        if counts[best]:
            return best
    return ","


def read_text(file: IO[bytes], form: TextForm, limits: Limits) -> Generator[tuple[int, list[str]], None, None]:
    """Yield (line on which the row begins, cells) of every row that is not blank, the heading among them.

    Raises RuleBroken(cell_too_long, too_many_columns or too_many_rows) at the row where a bound is passed.
    """
    file.seek(0)
    csv.field_size_limit(limits.cell)
    text = io.TextIOWrapper(file, encoding=form.encoding, newline="")
    lines = _Lines(text.readline, limits)
    reader = csv.reader(lines, delimiter=form.delimiter)
    line = 1
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
            line = reader.line_num + 1
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
