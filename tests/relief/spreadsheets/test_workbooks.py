"""Workbooks of every form give what a person sees: values, error texts, ISO dates, and the row's own number."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import psutil
import pytest
import xlsxwriter

from claims.intake.dates import instant_of
from relief.errors import RuleBroken
from relief.spreadsheets import Form, Limits, open_sheet
from tests.relief.spreadsheets.workbook_files import (
    Day,
    ods,
    ods_row,
    parts_of,
    workbook,
    xls,
    xlsb,
    zipped,
)

SEOUL = timezone(timedelta(hours=9))


def rows_of(content: bytes, limits: Limits | None = None, form: Form | None = None) -> list[tuple[int, list[Any]]]:
    return list(open_sheet(io.BytesIO(content), limits=limits, form=form or Form()).rows)


def refusal(content: bytes, limits: Limits | None = None, form: Form | None = None) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        rows_of(content, limits, form)
    return refused.value


def written(write: Callable[[Any, Any], object], **options: Any) -> bytes:
    """Return an XLSX whose only sheet is filled by a function of the book and the sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        write(book, book.add_worksheet())
    return file.getvalue()


def shown(number: float, pattern: str, **options: Any) -> Any:
    """Return how a number under a format reads."""

    def write(book: Any, sheet: Any) -> None:
        sheet.write_number(0, 0, number, book.add_format({"num_format": pattern}))

    return rows_of(written(write, **options))[0][1][0]


def test_formulas_give_the_values_they_last_had() -> None:
    def write(_book: Any, sheet: Any) -> None:
        for column, value in enumerate(("텍스트", True, 12.5, 3)):
            sheet.write_formula(0, column, "=A9", None, value)

    assert rows_of(written(write)) == [(1, ["텍스트", True, 12.5, 3.0])]


def test_macros_do_not_keep_a_workbook_from_being_read() -> None:
    def write(book: Any, sheet: Any) -> None:
        book.add_vba_project(io.BytesIO(b"macros"), is_stream=True)
        sheet.write_row(0, 0, ["번호", 300])

    content = written(write)
    assert "xl/vbaProject.bin" in parts_of(content)
    assert rows_of(content) == [(1, ["번호", 300.0])]


@pytest.mark.parametrize(
    ("number", "pattern", "text"),
    [
        (44853, "yyyy-mm-dd", "2022-10-19"),
        (44853.5, "yyyy-mm-dd hh:mm", "2022-10-19 12:00:00"),
        (44853.5, 'yyyy"년" m"월" d"일"', "2022-10-19 12:00:00"),
        (44853.99999999, "yyyy-mm-dd hh:mm:ss", "2022-10-20 00:00:00"),
        (44853.586863425924, "m/d/yy h:mm", "2022-10-19 14:05:05"),
        (0.5, "hh:mm", "12:00:00"),
        (1.75, "[h]:mm", "42:00:00"),
        (-1.5, "[h]:mm", "-36:00:00"),
    ],
)
def test_dates_and_times_are_iso_texts(number: float, pattern: str, text: str) -> None:
    assert shown(number, pattern) == text


def test_dates_counted_from_1904_are_the_days_they_show() -> None:
    assert shown(43391, "yyyy-mm-dd", default_date_format="yyyy-mm-dd", date_1904=True) == "2022-10-19"


def test_dates_of_workbooks_are_read_by_the_intake() -> None:
    moment = datetime(2022, 10, 19, 12, tzinfo=SEOUL)
    assert instant_of(shown(44853.5, "yyyy-mm-dd hh:mm")) == moment
    assert instant_of(shown(44853, "yyyy-mm-dd")) == moment.replace(hour=0)
    assert instant_of(rows_of(xls({"접수": [[Day(44853.5)]]}))[0][1][0]) == moment
    cell = '<table:table-cell office:value-type="date" office:date-value="2022-10-19T12:00:00"/>'
    row = f"<table:table-row>{cell}</table:table-row>"
    assert instant_of(rows_of(ods({"접수": row}))[0][1][0]) == moment


@pytest.mark.parametrize("value", ["1e999", "-1e999", "nan"])
def test_number_without_end_is_a_text(value: str) -> None:
    parts = parts_of(workbook([[12.5]]))
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<v>12.5</v>", f"<v>{value}</v>".encode())
    [(_, [cell])] = rows_of(zipped(parts | {"xl/worksheets/sheet1.xml": sheet}))
    assert isinstance(cell, str)


@pytest.mark.parametrize("book", [xls, xlsb])
def test_other_forms_give_the_same_cells_on_the_same_lines(book: Callable[..., bytes]) -> None:
    content = book({"접수": [[], ["", "번호", "금액"], [], ["", "007", 420_000.5], ["", True, 0]]})
    assert rows_of(content) == [
        (2, ["", "번호", "금액"]),
        (4, ["", "007", 420_000.5]),
        (5, ["", True, 0.0]),
    ]


