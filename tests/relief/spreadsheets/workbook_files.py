"""Workbooks for the tests, as real programs write them: XLSX by a library, the other forms byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

Rows = Sequence[Sequence[Any]]
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def workbook(*sheets: Rows) -> bytes:
    """Return an XLSX of these sheets; texts stay texts, and a date-time gets a format that shows it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(line, column, cell)
    return file.getvalue()


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of the parts, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the parts of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ods(tables: Mapping[str, str], *, styles: str = "", manifest: str = "") -> bytes:
    """Return an ODS of tables given as the markup of their rows."""
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
    )
    body = "".join(
        f'<table:table table:name="{escape(name)}" table:style-name="{escape(name)}">{rows}</table:table>'
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    listed = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{manifest}'
        "</manifest:file-entry></manifest:manifest>"
    )
    return zipped({"mimetype": ODS_TYPE, "content.xml": content.encode(), "META-INF/manifest.xml": listed.encode()})


def ods_row(*cells: str) -> str:
    """Return the markup of a row of an ODS whose cells are texts."""
    return f"<table:table-row>{''.join(map(ods_text, cells))}</table:table-row>"


def ods_text(cell: str) -> str:
    """Return the markup of a text cell of an ODS."""
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


class Failure(str):
    """An error cell by its text, such as #REF!."""

    __slots__ = ()


class Day(float):
    """A number under a format of dates."""

    __slots__ = ()


FAILURES = {
    "#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A,
}  # fmt: skip


def xls(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = (), locked: bool = False) -> bytes:
    """Return an XLS (BIFF8) of these sheets, its stream in a compound file."""
    bodies = [_biff_sheet(rows) for rows in sheets.values()]
    names = [struct.pack("<BBBB", name in hidden, 0, len(name), 1) + name.encode("utf-16-le") for name in sheets]
    opening = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    if locked:
        opening += _biff(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    opening += _biff(0x42, struct.pack("<H", 1200))
    opening += _biff(0xE0, struct.pack("<HH", 0, 0) + bytes(16)) + _biff(0xE0, struct.pack("<HH", 0, 22) + bytes(16))
    place = len(opening) + sum(len(name) + 8 for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        opening += _biff(0x85, struct.pack("<I", place) + name)
        place += len(body)
    return compound("Workbook", opening + _biff(0x0A) + b"".join(bodies))


def _biff(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff_sheet(rows: Rows) -> bytes:
    width = max((len(row) for row in rows), default=0)
    body = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    body += _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                body += _biff_cell(line, column, cell)
    return body + _biff(0x0A)


def _biff_cell(line: int, column: int, cell: Any) -> bytes:
    where = struct.pack("<HHH", line, column, isinstance(cell, Day))
    if isinstance(cell, bool):
        return _biff(0x205, where + bytes((cell, 0)))
    if isinstance(cell, Failure):
        return _biff(0x205, where + bytes((FAILURES[cell], 1)))
    if isinstance(cell, str):
        return _biff(0x204, where + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return _biff(0x203, where + struct.pack("<d", cell))


def xls_formula(line: int, column: int, failure: str) -> bytes:
    """Return the record of a formula of an XLS whose last result was an error."""
    result = bytes((2, 0, FAILURES[failure], 0, 0, 0, 0xFF, 0xFF))
    return _biff(
        0x06, struct.pack("<HHH", line, column, 0) + result + struct.pack("<HIHBB", 0, 0, 2, 0x1C, FAILURES[failure])
    )


def compound(name: str, stream: bytes) -> bytes:
    """Return a compound file that holds one stream."""
    stream = stream.ljust(4096, b"\x00")
    stream += b"\x00" * (-len(stream) % 512)
    sectors = len(stream) // 512
    allocation = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    tables = -(-(len(allocation) + 1) // 128)
    if tables > 1:
        raise ValueError("the file of a test fits into one table")
    allocation += [0xFFFFFFFF] * (128 - len(allocation))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0
    )
    header += struct.pack("<109I", *[0, *[0xFFFFFFFF] * 107], 0xFFFFFFFF)[4:]
    folder = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(name, 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    return header.ljust(512, b"\xff")[:512] + struct.pack("<128I", *allocation) + folder + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\x00\x00"
    none = 0xFFFFFFFF
    return (
        written.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(written), kind, 1, none, none, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xlsb(sheets: Mapping[str, Rows]) -> bytes:
    """Return an XLSB of these sheets; records are numbered as its standard numbers them."""
    bundle = b"".join(
        _record(156, struct.pack("<II", 0, place) + _wide(f"rId{place}") + _wide(name))
        for place, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{place}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'worksheet" Target="worksheets/sheet{place}.bin"/>'
        for place in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": _record(131) + _record(143) + bundle + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}'
            "</Relationships>"
        ).encode(),
    }
    for place, rows in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{place}.bin"] = _record_sheet(rows)
    return zipped(parts)


def _record_sheet(rows: Rows) -> bytes:
    width = max((len(row) for row in rows), default=1)
    body = _record(129) + _record(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)) + _record(145)
    for line, row in enumerate(rows):
        body += _record(0, struct.pack("<I", line) + bytes(13))
        for column, cell in enumerate(row):
            body += _record_cell(struct.pack("<II", column, 0), cell)
    return body + _record(146) + _record(130)


def _record_cell(where: bytes, cell: Any) -> bytes:
    if isinstance(cell, bool):
        return _record(4, where + bytes((cell,)))
    if isinstance(cell, Failure):
        return _record(3, where + bytes((FAILURES[cell],)))
    if isinstance(cell, str):
        return _record(6, where + _wide(cell)) if cell else b""
    return _record(5, where + struct.pack("<d", cell))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    number = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    length, left = b"", len(data)
    while True:
        length += bytes((left & 0x7F | (0x80 if left > 0x7F else 0),))
        left >>= 7
        if not left:
            return number + length + data
