"""How a delimited text is written: encoding, delimiter and number of lines, found out or held against what is told."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949")
DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f")
_BLOCK = 1024 * 1024
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])", re.ASCII)
_NO_DELIMITERS = ('"', "\r", "\n")


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a text file is written: encoding, delimiter, how many lines it has, and whether the first only says how."""

    encoding: str
    delimiter: str
    lines: int
    separator_line: bool = False


def form_of(file: IO[bytes], *, encoding: str = "", delimiter: str = "") -> TextForm:
    """Find out how the text is written in one pass over the file; its position is at the start afterwards.

    An encoding (of ENCODINGS) or a delimiter that is told is taken; a mark of byte order says which UTF-16 or UTF-8.
    Raises RuleBroken(encoding_not_recognised or delimiter_not_usable).
    """
    if delimiter and (len(delimiter) != 1 or delimiter in _NO_DELIMITERS):
        raise RuleBroken(
            _("Cells can be divided by one character only, and by no quotation mark or line end. Choose another one."),
            code="delimiter_not_usable",
        )
    file.seek(0)
    start = file.read(_SAMPLE)
    found, lines = _encoding_of(file, start, encoding)
    file.seek(0)
    text = codecs.getincrementaldecoder(found)().decode(start)
    told = _SEPARATOR_LINE.match(text)
    if told and not delimiter and told[1] not in _NO_DELIMITERS:
        delimiter = told[1]
    return TextForm(found, delimiter or _delimiter_of(text, whole=len(start) < _SAMPLE), lines, told is not None)


def _encoding_of(file: IO[bytes], start: bytes, told: str) -> tuple[str, int]:
    for name in _candidates(start, told):
        lines = _lines_if(file, name)
        if lines is not None:
            return name, lines
    if told:
        raise RuleBroken(
            _("The text is not written in %(encoding)s. Choose another encoding, or let it be found out.")
            % {"encoding": told},
            code="encoding_not_recognised",
        )
    raise RuleBroken(
        _("The text is neither UTF-8, UTF-16 nor cp949 (EUC-KR). Save the file as CSV in UTF-8 and hand it in again."),
        code="encoding_not_recognised",
    )


def _candidates(start: bytes, told: str) -> Sequence[str]:
    marked = [name for bom, name in _BOMS if start.startswith(bom)]
    if not told:
        return marked or _without_mark(start)
    if told not in ENCODINGS:
        return ()
    if marked:
        return [name for name in marked if _family(name) == _family(told)]
    if told == "utf-16":
        return [name for name in _without_mark(start) if _family(name) == "utf-16"] or ("utf-16-le",)
    return (told.removesuffix("-sig"),)


def _family(encoding: str) -> str:
    return "-".join(encoding.split("-")[:2])


def _without_mark(start: bytes) -> Sequence[str]:
    # In UTF-16 the delimiters and digits of a table leave a NUL in every other byte.
    nuls_even, nuls_odd = start[0::2].count(0), start[1::2].count(0)
    if nuls_odd > len(start) // 8 and nuls_odd > 4 * nuls_even:
        return ("utf-16-le",)
    if nuls_even > len(start) // 8 and nuls_even > 4 * nuls_odd:
        return ("utf-16-be",)
    if nuls_odd > 4 * nuls_even:
        return ("utf-8", "cp949", "utf-16-le")
    if nuls_even > 4 * nuls_odd:
        return ("utf-8", "cp949", "utf-16-be")
    return ("utf-8", "cp949")


def _lines_if(file: IO[bytes], encoding: str) -> int | None:
    """Return the number of lines where every byte of the file reads in the encoding, else None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    lines = returns = 0
    try:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            lines += text.count("\n")
            returns += text.count("\r")
        decoder.decode(b"", final=True)
    except UnicodeError:
        return None
    return lines or returns


def _delimiter_of(text: str, *, whole: bool) -> str:
    """Return the delimiter that divides the first rows most evenly and into most cells, a comma where none does."""
    if not whole:
        # The last line of a sample is cut anywhere.
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    best, highest = ",", 0.0
    for mark in DELIMITERS:
        score = _evenness(text, mark)
        if score > highest:
            best, highest = mark, score
    return best


def _evenness(text: str, mark: str) -> float:
    """Return how well a delimiter divides rows: the squared share of rows of one width, times its divisions."""
    if mark not in text or (mark == "," and "," not in _THOUSANDS.sub("", text)):
        return 0.0
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            # Titles stand above a table, undivided.
            if any(row) and (widths or len(row) > 1):
                widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        # A cell longer than a cell may be: reading says so, on its line.
        pass
    if not widths:
        return 0.0
    width = max(set(widths), key=lambda width: (widths.count(width), width))
    share = widths.count(width) / len(widths)
    return share * share * (width - 1) if share >= 0.5 else 0.0
