"""A zipped workbook that says less than it unfolds to is refused, or read within the bounds of its process."""

from __future__ import annotations

import io
import resource
import struct

import pytest

from relief.errors import RuleBroken
from relief.spreadsheets import Limits, open_sheet
from tests.relief.spreadsheets.workbook_files import parts_of, workbook, zipped

ENTRY = b"PK\x01\x02"
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes, limits: Limits) -> str:
    with pytest.raises(RuleBroken) as refused:
        list(open_sheet(io.BytesIO(content), limits=limits).rows)
    return refused.value.code


def directory_entry(content: bytes, name: str) -> int:
    """Return where the directory of an archive describes an entry."""
    return content.rindex(ENTRY, 0, content.rindex(name.encode()))


def test_workbook_that_declares_less_than_it_unfolds_to_is_refused_in_bounded_memory() -> None:
    parts = parts_of(workbook([["a"]]))
    head, tail = parts[SHEET].split(b"</sheetData>")
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (line, line) for line in range(2, 400_000))
    content = bytearray(zipped(parts | {SHEET: head + rows + b"</sheetData>" + tail}))
    place = directory_entry(bytes(content), SHEET)
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bytes(content), Limits(memory=128 * 1024**2, seconds=20)) == "workbook_broken"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_entries_that_share_their_bytes_are_refused() -> None:
    content = zipped(parts_of(workbook([["a" * 20] * 100] * 100)))
    place, ending = directory_entry(content, SHEET), content.rindex(b"PK\x05\x06")
    name_length = struct.unpack_from("<H", content, place + 28)[0]
    again = content[place : place + 46 + name_length]
    count, size, begin = struct.unpack_from("<HII", content, ending + 10)
    copies = 400
    listed = content[begin:ending] + again * copies
    end = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, count + copies, count + copies, size + len(again) * copies, begin, 0
    )
    assert refusal(content[:begin] + listed + end, Limits(ratio=10_000)) == "workbook_broken"
