"""Workbooks that people take away: texts stay as they are, and none of them acts."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from relief.spreadsheets import open_sheet, writing
from relief.spreadsheets.writing import write_texts

ACTING = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)")


def written(*cells: str) -> bytes:
    file = io.BytesIO()
    assert write_texts(file, title="표", headings=["값"], rows=[[cell] for cell in cells]) == len(cells)
    return file.getvalue()


@pytest.mark.parametrize("text", [*ACTING, "007", "110123456789", "가나다", "a,b", "<script>", "1e9"])
def test_text_is_read_back_as_it_was_written(text: str) -> None:
    rows = list(open_sheet(io.BytesIO(written(text))).rows)
    assert [cells for _, cells in rows] == [["값"], [text]]


@pytest.mark.parametrize("text", ACTING)
def test_text_that_would_act_is_a_quoted_string_and_no_formula(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(text))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    cell = re.search(r'<c r="A2" s="(\d+)" t="(\w+)"', sheet)
    assert cell is not None
    assert cell[2] in {"s", "inlineStr"}
    formats = re.findall(r"<xf [^>]*>", styles[styles.index("<cellXfs") :])
    assert 'quotePrefix="1"' in formats[int(cell[1])]


def test_workbook_without_rows_has_its_heading() -> None:
    assert [cells for _, cells in open_sheet(io.BytesIO(written())).rows] == [["값"]]


def test_rows_past_the_end_of_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 3)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written("1", "2", "3", "4", "5")))
    sheets = {name: [row[0] for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}
    assert sheets == {"표": ["값", "1", "2"], "표 2": ["값", "3", "4"], "표 3": ["값", "5"]}


def test_text_longer_than_a_cell_may_be_is_cut() -> None:
    rows = open_sheet(io.BytesIO(written("가" * (writing.CELL_LENGTH + 1)))).rows
    assert [cells for _, cells in rows][1] == ["가" * writing.CELL_LENGTH]