def test_merged_cells_give_their_value_once() -> None:
    def write(_book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1, 1, "신고인")
        sheet.write(0, 2, "이름")
        sheet.write(1, 2, "연락처")

    assert rows_of(written(write)) == [(1, ["신고인", "", "이름"]), (2, ["", "", "연락처"])]


def test_hidden_sheets_and_charts_are_not_offered() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "hidden")
        sheet.hide()
        book.add_worksheet("깊이 숨김").very_hidden()
        first = book.add_worksheet("첫째")
        first.write(0, 0, "first")
        first.activate()
        first.set_first_sheet()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=첫째!$A$1:$A$2"})
        book.add_chartsheet("그림").set_chart(chart)
        book.add_worksheet("둘째").write(0, 0, "second")

    content = written(write)
    opened = open_sheet(io.BytesIO(content))
    assert (opened.sheets, opened.sheet, list(opened.rows)) == (("첫째", "둘째"), "첫째", [(1, ["first"])])
    opened = open_sheet(io.BytesIO(content), form=Form(sheet="둘째"))
    assert (opened.sheet, list(opened.rows)) == ("둘째", [(1, ["second"])])
    for name in ("Sheet1", "깊이 숨김", "그림", "셋째"):
        refused = refusal(content, form=Form(sheet=name))
        assert (refused.code, "첫째, 둘째" in str(refused)) == ("sheet_not_found", True)


@pytest.mark.parametrize(
    "content",
    [
        xls({"첫째": [["a"]], "숨김": [["b"]]}, hidden=["숨김"]),
        ods(
            {"첫째": ods_row("a"), "숨김": ods_row("b")},
            styles='<style:style style:name="숨김" style:family="table">'
            '<style:table-properties table:display="false"/></style:style>',
        ),
    ],
    ids=["xls", "ods"],
)
def test_hidden_sheets_of_other_forms_are_not_offered(content: bytes) -> None:
    assert open_sheet(io.BytesIO(content)).sheets == ("첫째",)
    assert refusal(content, form=Form(sheet="숨김")).code == "sheet_not_found"


def test_sheet_is_found_whatever_its_case_and_composition() -> None:
    content = xls({"Claims 접수": [["a"]]})
    for name in ("claims 접수", " Claims 접수 ", "Claims \u110c\u1165\u11b8\u1109\u116e"):
        assert open_sheet(io.BytesIO(content), form=Form(sheet=name)).sheet == "Claims 접수"


def test_text_has_no_sheets() -> None:
    opened = open_sheet(io.BytesIO(b"a,b\n"), form=Form(sheet="any"))
    assert (opened.sheets, opened.sheet) == ((), "")


@pytest.mark.parametrize(
    "content",
    [
        xls({"접수": [["a"]]}, locked=True),
        ods({"접수": ods_row("a")}, manifest='<manifest:encryption-data manifest:checksum="x"/>'),
    ],
    ids=["xls", "ods"],
)
def test_workbook_under_a_password_is_refused(content: bytes) -> None:
    assert refusal(content).code == "workbook_locked"


def test_long_cells_within_bounds_are_read() -> None:
    rows = [["x" * 30_000, number] for number in range(100)]
    assert [cells[1] for _, cells in rows_of(workbook(rows))] == [*range(100)]


def test_row_longer_than_a_row_may_be_is_refused_on_its_line() -> None:
    refused = refusal(workbook([["a"], ["x" * 600] * 10]), Limits(cell=1000, row=5000))
    assert (refused.code, "2" in str(refused)) == ("cell_too_long", True)


def test_rows_before_the_one_that_is_too_much_are_given() -> None:
    rows = open_sheet(io.BytesIO(workbook([["a"]] * 11)), limits=Limits(rows=10)).rows
    assert [next(rows)[0] for _ in range(10)] == [*range(1, 11)]
    with pytest.raises(RuleBroken) as refused:
        next(rows)
    assert refused.value.code == "too_many_rows"


def test_process_ends_with_the_rows_even_where_none_was_read() -> None:
    content = workbook([["a"]] * 5000)
    unread = open_sheet(io.BytesIO(content)).rows
    unread.close()
    half = open_sheet(io.BytesIO(content)).rows
    assert next(half) == (1, ["a"])
    half.close()
    open_sheet(io.BytesIO(content))
    gc.collect()
    assert psutil.Process().children() == []


def test_time_of_a_workbook_is_bounded() -> None:
    assert refusal(workbook([["a" * 20] * 100] * 2000), Limits(seconds=0)).code == "workbook_too_large"
