"""The encoding and the delimiter of a text are found out over several rows, or are what is told."""

from __future__ import annotations

import codecs
import io

import pytest

from relief.errors import RuleBroken
from relief.spreadsheets import Form, open_sheet
from relief.spreadsheets.text_form import DELIMITERS, ENCODINGS

TEXT = "접수번호,이름,금액\r\nK-1,서다현,300\r\nK-2,김이박,\r\n"
ROWS = [(1, ["접수번호", "이름", "금액"]), (2, ["K-1", "서다현", "300"]), (3, ["K-2", "김이박", ""])]


def rows_of(text: str | bytes, form: Form | None = None) -> list[tuple[int, list[object]]]:
    content = text.encode() if isinstance(text, str) else text
    return list(open_sheet(io.BytesIO(content), form=form or Form()).rows)


def refusal(content: bytes, form: Form) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        rows_of(content, form)
    return refused.value


def delimiter_of(text: str) -> str:
    return open_sheet(io.BytesIO(text.encode())).delimiter


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encoding_that_is_told_is_taken(encoding: str) -> None:
    assert rows_of(TEXT.encode(encoding), Form(encoding=encoding)) == ROWS


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encoding_that_was_found_out_can_be_told(encoding: str) -> None:
    content = TEXT.encode(encoding)
    found = open_sheet(io.BytesIO(content)).encoding
    assert rows_of(content, Form(encoding=found)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_mark_of_byte_order_is_believed_over_the_order_that_is_told(encoding: str, mark: bytes) -> None:
    content = mark + TEXT.encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be")
    assert rows_of(content, Form(encoding=encoding)) == ROWS


def test_utf_16_without_its_mark_reads_in_either_order() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert rows_of(TEXT.encode(encoding), Form(encoding="utf-16")) == ROWS


@pytest.mark.parametrize(
    ("written", "told"),
    [("cp949", "utf-8"), ("utf-8-sig", "cp949"), ("utf-8-sig", "utf-16"), ("utf-16", "utf-8"), ("utf-16", "cp949")],
)
def test_encoding_that_is_told_wrongly_is_refused(written: str, told: str) -> None:
    refused = refusal(TEXT.encode(written), Form(encoding=told))
    assert (refused.code, told in str(refused)) == ("encoding_not_recognised", True)


def test_encoding_that_nobody_knows_is_refused() -> None:
    assert refusal(b"a", Form(encoding="ebcdic")).code == "encoding_not_recognised"


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiter_is_found_out(delimiter: str) -> None:
    assert rows_of(TEXT.replace(",", delimiter)) == ROWS
    assert delimiter_of(TEXT.replace(",", delimiter)) == delimiter


@pytest.mark.parametrize("delimiter", [":", "#", "가", " "])
def test_delimiter_that_is_told_is_taken(delimiter: str) -> None:
    assert rows_of(TEXT.replace(",", delimiter), Form(delimiter=delimiter)) == ROWS


@pytest.mark.parametrize("delimiter", ["ab", '"', "\n", "\r"])
def test_delimiter_that_cannot_divide_is_refused(delimiter: str) -> None:
    assert refusal(b"a,b\n", Form(delimiter=delimiter)).code == "delimiter_not_usable"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        # Texts with commas do not outdo an even delimiter.
        ("id;내용\n1;네, 그래요, 맞아요\n2;아니요\n3;글쎄요, 음\n", ";"),
        # Thousands are no cells.
        ("이름;금액\n가;300,000\n나;1,400,000\n", ";"),
        ("이름\t금액\t손실\n가\t1,300,000\t2,000,000\n나\t1,400,000\t3,000,000\n", "\t"),
        # Spans of time are no cells where the rows are divided otherwise.
        ("이름,기간(시작~끝),비고\n가,10시~12시,\n나,11시~13시,x\n", ","),
        # Titles stand above the table.
        ("2022년 접수 목록\n작성: 김이박\n\na|b|c\n1|2|3\n4|5|6\n", "|"),
        # Rows may end early.
        ("a;b;c;d\n1;2;3;4\n1;2;3;4\n1;2\n", ";"),
        # Quotation marks hide what they hold.
        ('"a,b,c";d\n"e,f,g";h\n', ";"),
        ("", ","),
        ("\n\n", ","),
        ("a,b", ","),
    ],
)
def test_delimiter_is_the_one_that_divides_most_evenly(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


def test_file_of_one_column_reads() -> None:
    assert rows_of("번호\nK-1\nK-2\n") == [(1, ["번호"]), (2, ["K-1"]), (3, ["K-2"])]


def test_delimiter_is_found_out_where_the_sample_ends_within_a_row() -> None:
    text = "a;b;c\n" + f"1;{'가' * 300};3\n" * 200
    assert {len(cells) for _, cells in rows_of(text)} == {3}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_line_is_obeyed_and_is_no_row(line: str, ending: str, encoding: str) -> None:
    content = ending.join((line, "a,b;c", "1;2", "")).encode(encoding)
    assert rows_of(content) == [(2, ["a,b", "c"]), (3, ["1", "2"])]


def test_delimiter_that_is_told_outdoes_the_separator_line() -> None:
    assert rows_of("sep=;\na,b\n", Form(delimiter=",")) == [(2, ["a", "b"])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_by_any_ending(ending: str) -> None:
    assert open_sheet(io.BytesIO(TEXT.replace("\r\n", ending).encode())).lines == 3
