"""Tables are read by their bytes, in any encoding, within bounds; what cannot be read is refused with a reason."""

from __future__ import annotations

import io
import resource
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from relief.errors import RuleBroken
from relief.spreadsheets import Form, Limits, open_sheet
from relief.spreadsheets.delimited import UNCLOSED
from tests.relief.spreadsheets.workbook_files import parts_of, workbook, zipped

TEXT = "접수번호,이름,금액\r\nK-1,서다현,300\r\nK-2,김이박,\r\n"
# A spreadsheet knows no time zones.
NAIVE = datetime.fromisoformat("2022-10-19T14:05:00")
ROWS = [(1, ["접수번호", "이름", "금액"]), (2, ["K-1", "서다현", "300"]), (3, ["K-2", "김이박", ""])]


def rows_of(content: bytes, limits: Limits | None = None, **options: Any) -> list[tuple[int, list[Any]]]:
    return list(open_sheet(io.BytesIO(content), limits=limits, **options).rows)


def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(RuleBroken) as refused:
        rows_of(content, limits)
    assert str(refused.value)
    return refused.value.code


def rows_or_refusal(content: bytes) -> list[tuple[int, list[Any]]] | str:
    """Return the rows, or the code of the refusal; anything else that is raised is a defect."""
    try:
        return rows_of(content)
    except RuleBroken as refused:
        return refused.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_reads_the_same(encoding: str) -> None:
    assert rows_of(TEXT.encode(encoding)) == ROWS


def test_big_endian_with_its_mark_reads_the_same() -> None:
    assert rows_of("\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be")) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_reads_the_same(delimiter: str) -> None:
    assert rows_of(TEXT.replace(",", delimiter).encode()) == ROWS


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_reads_the_same(ending: str) -> None:
    assert rows_of(TEXT.replace("\r\n", ending).encode()) == ROWS


def test_delimiter_inside_quotation_marks_does_not_count() -> None:
    assert rows_of(b'"a,b,c,d";e\n1;2\n') == [(1, ["a,b,c,d", "e"]), (2, ["1", "2"])]


def test_line_is_where_the_row_begins() -> None:
    content = 'a,b\n"first\nsecond",1\n\n  \nlast,2\n'
    assert rows_of(content.encode()) == [
        (1, ["a", "b"]),
        (2, ["first\nsecond", "1"]),
        (5, ["  "]),
        (6, ["last", "2"]),
    ]


def test_nul_is_kept_for_the_rules_to_refuse() -> None:
    assert rows_of(b"a,b\n1\x002,3\n") == [(1, ["a", "b"]), (2, ["1\x002", "3"])]


def test_quotation_mark_that_is_never_closed_spoils_its_own_line_only() -> None:
    assert rows_of(b'a,b\n1,2\n3,"never closed\n5,6\n') == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
        (3, ["3", f"never closed{UNCLOSED}"]),
        (4, ["5", "6"]),
    ]


def test_quotation_mark_that_a_later_row_closes_swallows_no_row() -> None:
    # Read as one, both would make a good row: the first receipt number with the second account.
    content = 'number,text,account\nK-1,"open,111\nK-2,"closed",222\n"K-3","two\nlines",333\nK-4,,444\n'
    assert rows_of(content.encode()) == [
        (1, ["number", "text", "account"]),
        (2, ["K-1", f"open,111{UNCLOSED}"]),
        (3, ["K-2", "closed", "222"]),
        (4, ["K-3", "two\nlines", "333"]),
        (6, ["K-4", "", "444"]),
    ]


def test_quotation_mark_that_swallows_too_much_is_refused() -> None:
    limits = Limits(cell=1000, row=4000)
    assert refusal(b'a,b\n1,"' + b"x,y\n" * 10_000, limits) == "cell_too_long"


def test_refusal_names_the_line_on_which_the_cell_begins() -> None:
    with pytest.raises(RuleBroken) as refused:
        rows_of(b"a,b\n1,2\n3," + b"x" * 5000 + b"\n", Limits(cell=1000))
    assert "3" in str(refused.value)


def test_text_in_no_known_encoding_is_refused() -> None:
    assert refusal(b"a,b\n\xff\xff\xff,\xfe\xfe\n" * 3) == "encoding_not_recognised"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 ...", "file_not_recognised"),
        (b"\x89PNG\r\n\x1a\n", "file_not_recognised"),
        (b"\xff\xd8\xff\xe0 JFIF", "file_not_recognised"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file_not_recognised"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html></html>", "file_not_recognised"),
        (b"<?xml version='1.0'?><Workbook/>", "file_not_recognised"),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "file_not_recognised"),
        (zipped({"mimetype": b"application/epub+zip", "content.xml": b""}), "file_not_recognised"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00 a sheet of Excel 4", "file_not_recognised"),
        (b"PK\x03\x04 and nothing else", "workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_not_recognised"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "workbook_locked",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "Workbook".encode("utf-16-le"), "workbook_broken"),
    ],
)
def test_what_is_no_readable_table_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_empty_text_has_no_rows() -> None:
    assert rows_of(b"") == []
    assert rows_of(b"\xef\xbb\xbf") == []


