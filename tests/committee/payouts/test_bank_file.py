"""The bulk-transfer workbook, byte for byte, and what a name in it cannot do."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from committee.payouts.bank_file import LAYOUT, write_workbook
from committee.payouts.lines import Line

GOLDEN = Path(__file__).parent / "bulk_transfer.xlsx"
LINES = (
    Line(1, "R-0000001", 30_000, "김소상", "004", "110123456789"),
    Line(2, "R-0000002", 50_000, "한빛상회", "088", "0012345678901"),
    Line(3, "R-0000003", 50_000, '=HYPERLINK("http://x")', "999", "000000001"),
)


def test_workbook_equals_the_sample_byte_for_byte() -> None:
    content, totals = write_workbook(title="outage-0001", lines=LINES)
    assert content == GOLDEN.read_bytes()
    assert (totals.count, totals.won) == (3, 130_000)


def test_workbook_holds_every_line_and_the_control_totals() -> None:
    content, totals = write_workbook(title="outage-0001", lines=LINES)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows == [
        [field.heading for field in LAYOUT],
        [1.0, "004", "국민은행", "110123456789", 30_000.0, "김소상", "R-0000001"],
        [2.0, "088", "신한은행", "0012345678901", 50_000.0, "한빛상회", "R-0000002"],
        [3.0, "999", "999", "000000001", 50_000.0, '=HYPERLINK("http://x")', "R-0000003"],
    ]
    assert book.get_sheet_by_index(1).to_python() == [
        ["배치", "outage-0001"],
        ["총건수", 3.0],
        ["총금액", 130_000.0],
        ["검증값(SHA-256)", totals.sha256],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+82", "-1", "@cmd", "\t=1", "＝1"])
def test_name_like_a_formula_is_written_as_text(name: str) -> None:
    content, _totals = write_workbook(title="t", lines=[Line(1, "R", 1, name, "004", "1")])
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1][5] == name


def test_check_sum_tells_every_field_apart() -> None:
    base = Line(1, "R", 1, "a", "004", "1")
    changed = [
        base,
        base._replace(line=2),
        base._replace(receipt_number="Q"),
        base._replace(amount=2),
        base._replace(payee_name="b"),
        base._replace(bank_code="005"),
        base._replace(account="2"),
        base._replace(payee_name='a","004'),
    ]
    sums = {write_workbook(title="t", lines=[line])[1].sha256 for line in changed}
    assert len(sums) == len(changed)


def test_check_sum_is_that_of_the_lines_as_json() -> None:
    _content, totals = write_workbook(title="t", lines=[Line(1, "R-1", 30_000, "김", "004", "12")])
    expected = hashlib.sha256('[1,"R-1",30000,"김","004","12"]\n'.encode()).hexdigest()
    assert totals.sha256 == expected
