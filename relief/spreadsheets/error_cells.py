"""Error cells (#REF! and the like) of a sheet, which the library reads as empty; and whether a workbook is locked.

Runs in the process that opens the workbook, within its bounds, and imports nothing of ours. What is damaged gives no
cells: the library says that the workbook is broken.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from posixpath import join, normpath
from xml.parsers import expat

Failed = dict[int, dict[int, str]]
"""Line, counted from one, and column, counted from nought, to the text of the error."""

_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_UNKNOWN = "#ERROR!"
_BLOCK = 1024 * 1024
_LONGEST_CELL = 32 * 1024
_MARKS = (b't="e"', b"t='e'")
_CELL = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*\st=["']e["'])[^<>]*?\sr=["']([A-Z]{1,3})(\d{1,7})["'][^<>]*>\s*"""
    rb"""(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>([^<]{1,40})</"""
)
_MOST_FOUND = 1_000_000
"""Repeated cells that an ODS may claim; no sheet of so many errors is worth more."""
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, KeyError, IndexError, NotImplementedError, EOFError,
    ValueError, OSError, RuntimeError,
)  # fmt: skip


def of_sheet(content: bytes, kind: str, place: int) -> Failed:
    """Return the error cells of the sheet at this place among all sheets of a workbook, counted from nought."""
    found: Failed = defaultdict(dict)
    try:
        for line, column, text in _READERS[kind](content, place):
            found[line][column] = text
    except _DAMAGED:
        return {}
    return dict(found)


def is_locked(content: bytes, kind: str) -> bool:
    """Return whether a workbook that cannot be opened is under a password."""
    try:
        if kind == "xls":
            return any(number == _FILEPASS for number, _data in _records(_stream(content), 0))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except _DAMAGED:
        return False