def test_workbook_gives_texts_numbers_and_dates_as_they_are() -> None:
    content = workbook([["접수번호", "금액", "일시"], ["007", 420_000.5, NAIVE], [True, 12, "=1"]])
    assert rows_of(content) == [
        (1, ["접수번호", "금액", "일시"]),
        (2, ["007", 420_000.5, "2022-10-19 14:05:00"]),
        (3, [True, 12.0, 0.0]),
    ]


def test_day_of_a_workbook_is_a_day() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_datetime(0, 0, date(2022, 10, 19), book.add_format({"num_format": "yyyy-mm-dd"}))
    assert rows_of(file.getvalue()) == [(1, ["2022-10-19"])]


def test_sheet_that_begins_lower_keeps_its_lines_and_columns() -> None:
    assert rows_of(workbook([[], ["", "a", "b"], [], ["", "1", "2"]])) == [(2, ["", "a", "b"]), (4, ["", "1", "2"])]


def test_named_sheet_is_read_and_the_first_one_otherwise() -> None:
    content = workbook([["first"]], [["second"]])
    assert rows_of(content) == [(1, ["first"])]
    assert rows_of(content, form=Form(sheet="Sheet2")) == [(1, ["second"])]


def test_ending_that_lies_does_not_matter(tmp_path: Any) -> None:
    path = tmp_path / "claims.xls"
    path.write_bytes(workbook([["a"], ["1"]]))
    with path.open("rb") as file:
        assert list(open_sheet(file).rows) == [(1, ["a"]), (2, ["1"])]
    path.write_bytes(b"a\n1\n")
    with path.open("rb") as file:
        assert list(open_sheet(file).rows) == [(1, ["a"]), (2, ["1"])]


def test_entity_bomb_is_refused_before_it_is_opened() -> None:
    lol = b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    parts = parts_of(workbook([["a"]]))
    sheet = parts["xl/worksheets/sheet1.xml"]
    end = sheet.index(b"?>") + 2
    assert (
        refusal(zipped(parts | {"xl/worksheets/sheet1.xml": sheet[:end] + lol + sheet[end:]}))
        == "workbook_has_entities"
    )
    wide = (sheet[:end] + lol + sheet[end:]).decode().encode("utf-16")
    assert refusal(zipped(parts | {"xl/worksheets/sheet1.xml": wide})) == "workbook_has_entities"


def test_zip_bomb_is_refused_before_it_is_opened() -> None:
    parts = parts_of(workbook([["a"]]))
    bomb = zipped(parts | {"xl/worksheets/sheet2.xml": b"<c/>" * (16 * 1024 * 1024)})
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb) == "workbook_too_large"


def test_archive_of_too_many_entries_is_refused() -> None:
    parts = parts_of(workbook([["a"]])) | {f"xl/media/{number}": b"" for number in range(60)}
    assert refusal(zipped(parts), Limits(entries=50)) == "workbook_too_large"


def test_archive_under_a_password_is_refused() -> None:
    content = bytearray(zipped(parts_of(workbook([["a"]]))))
    place = content.index(b"PK\x01\x02")
    while place != -1:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 4)
    assert refusal(bytes(content)) == "workbook_locked"


def test_sheet_that_claims_seventeen_thousand_million_cells_is_refused_in_bounded_memory() -> None:
    parts = parts_of(workbook([["a"]]))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    far = sheet.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(zipped(parts | {"xl/worksheets/sheet1.xml": far.encode()}), Limits(memory=512 * 1024**2)) == (
        "workbook_too_large"
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_million_columns_are_refused_in_text_and_workbook() -> None:
    assert refusal(b"a" + b",b" * 1_000_000) == "too_many_columns"
    assert refusal(workbook([[str(number) for number in range(300)]])) == "too_many_columns"


def test_cell_of_ten_megabytes_is_refused_in_bounded_memory() -> None:
    content = b"a,b\n1," + b"x" * (10 * 1024 * 1024) + b"\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(content) == "cell_too_long"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_row_of_endless_cells_is_refused() -> None:
    assert refusal(b"a,b\n" + b'"x\n",' * 4000, Limits(columns=5000, cell=100, row=10_000)) == "cell_too_long"


def test_cell_too_long_of_a_workbook_is_refused() -> None:
    assert refusal(workbook([["a"], ["x" * 3000]]), Limits(cell=1000)) == "cell_too_long"


def test_too_many_rows_are_refused_at_the_row_that_is_too_much() -> None:
    assert refusal(b"a\n" * 11, Limits(rows=10)) == "too_many_rows"
    assert refusal(workbook([["a"]] * 11), Limits(rows=10)) == "too_many_rows"


def test_file_too_large_is_refused() -> None:
    assert refusal(b"a\n" * 100, Limits(size=50)) == "file_too_large"
    assert refusal(workbook([["a"]]), Limits(workbook_size=50)) == "workbook_too_large"


@given(st.binary(max_size=400))
@example(b'"')
@example(b"\xff\xfe")
@example(b"PK\x05\x06")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    outcome = rows_or_refusal(content)
    assert isinstance(outcome, str) or all(line >= 1 and cells for line, cells in outcome)
