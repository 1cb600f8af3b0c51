"""The profile that the first rows of a file suggest, by what it is headed and by what stands in it."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.columns import FIELDS
from claims.intake.heading_rows import find_heading
from claims.intake.layout import lay_out
from claims.intake.previews import preview
from claims.intake.profile import Column, Profile
from claims.intake.proposals import propose
from claims.intake.rules import Cell
from claims.intake.words import Vocabulary
from committee.demo.layouts import AFFILIATE, FEDERATION, OFFICIAL, Layout
from committee.demo.numbers import Numbers

WORDS = Vocabulary(services={"chat": 1, "메신저": 1, "메일": 2})
Table = list[list[Cell]]


def under(*headings: str, rows: int = 3) -> Table:
    """Return a table with the needed columns first, and cells that say nothing beneath the others."""
    return [
        ["접수번호", "접수일시", "서비스", *headings],
        *[[f"K-{number}", "2022-10-20", "메신저", *[""] * len(headings)] for number in range(rows)],
    ]


def filled(heading: str, *cells: Cell) -> Table:
    """Return a table with the needed columns and one more that has these cells."""
    table = under(heading, rows=len(cells))
    for row, cell in zip(table[1:], cells, strict=True):
        row[3] = cell
    return table


def columns(table: Table) -> dict[str, int]:
    proposal = propose(table, WORDS)
    return dict(lay_out(proposal.profile, proposal.headings).columns)


@pytest.mark.parametrize(
    ("layout", "without"),
    [(OFFICIAL, set()), (FEDERATION, {"reporter_type", "channel"}), (AFFILIATE, {"channel"})],
)
def test_known_source_needs_no_hand(layout: Layout, without: set[str]) -> None:
    proposal = propose([list(layout.headings)], WORDS)
    assert set(proposal.profile.columns) == set(FIELDS) - without
    assert (proposal.lacking, proposal.notes, proposal.alternatives, proposal.profile.unit) == ((), (), {}, 1)


def test_proposal_shows_headings_and_a_few_texts_of_each_column() -> None:
    table = filled("피해 내용", " 첫째\n줄 ", "첫째 줄", "가" * 61, 7.0, "넷째")
    proposal = propose(table, WORDS)
    assert proposal.headings == ("접수번호", "접수일시", "서비스", "피해 내용")
    assert proposal.samples == (
        ("K-0", "K-1", "K-2"),
        ("2022-10-20",),
        ("메신저",),
        ("첫째 줄", "가" * 59 + "…", "7"),
    )
    assert proposal.profile.columns["description"] == Column("피해 내용", 4)
    assert proposal.saved is None


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ([["2022년 10월 피해 접수 현황"]], 1),
        ([["피해 접수 현황", "", "", ""], ["작성: 연합회", "", "", "(단위: 천원)"]], 2),
        ([[f"안내 {number}"] for number in range(20)], 20),
    ],
)
def test_heading_is_found_beneath_titles(above: Table, skipped: int) -> None:
    proposal = propose(above + filled("손실액", "1", "2"), WORDS)
    assert (proposal.profile.skip_rows, proposal.profile.heading_rows) == (skipped, 1)
    assert proposal.headings == ("접수번호", "접수일시", "서비스", "손실액")


def test_merged_heading_of_two_rows_is_found() -> None:
    table: Table = [
        ["피해 접수", "", "", "", "", ""],
        ["접수번호", "접수일시", "신고인", "", "서비스", "손실액(천원)"],
        ["", "", "이름", "연락처", "", ""],
        ["K-1", "2022-10-20", "김민서", "010-1234-5678", "메신저", "3"],
    ]
    proposal = propose(table, WORDS)
    assert (proposal.profile.skip_rows, proposal.profile.heading_rows, proposal.profile.unit) == (1, 2, 1_000)
    assert proposal.headings == ("접수번호", "접수일시", "신고인 이름", "신고인 연락처", "서비스", "손실액(천원)")
    assert columns(table) == {
        "receipt_number": 0, "received_at": 1, "name": 2, "phone": 3, "service": 4, "claimed_loss": 5,
    }  # fmt: skip


def test_row_of_claims_is_never_taken_for_a_second_heading() -> None:
    found = find_heading(under("이름", "연락처"))
    assert (found.above, found.rows) == (0, 1)


def test_file_of_no_rows_lacks_every_needed_column() -> None:
    proposal = propose([], WORDS)
    assert (proposal.lacking, proposal.headings) == (("receipt_number", "received_at", "service"), ())


def test_columns_of_a_file_without_a_heading_are_known_by_what_stands_in_them() -> None:
    table: Table = [[f"K-100{number}", f"2022-10-2{number}", "메일", f"010-1234-567{number}"] for number in range(5)]
    proposal = propose(table, WORDS)
    assert (proposal.profile.heading_rows, proposal.headings, proposal.lacking) == (0, ("",) * 4, ())
    assert proposal.profile.columns == {
        "receipt_number": Column("", 1),
        "received_at": Column("", 2),
        "service": Column("", 3),
        "phone": Column("", 4),
    }
    assert [str(note) for note in proposal.notes] == [
        gettext("The file has no heading: its columns are known by what stands in them. Look at each of them.")
    ]
    assert proposal.samples[0][0] == "K-1000"


def test_second_column_for_a_field_is_offered_and_not_taken() -> None:
    proposal = propose(under("휴대폰", "연락처"), WORDS)
    assert proposal.profile.columns["phone"] == Column("휴대폰", 4)
    assert proposal.alternatives == {"phone": (4,)}


def test_column_that_reads_comes_before_one_that_says_nothing() -> None:
    table = under("휴대폰", "연락처")
    for row in table[1:]:
        row[4] = "010-1234-5678"
    assert columns(table)["phone"] == 4


def test_full_heading_comes_before_a_weak_one() -> None:
    table = [["No", *row] if place == 0 else [str(place), *row] for place, row in enumerate(under())]
    proposal = propose(table, WORDS)
    assert proposal.profile.columns["receipt_number"] == Column("접수번호", 2)
    assert proposal.alternatives == {"receipt_number": (0,)}


def test_equal_headings_are_told_apart_by_their_place() -> None:
    table = under("연락처", "연락처")
    assert propose(table, WORDS).profile.columns["phone"] == Column("연락처", 4)
    assert columns(table)["phone"] == 3


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("phone", ["010-1234-5678", "01098765432", "-"]),
        ("registration_number", ["120-81-47521", "1208147521", "999-99-00005"]),
        ("account", ["110-123-456789", "352-0123-4567-83", ""]),
        ("bank", ["국민은행", "카뱅", "우체국"]),
        ("pricing", ["유료", "무료", "유료"]),
        ("reporter_type", ["소상공인", "개인", "법인"]),
        ("claimed_loss", ["3만원", "300,000원", "1,000"]),
    ],
)  # fmt: skip
def test_column_whose_heading_says_nothing_is_known_by_its_look(name: str, cells: list[Cell]) -> None:
    assert columns(filled("항목 7", *cells))[name] == 3


@pytest.mark.parametrize(
    "cells",
    [
        ["기타", "문의", "항의"],
        ["1", "2", "3"],
        ["44853", "44854", "44855"],
        ["123-45-67890", "123-45-67891", "x"],
        [1.0, 2.0, 3.0],
        ["", "", ""],
        ["-", "-", "-"],
    ],
)
def test_column_that_could_be_anything_feeds_nothing(cells: list[Cell]) -> None:
    assert set(columns(filled("항목 7", *cells))) == {"receipt_number", "received_at", "service"}


def test_needed_columns_are_known_by_their_look_alone() -> None:
    table: Table = [
        ["가", "나", "다", "라"],
        *[[str(number), f"2022-10-2{number}", "메일", f"WEB-{number:05}"] for number in range(5)],
    ]
    assert columns(table) == {"receipt_number": 3, "received_at": 1, "service": 2}


def test_needed_column_that_nothing_looks_like_is_lacking() -> None:
    table: Table = [["Claim Number", "Date Received", "Airport"], ["K-1", "2022-10-20", "ABE"]]
    proposal = propose(table, WORDS)
    assert proposal.lacking == ("service",)


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2022-10-19 14:05", "2022/10/19"], ()),
        (["16-Feb-17", "1-Aug-17"], ("D-MON-YY",)),
        (["16-Feb-17", "2017-08-01", ""], ("D-MON-YY",)),
        (["1/20/2017 0:00", "1/2/2017"], ("M/D/YYYY",)),
        (["20/1/2017", "1/2/2017"], ("D/M/YYYY",)),
        (["16-Feb-17", "1/20/2017"], ("D-MON-YY", "M/D/YYYY")),
        (["20221019140509", "20221020000000"], ("YYYYMMDDHHMMSS",)),
        (["44853.5", "44854"], ("SERIAL",)),
        (["16-Feb-17", "어제"], ("D-MON-YY",)),
        ([44_853.5, 44_854], ()),
    ],
)
def test_dates_that_read_one_way_get_their_format(cells: list[Cell], formats: tuple[str, ...]) -> None:
    table = filled("기타", *cells)
    table = [[row[0], row[3], row[2]] for row in [["접수번호", "", "서비스", "접수일"], *table[1:]]]
    proposal = propose(table, WORDS)
    assert (proposal.profile.date_formats, proposal.notes) == (formats, ())


@pytest.mark.parametrize(
    "cells",
    [
        ["1/2/2017", "3/4/2017"],
        ["1/20/2017", "20/1/2017", "1/2/2017"],
        ["5/5/2017"],
        ["10/11/12"],
        ["1-2-17", "3-4-17"],
    ],
)
def test_dates_whose_order_is_uncertain_get_no_format_and_a_note(cells: list[Cell]) -> None:
    table: Table = [["접수번호", "접수일", "서비스"], *[[f"K-{n}", cell, "메일"] for n, cell in enumerate(cells)]]
    proposal = propose(table, WORDS)
    assert proposal.profile.date_formats == ()
    sentence = gettext('The dates in "%(heading)s" can be read in more than one way. Choose how they are written.')
    assert [str(note) for note in proposal.notes] == [sentence % {"heading": "접수일"}]


@pytest.mark.parametrize(
    ("heading", "unit"), [("손실액(천원)", 1_000), ("손실액 [단위: 만원]", 10_000), ("손실액", 1), ("손실액(원)", 1)]
)
def test_unit_is_taken_from_the_heading(heading: str, unit: int) -> None:
    proposal = propose(filled(heading, "1", "2"), WORDS)
    assert (proposal.profile.unit, len(proposal.notes)) == (unit, unit != 1)


def test_unit_is_taken_from_a_line_above_the_heading() -> None:
    assert propose([["", "", "", "(단위: 천원)"], *filled("손실액", "1", "2")], WORDS).profile.unit == 1_000


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["-", "$0.00", "$1,234.00"], "$"),
        (["1,234.00 €", "5 €"], "€"),
        (["US$5", "US$1,000"], "US$"),
        (["₩5,000", "5000원"], ""),
        (["5,000", "7"], ""),
        ([5.0, 7.0], ""),
    ],
)
def test_sign_that_stands_with_amounts_is_found(cells: list[Cell], sign: str) -> None:
    proposal = propose(filled("손실액", *cells), WORDS)
    assert (proposal.profile.currency, len(proposal.notes)) == (sign, sign != "")


def test_words_for_nothing_are_found_in_columns_that_they_would_spoil() -> None:
    table = under("손실액", "연락처", "피해 내용")
    table[1][3:] = ["-", " N/A ", "없음"]
    table[2][3:] = ["5000", "해당 없음", "-"]
    table[3][3:] = ["－", "n/a", "null"]
    assert propose(table, WORDS).profile.empty == ("N/A", "해당 없음", "-")


SAVED = Profile(
    columns={"receipt_number": Column("접수번호"), "received_at": Column("접수일시"), "service": Column("서비스")}
)
WIDER = Profile(columns={**SAVED.columns, "name": Column("담당")}, unit=1_000)
OTHER = Profile(columns={**SAVED.columns, "name": Column("없는 열"), "phone": Column("담당")})


def test_saved_profile_with_most_columns_is_preferred() -> None:
    proposal = propose(under("담당"), WORDS, [(1, SAVED), (2, WIDER), (3, OTHER)])
    assert (proposal.saved, proposal.profile) == (2, WIDER)
    assert proposal.headings == ("접수번호", "접수일시", "서비스", "담당")
    assert proposal.samples == (("K-0", "K-1", "K-2"), ("2022-10-20",), ("메신저",), ())


def test_saved_profile_that_does_not_fit_is_left() -> None:
    assert propose(under(), WORDS, [(2, WIDER), (3, OTHER)]).saved is None


def test_saved_profile_finds_its_heading_where_it_says() -> None:
    saved = Profile(columns=SAVED.columns, skip_rows=1)
    assert propose([["제목"], *under()], WORDS, [(1, saved)]).saved == 1
    assert propose(under(), WORDS, [(1, saved)]).saved is None


def test_proposal_for_a_real_looking_file_takes_its_rows() -> None:
    numbers = Numbers(Random(7))
    table: Table = [
        ["월간 접수 현황"],
        ["", "Claim Number", "Date Received", "상품", "Phone No.", "Close Amount", "메모"],
        *[
            [f"{n}", f"20170{n:04}", f"{n}-Feb-17", "메신저 ", numbers.phone(), f"${n},234.00" if n % 2 else "-", "-"]
            for n in range(1, 9)
        ],
    ]
    proposal = propose(table, WORDS)
    layout = lay_out(proposal.profile, proposal.headings)
    rows = islice(enumerate(table, start=1), 2, None)
    seen = preview(layout, WORDS, rows, 100)
    assert (seen.taken, seen.rejected, seen.sum_of_losses) == (8, 0, 1_234 + 3_234 + 5_234 + 7_234)


CELLS = st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.sampled_from(["접수번호", "메일", "$5"])


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_any_rows_get_a_proposal_that_fits_them_or_lacks_a_column(table: Table) -> None:
    proposal = propose(table, WORDS)
    places = list(lay_out(proposal.profile, proposal.headings).columns.values()) if not proposal.lacking else []
    assert len(set(places)) == len(places)
    assert Profile.from_json(proposal.profile.as_json()) == proposal.profile
    assert len(proposal.samples) == len(proposal.headings)