def _of_xlsx(content: bytes, place: int) -> Iterator[tuple[int, int, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_part_of_sheet(archive, place)) as part:
        window = b""
        while block := part.read(_BLOCK):
            # A cell may stand across two blocks; one that is found twice is one.
            window = window[-_LONGEST_CELL:] + block
            if any(mark in window for mark in _MARKS):
                for column, line, text in _CELL.findall(window):
                    yield int(line), _column_of(column), text.decode()


def _part_of_sheet(archive: zipfile.ZipFile, place: int) -> str:
    names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
    sheets = _elements(archive.read(names["xl/workbook.xml"]), "sheet")
    link = next(value for name, value in sheets[place].items() if name.endswith(":id") or name == "id")
    links = _elements(archive.read(names["xl/_rels/workbook.xml.rels"]), "Relationship")
    target = next(found["Target"] for found in links if found.get("Id") == link)
    return names[normpath(join("/xl", target)).lstrip("/").lower()]


def _elements(markup: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of every element of that name."""
    found: list[dict[str, str]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, about: found.append(about) if name.split(":")[-1] == wanted else None
    parser.Parse(markup, True)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_about: object) -> None:
    raise ValueError("a document type could define entities")


def _column_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


class _OdsErrors:
    """Finds the error cells of one table of an ODS while its markup goes by."""

    def __init__(self, place: int) -> None:
        self.found: list[tuple[int, int, str]] = []
        self._place = place
        self._table = -1
        self._line, self._lines = 1, 1
        self._column, self._columns = 0, 1
        self._text: list[str] | None = None

    def start(self, name: str, about: dict[str, str]) -> None:
        if name == "table:table":
            self._table += 1
            self._line, self._lines = 1, 0
        elif name == "table:table-row":
            self._lines = max(int(about.get("table:number-rows-repeated", 1)), 1)
            self._column, self._columns = 0, 0
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._columns = max(int(about.get("table:number-columns-repeated", 1)), 1)
            self._text = [] if about.get("calcext:value-type") == "error" else None

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._line += self._lines
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            if self._text is not None and self._table == self._place:
                text = "".join(self._text).strip() or _UNKNOWN
                lines = range(self._line, self._line + self._lines)
                columns = range(self._column, self._column + self._columns)
                claimed = ((line, column, text) for line in lines for column in columns)
                self.found.extend(islice(claimed, _MOST_FOUND - len(self.found)))
            self._column += self._columns
            self._text = None


def _of_ods(content: bytes, place: int) -> Iterator[tuple[int, int, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        with archive.open("content.xml") as part:
            window = b""
            while block := part.read(_BLOCK):
                window = window[-64:] + block
                if b'value-type="error"' in window:
                    break
            else:
                return
        errors = _OdsErrors(place)
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = errors.start, errors.end
        parser.CharacterDataHandler = errors.text
        with archive.open("content.xml") as part:
            parser.ParseFile(part)
    yield from errors.found


_ROW, _CELL_ERROR, _FORMULA_ERROR, _SHEET = 0, 3, 11, 156


def _of_xlsb(content: bytes, place: int) -> Iterator[tuple[int, int, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        sheets = [data for number, data in _binary_records(archive.read(names["xl/workbook.bin"])) if number == _SHEET]
        (length,) = struct.unpack_from("<I", sheets[place], 8)
        link = sheets[place][12 : 12 + 2 * length].decode("utf-16-le")
        links = _elements(archive.read(names["xl/_rels/workbook.bin.rels"]), "Relationship")
        target = next(found["Target"] for found in links if found.get("Id") == link)
        sheet = archive.read(names[normpath(join("/xl", target)).lstrip("/").lower()])
    line = 0
    for number, data in _binary_records(sheet):
        if number == _ROW:
            line = 1 + int.from_bytes(data[:4], "little")
        elif number in {_CELL_ERROR, _FORMULA_ERROR}:
            yield line, int.from_bytes(data[:4], "little"), _TEXTS.get(data[8], _UNKNOWN)


def _binary_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, data) of an XLSB's records; number and length take as many bytes as they need."""
    place = 0
    while place < len(stream):
        number = stream[place]
        place += 1
        if number & 0x80:
            number = number & 0x7F | (stream[place] & 0x7F) << 7
            place += 1
        length = 0
        for shift in (0, 7, 14, 21):
            part = stream[place]
            place += 1
            length |= (part & 0x7F) << shift
            if not part & 0x80:
                break
        yield number, stream[place : place + length]
        place += length


_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _FORMULA, _BOOLERR = 0x809, 0x0A, 0x85, 0x2F, 0x06, 0x205


def _of_xls(content: bytes, place: int) -> Iterator[tuple[int, int, str]]:
    stream = _stream(content)
    sheets = [data for number, data in _records(stream, 0) if number == _BOUNDSHEET]
    (begin,) = struct.unpack_from("<I", sheets[place])
    for number, data in _records(stream, begin):
        if number == _BOOLERR and data[7] == 1:
            code = data[6]
        elif number == _FORMULA and data[6] == 2 and data[12:14] == b"\xff\xff":
            code = data[8]
        else:
            continue
        line, column = struct.unpack_from("<HH", data)
        yield line + 1, column, _TEXTS.get(code, _UNKNOWN)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Yield (number, data) of an XLS's records from the beginning of a part to its end; charts in it have theirs."""
    depth = 0
    while place + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, place)
        yield number, stream[place + 4 : place + 4 + length]
        place += 4 + length
        depth += (number == _BOF) - (number == _EOF)
        if depth == 0:
            return


_NAMES = ("Workbook", "Book")
_LAST_SECTOR = 0xFFFFFFFA
_SHIFTS = (9, 12)


def _stream(content: bytes) -> bytes:
    """Return the workbook's stream of a compound file; raises ValueError where it has none."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in _SHIFTS:
        raise ValueError("a compound file has sectors of 512 or 4096 bytes")
    size = 1 << shift
    folder, next_table, tables = struct.unpack_from("<I", content, 48)[0], *struct.unpack_from("<II", content, 68)
    places = list(struct.unpack_from("<109I", content, 76))
    for _ in range(min(tables, len(content) // size)):
        numbers = struct.unpack_from(f"<{size // 4}I", content, (next_table + 1) * size)
        places += numbers[:-1]
        next_table = numbers[-1]
    following: list[int] = []
    # No sector stands twice in the table of sectors.
    for place in dict.fromkeys(places):
        if place < _LAST_SECTOR:
            following += struct.unpack_from(f"<{size // 4}I", content, (place + 1) * size)
    entries = _chain(content, size, following, folder)
    for begin in range(0, len(entries), 128):
        entry = entries[begin : begin + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        if entry[: max(length - 2, 0)].decode("utf-16-le", "replace") in _NAMES:
            start, bytes_ = struct.unpack_from("<II", entry, 116)
            return _chain(content, size, following, start)[:bytes_]
    raise ValueError("no workbook in the file")


def _chain(content: bytes, size: int, following: list[int], sector: int) -> bytes:
    parts: list[bytes] = []
    while sector < _LAST_SECTOR:
        if len(parts) > len(content) // size:
            raise ValueError("the sectors run in a circle")
        parts.append(content[(sector + 1) * size : (sector + 2) * size])
        sector = following[sector]
    return b"".join(parts)


_READERS = {"xlsx": _of_xlsx, "xlsb": _of_xlsb, "xls": _of_xls, "ods": _of_ods}
