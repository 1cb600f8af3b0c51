"""Error cells give their text in every form of workbook, and damage to them is bounded."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest

from relief.spreadsheets import Form, Limits, open_sheet
from tests.relief.spreadsheets.test_workbooks import refusal, rows_of, written
from tests.relief.spreadsheets.workbook_files import Failure, compound, ods, ods_row, xls, xls_formula, xlsb

ERRORS = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]


def failing_ods() -> bytes:
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    cells = "".join(
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        f'calcext:value-type="error"><text:p>{text}</text:p></table:table-cell>'
        for text in ERRORS
    )
    return ods({"접수": f"{blank}<table:table-row>{cells}</table:table-row>{ods_row('a')}"})


def failing_xlsx(_name: str = "") -> bytes:
    def write(_book: Any, sheet: Any) -> None:
        for column, text in enumerate(ERRORS):
            sheet.write_formula(2, column, "=A9", None, text)
        sheet.write(3, 0, "a")

    return written(write)


@pytest.mark.parametrize(
    "content",
    [
        failing_xlsx(),
        failing_ods(),
        xls({"접수": [[], [], [Failure(text) for text in ERRORS], ["a"]]}),
        xlsb({"접수": [[], [], [Failure(text) for text in ERRORS], ["a"]]}),
    ],
    ids=["xlsx", "ods", "xls", "xlsb"],
)
def test_error_cells_give_their_text(content: bytes) -> None:
    rows = rows_of(content)
    assert rows[0] == (3, ERRORS)
    assert (rows[1][0], rows[1][1][0]) == (4, "a")


def with_formula(formula: bytes) -> bytes:
    """Return an old workbook whose last cell is a formula given by its record."""
    content = xls({"접수": [["a", "b"], ["c", "d"]]})
    place = content.index(struct.pack("<HH", 0x204, 6 + 3 + 2) + struct.pack("<HH", 1, 1))
    end = content.index(struct.pack("<HH", 0x0A, 0), place)
    return compound("Workbook", (content[512 * 3 : place] + formula + content[end:])[:4000])


def test_error_of_a_formula_in_an_old_workbook_gives_its_text() -> None:
    assert rows_of(with_formula(xls_formula(1, 1, "#REF!"))) == [(1, ["a", "b"]), (2, ["c", "#REF!"])]


def test_formula_at_which_the_library_gives_up_is_refused_as_damage() -> None:
    cut = xls_formula(1, 1, "#REF!").removesuffix(b"\x17")
    assert refusal(with_formula(cut[:2] + struct.pack("<H", len(cut) - 4) + cut[4:])).code == "workbook_broken"


def test_error_cells_of_another_sheet_are_not_taken_for_those_of_this_one() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "a")
        book.add_worksheet("오류 & 둘째").write_formula(0, 0, "=A9", None, "#REF!")

    content = written(write)
    assert rows_of(content) == [(1, ["a"])]
    assert rows_of(content, form=Form(sheet="오류 & 둘째")) == [(1, ["#REF!"])]
    other = {"하나": [["a"]], "둘": [[Failure("#N/A")]]}
    for book in (xls(other), xlsb(other)):
        assert rows_of(book) == [(1, ["a"])]
        assert rows_of(book, form=Form(sheet="둘")) == [(1, ["#N/A"])]


def test_error_cell_that_repeats_gives_its_text_in_every_place() -> None:
    cell = '<table:table-cell table:number-columns-repeated="2" calcext:value-type="error"><text:p>#N/A</text:p>'
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-cell></table:table-row>'
    assert rows_of(ods({"접수": row + ods_row("a", "b")})) == [
        (1, ["#N/A", "#N/A"]),
        (2, ["#N/A", "#N/A"]),
        (3, ["a", "b"]),
    ]


def test_error_cell_that_claims_a_whole_sheet_is_read_in_bounded_memory() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384" calcext:value-type="error"><text:p>#N/A</text:p>'
    row = f'<table:table-row table:number-rows-repeated="1048000">{cell}</table:table-cell></table:table-row>'
    rows = open_sheet(io.BytesIO(ods({"접수": row + ods_row("a")})), limits=Limits(memory=512 * 1024**2)).rows
    assert next(rows) == (1, ["#N/A"] * 200)
    rows.close()


def test_error_cells_beyond_all_others_are_not_lost() -> None:
    cell = '<table:table-cell calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    failing = f"<table:table-row><table:table-cell/>{cell}</table:table-row>"
    assert rows_of(ods({"접수": ods_row("a") + failing})) == [(1, ["a"]), (2, ["", "#N/A"])]
    assert rows_of(ods({"접수": failing})) == [(1, ["", "#N/A"])]
