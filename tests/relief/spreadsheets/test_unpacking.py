"""A zip archive is read where one table is in it, known by its bytes; anything else is refused in bounded space."""

from __future__ import annotations

import gc
import io
import resource
import struct
import zipfile
from pathlib import Path

import pytest

from relief.errors import RuleBroken
from relief.spreadsheets import Form, Limits, open_sheet
from relief.spreadsheets.recognise import Kind
from relief.spreadsheets.unpacking import unpack_table
from tests.relief.spreadsheets.workbook_files import ods, ods_row, workbook, xls, xlsb, zipped

ROWS = [(1, ["번호", "이름"]), (2, ["K-1", "서다현"])]
TEXT = "번호,이름\nK-1,서다현\n"
CELLS = [["번호", "이름"], ["K-1", "서다현"]]
DIRECTORY = b"PK\x01\x02"


def rows_of(content: bytes, limits: Limits | None = None, form: Form | None = None) -> list[tuple[int, list[object]]]:
    return list(open_sheet(io.BytesIO(content), limits=limits, form=form or Form()).rows)


def refusal(content: bytes, limits: Limits | None = None) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        rows_of(content, limits)
    return refused.value


def with_flag(content: bytes, flag: int) -> bytes:
    """Return an archive whose directory and entries carry a flag."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (DIRECTORY, 8)):
        found = changed.find(mark)
        while found != -1:
            changed[found + place] |= flag
            found = changed.find(mark, found + 4)
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (TEXT.encode(), Kind.TEXT),
        (TEXT.encode("cp949"), Kind.TEXT),
        (TEXT.replace(",", "\t").encode("utf-16"), Kind.TEXT),
        (workbook(CELLS), Kind.XLSX),
        (xlsb({"접수": CELLS}), Kind.XLSB),
        (xls({"접수": CELLS}), Kind.XLS),
        (ods({"접수": "".join(ods_row(*row) for row in CELLS)}), Kind.ODS),
    ],
)
def test_only_table_is_read_by_its_bytes_and_not_by_its_name(content: bytes, kind: Kind) -> None:
    for name in ("표.csv", "자료/표.xlsx", "table"):
        archive = zipped({name: content})
        assert open_sheet(io.BytesIO(archive)).kind == kind
        assert rows_of(archive) == ROWS


def test_what_desktops_leave_behind_and_what_is_no_table_is_passed_over() -> None:
    parts = {
        "__MACOSX/._표.csv": b"\x00\x05\x16\x07",
        "자료/": b"",
        ".DS_Store": b"\x00\x00\x00\x01Bud1",
        "자료/Thumbs.db": b"\xd0\xcf\x11\xe0",
        "자료/desktop.ini": b"[.ShellClassInfo]",
        "자료/안내.pdf": b"%PDF-1.7",
        "빈 파일.txt": b"",
    }
    assert rows_of(zipped(parts | {"자료/표.csv": TEXT.encode()})) == ROWS
    assert refusal(zipped(parts)).code == "archive_without_table"


def test_form_holds_for_the_table_in_the_archive() -> None:
    archive = zipped({"a.xlsx": workbook([["first"]], [["second"]])})
    assert rows_of(archive, form=Form(sheet="Sheet2")) == [(1, ["second"])]
    assert open_sheet(io.BytesIO(archive)).sheets == ("Sheet1", "Sheet2")
    assert rows_of(zipped({"a": b"a:b\n"}), form=Form(delimiter=":")) == [(1, ["a", "b"])]


def test_several_tables_are_refused_by_their_names() -> None:
    refused = refusal(zipped({f"{number}월.csv": b"a" for number in range(1, 8)}))
    assert refused.code == "archive_of_several_tables"
    assert str(refused).count("월.csv") == 5
    assert "7" in str(refused)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_korean_names_without_the_flag_of_utf_8_are_shown_rightly(encoding: str) -> None:
    # Old Korean packers write the bytes of a name as they are; our library flags all but ASCII.
    names = [name.encode(encoding) for name in ("접수내역.csv", "환불목록.csv")]
    content = zipped({chr(place + 97) * len(name): b"a" for place, name in enumerate(names)})
    for place, name in enumerate(names):
        content = content.replace(bytes((place + 97,)) * len(name), name)
    assert "접수내역.csv, 환불목록.csv" in str(refusal(content))


def test_archive_under_a_password_is_refused() -> None:
    assert refusal(with_flag(zipped({"a.csv": b"a"}), 1)).code == "archive_locked"


def test_archive_in_an_archive_is_refused() -> None:
    assert refusal(zipped({"a.zip": zipped({"a.csv": b"a"})})).code == "archive_in_archive"


def test_archive_of_nothing_is_refused() -> None:
    assert refusal(zipped({})).code == "archive_without_table"


def test_document_in_an_archive_is_refused_as_no_table() -> None:
    document = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})
    assert refusal(zipped({"a.docx": document})).code == "file_not_recognised"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_packing_is_refused_before_it_reserves_memory(method: int) -> None:
    assert refusal(zipped({"a.csv": b"a"}, method)).code == "workbook_broken"


def test_archive_with_a_damaged_entry_is_refused() -> None:
    content = bytearray(zipped({"a.csv": TEXT.encode() * 50}, zipfile.ZIP_STORED))
    content[60] ^= 0xFF
    assert refusal(bytes(content)).code == "archive_broken"


def test_bomb_is_refused_while_it_is_unpacked() -> None:
    bomb = zipped({"a.csv": b"a,b\n" * (8 * 1024 * 1024)})
    assert len(bomb) < 100 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb).code == "archive_too_large"
    assert refusal(bomb, Limits(expanded=1024 * 1024)).code == "archive_too_large"
    assert refusal(bomb, Limits(size=1024 * 1024, ratio=10_000)).code == "archive_too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_bomb_that_declares_a_small_size_is_refused() -> None:
    content = bytearray(zipped({"a.csv": b"a,b\n" * (8 * 1024 * 1024)}))
    place = content.index(DIRECTORY)
    content[place + 24 : place + 28] = struct.pack("<I", 8)
    assert refusal(bytes(content)).code == "archive_broken"


def test_too_many_entries_are_refused() -> None:
    content = zipped({f"{number}.csv": b"a" for number in range(60)})
    assert refusal(content, Limits(entries=50)).code == "archive_too_large"


def test_directory_of_a_million_entries_is_refused_in_bounded_memory() -> None:
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", DIRECTORY, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    listed = entry * 200_000
    ending = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(listed), 4, 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(b"PK\x03\x04" + listed + ending).code == "workbook_broken"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


@pytest.mark.parametrize("table", [b"a\n" * 100, workbook([["a"]] * 100)])
def test_unpacked_table_is_closed_with_its_rows_even_where_none_was_read(table: bytes) -> None:
    archive = io.BytesIO(zipped({"a": table, "b.pdf": b"%PDF"}))
    before = sorted(Path("/proc/self/fd").iterdir())
    unread = open_sheet(archive).rows
    unread.close()
    half = open_sheet(archive).rows
    assert next(half) == (1, ["a"])
    half.close()
    open_sheet(archive)
    gc.collect()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_unpacking_leaves_the_archive_at_its_start() -> None:
    archive = io.BytesIO(zipped({"a.csv": b"a,b\n"}))
    with unpack_table(archive, Limits()) as table:
        assert table.read() == b"a,b\n"
    assert archive.tell() == 0
