"""A profile is laid over the headings of one file, and refused where they do not have what it needs."""

from __future__ import annotations

import pytest

from claims.intake.layout import Layout, headings_of, joined_headings, lay_out
from claims.intake.profile import Column, Profile
from relief.errors import RuleBroken

NEEDED = {"receipt_number": Column("번호"), "received_at": Column("일시"), "service": Column("서비스")}


def laid(headings: list[str], **columns: Column) -> dict[str, int]:
    return lay_out(Profile(columns=NEEDED | columns), headings).columns


def test_columns_are_found_by_their_headings_in_any_order_and_spelling() -> None:
    layout = lay_out(Profile(columns=NEEDED), ["서 비 스", "비고", "일시", "번호"])
    assert layout.columns == {"receipt_number": 3, "received_at": 2, "service": 0}
    assert layout.as_json() == {
        "headings": ["서 비 스", "비고", "일시", "번호"],
        "columns": {"receipt_number": 3, "received_at": 2, "service": 0},
        "profile": Profile(columns=NEEDED).as_json(),
    }


def test_place_does_not_count_where_the_heading_tells() -> None:
    assert laid(["번호", "일시", "서비스"], service=Column("서비스", 1))["service"] == 2


def test_place_chooses_among_equal_headings() -> None:
    assert laid(["번호", "일시", "서비스", "서비스"], service=Column("서비스", 4))["service"] == 3


@pytest.mark.parametrize("place", [None, 1, 9])
def test_equal_headings_without_their_place_are_refused(place: int | None) -> None:
    with pytest.raises(RuleBroken) as refused:
        laid(["번호", "일시", "서비스", "서비스"], service=Column("서비스", place))
    assert refused.value.code == "column_named_twice"


def test_column_without_heading_is_found_by_its_place() -> None:
    assert laid(["", "번호", "일시", "서비스", ""], name=Column("", 5))["name"] == 4


@pytest.mark.parametrize("column", [Column("이름"), Column("", 2), Column("", 9), Column("이름", 1)])
def test_column_that_the_file_lacks_is_refused(column: Column) -> None:
    with pytest.raises(RuleBroken) as refused:
        laid(["번호", "일시", "서비스"], name=column)
    assert refused.value.code == "column_not_in_file"
    assert "번호, 일시, 서비스" in str(refused.value)


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_needed_field_without_column_is_refused(name: str) -> None:
    columns = {field: column for field, column in NEEDED.items() if field != name}
    with pytest.raises(RuleBroken) as refused:
        lay_out(Profile(columns=columns), ["번호", "일시", "서비스"])
    assert refused.value.code == "columns_not_recognised"


def test_fixed_value_stands_for_a_needed_column() -> None:
    columns = {name: NEEDED[name] for name in ("receipt_number", "received_at")}
    layout = lay_out(Profile(columns=columns, fixed={"service": "chat"}), ["번호", "일시"])
    assert layout == Layout(
        ("번호", "일시"), {"receipt_number": 0, "received_at": 1}, Profile(columns=columns, fixed={"service": "chat"})
    )


@pytest.mark.parametrize(
    ("rows", "headings"),
    [
        ([[" 번호 ", "일\n시", 3.0]], ("번호", "일 시", "3")),
        ([], ()),
        # One cell spans two, the others take both rows.
        (
            [["번호", "신고인", "", "서비스"], ["", "이름", "연락처", ""]],
            ("번호", "신고인 이름", "신고인 연락처", "서비스"),
        ),
        # A cell spans no further than something stands beneath, nor past one that takes both rows.
        ([["가", "", "", "나", ""], ["1", "2", "", "", "3"]], ("가 1", "가 2", "", "나", "3")),
        ([["가"], ["1", "2"]], ("가 1", "가 2")),
        ([["가", "", ""], ["나", "", "다"], ["1", "2", "3"]], ("가 나 1", "가 나 2", "가 다 3")),
    ],
)
def test_headings_of_several_rows_are_joined(rows: list[list[str]], headings: tuple[str, ...]) -> None:
    assert joined_headings(rows) == headings


def test_heading_is_taken_from_the_rows_and_no_more() -> None:
    rows = iter([(1, ["제목"]), (3, ["번호", "일시"]), (4, ["K-1", "2022-10-19"])])
    headings, rest = headings_of(rows, Profile(skip_rows=1))
    assert (headings, list(rest)) == (("번호", "일시"), [(4, ["K-1", "2022-10-19"])])


def test_file_without_a_heading_keeps_its_first_row() -> None:
    rows = [(2, ["K-1", "2022-10-19"]), (3, ["K-2", "2022-10-20"])]
    headings, rest = headings_of([(1, ["제목"]), *rows], Profile(skip_rows=1, heading_rows=0))
    assert (headings, list(rest)) == (("", ""), rows)
    columns = {"receipt_number": Column("", 1), "received_at": Column("", 2)}
    layout = lay_out(Profile(columns=columns, heading_rows=0, fixed={"service": "mail"}), headings)
    assert layout.columns == {"receipt_number": 0, "received_at": 1}


def test_file_that_ends_before_its_heading_has_none() -> None:
    headings, rest = headings_of([(1, ["제목"])], Profile(skip_rows=1))
    assert (headings, list(rest)) == ((), [])
