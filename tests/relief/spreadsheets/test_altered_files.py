"""Files with bytes altered, lost or doubled are read or refused: nothing else is raised, and nothing hangs."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from relief.errors import RuleBroken
from relief.spreadsheets import Limits, error_cells, open_sheet
from relief.spreadsheets.recognise import Kind, kind_of
from relief.spreadsheets.safety import check_archive
from relief.spreadsheets.unpacking import unpack_table
from tests.relief.spreadsheets.workbook_files import Failure, ods, ods_row, parts_of, workbook, xls, xlsb, zipped

TEXT = '접수번호,이름,금액\r\nK-1,"서,다현",300\r\nK-2,김이박,\r\n' * 3
ROWS = [["접수번호", "금액"], ["K-1", 300], ["K-2", Failure("#REF!")]]
FAILED_ODS = (
    '<table:table-cell calcext:value-type="error" office:value-type="string"><text:p>#REF!</text:p></table:table-cell>'
)
WORKBOOKS = {
    "xlsx": workbook([["접수번호", "금액"], ["K-1", 300], ["K-2", "=1/0"]]),
    "xlsb": xlsb({"접수": ROWS}),
    "xls": xls({"접수": ROWS}),
    "ods": ods({"접수": ods_row("접수번호", "금액") + f"<table:table-row>{FAILED_ODS}</table:table-row>"}),
}
TEXTS = {encoding: TEXT.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp949")}
ARCHIVES = {
    "text": zipped({"접수.csv": TEXT.encode(), "__MACOSX/._접수.csv": b"\x00"}),
    "stored": zipped({"a.csv": TEXT.encode("cp949")}, zipfile.ZIP_STORED),
    "workbook": zipped({"a.xlsx": WORKBOOKS["xlsx"], "b.pdf": b"%PDF-1.7"}),
}
LIMITS = Limits(memory=1024 * 1024 * 1024, seconds=20)
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


@st.composite
def altered(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw the content with some bytes set, blocks lost, doubled or moved, and perhaps its end cut off."""
    changed = bytearray(content)
    places = st.integers(0, len(content) - 1)
    for _ in range(draw(st.integers(1, 6))):
        place, length = draw(places), draw(st.integers(1, 40))
        match draw(st.sampled_from(("set", "lose", "double", "move", "fill"))):
            case "set":
                changed[place : place + 1] = bytes((draw(st.integers(0, 255)),))
            case "lose":
                del changed[place : place + length]
            case "double":
                changed[place:place] = changed[place : place + length]
            case "move":
                changed[place:place] = content[(other := draw(places)) : other + length]
            case _:
                changed[place : place + length] = draw(st.sampled_from((b"\x00", b"\xff", b"\x80"))) * length
    if draw(st.integers(0, 3)) == 0:
        del changed[draw(places) :]
    return bytes(changed)


def outcome_of(content: bytes) -> str | int:
    """Return the number of rows, or the code of the refusal; anything else that is raised is a defect."""
    try:
        rows = list(open_sheet(io.BytesIO(content), limits=LIMITS).rows)
    except RuleBroken as refused:
        return refused.code
    assert all(line >= 1 and cells for line, cells in rows)
    return len(rows)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_altered_text_is_read_or_refused(data: st.DataObject) -> None:
    outcome_of(data.draw(altered(TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))])))


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet='a1,;\t|^~\x1f"\r\n가\x00=', max_size=60))
@example('"sep=;"')
@example("sep=,\n")
@example("sep=\n1,2")
def test_any_text_is_read_or_refused(text: str) -> None:
    for encoding in ("utf-8", "utf-16", "cp949"):
        outcome_of(text.encode(encoding))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_altered_archive_is_unpacked_or_refused(data: st.DataObject) -> None:
    content = data.draw(altered(ARCHIVES[data.draw(st.sampled_from(sorted(ARCHIVES)))]))
    file = io.BytesIO(content)
    with suppress(RuleBroken):
        if kind_of(file) is Kind.ARCHIVE:
            with unpack_table(file, LIMITS) as table:
                kind_of(table)
    assert file.tell() == 0


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_altered_workbook_is_recognised_and_checked_or_refused(data: st.DataObject) -> None:
    file = io.BytesIO(data.draw(altered(WORKBOOKS[data.draw(st.sampled_from(sorted(WORKBOOKS)))])))
    with suppress(RuleBroken):
        if kind_of(file) in {Kind.XLSX, Kind.XLSB, Kind.ODS}:
            check_archive(file, LIMITS)
    assert file.tell() == 0


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_error_cells_of_an_altered_workbook_are_found_or_none(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(WORKBOOKS)))
    content = WORKBOOKS[kind]
    if kind != "xls":
        parts = parts_of(content)
        name = data.draw(st.sampled_from(sorted(name for name in parts if parts[name])))
        content = zipped(parts | {name: data.draw(altered(parts[name]))})
    else:
        content = data.draw(altered(content))
    for cells in error_cells.of_sheet(content, kind, 0).values():
        assert all(isinstance(text, str) for text in cells.values())
    assert error_cells.is_locked(content, kind) in {True, False}


@pytest.mark.parametrize("kind", sorted(WORKBOOKS))
@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_workbook_with_an_altered_part_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = WORKBOOKS[kind]
    if kind == "xls":
        outcome_of(data.draw(altered(content)))
        return
    parts = parts_of(content)
    name = data.draw(st.sampled_from(sorted(name for name in parts if parts[name])))
    outcome_of(zipped(parts | {name: data.draw(altered(parts[name]))}))


@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_archive_with_altered_bytes_is_read_or_refused(data: st.DataObject) -> None:
    outcome_of(data.draw(altered(ARCHIVES[data.draw(st.sampled_from(sorted(ARCHIVES)))])))
