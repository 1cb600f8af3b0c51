"""Amounts are read where their meaning is certain, and refused with a reason where it is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.amounts import amount_in_won, amount_of_cell
from claims.intake.faults import Fault
from relief.money import MAX_WON


@pytest.mark.parametrize(
    ("text", "won"),
    [
        ("420000", 420_000),
        ("  420000 ", 420_000),
        ("420,000", 420_000),
        ("300,000원", 300_000),
        ("300,000 원", 300_000),
        ("₩300,000", 300_000),
        ("￦300,000", 300_000),
        ("KRW 300,000", 300_000),
        ("3만원", 30_000),
        ("3만", 30_000),
        ("30만 원", 300_000),
        ("1.5만원", 15_000),
        ("3만5000원", 35_000),
        ("3만 5천원", 35_000),
        ("1억2천만원", 120_000_000),
        ("5백", 500),
        ("３０００", 3_000),
        ("３만원", 30_000),
        ("300000.00", 300_000),
        ("0", 0),
        ("007", 7),
        ("", None),
        ("   ", None),
        (str(MAX_WON), MAX_WON),
    ],
)
def test_amount_whose_meaning_is_certain_is_read(text: str, won: int | None) -> None:
    assert amount_in_won(text) == won


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-5", Fault.NEGATIVE),
        ("−5", Fault.NEGATIVE),
        ("－5", Fault.NEGATIVE),
        ("-3만원", Fault.NEGATIVE),
        ("(5,000)", Fault.NEGATIVE),
        ("△5000", Fault.NEGATIVE),
        ("1e9", Fault.NOT_A_NUMBER),
        ("4.2E5", Fault.NOT_A_NUMBER),
        ("많이", Fault.NOT_A_NUMBER),
        ("약 30만", Fault.NOT_A_NUMBER),
        ("300000~500000", Fault.NOT_A_NUMBER),
        ("1,2345", Fault.NOT_A_NUMBER),
        ("12,34,567", Fault.NOT_A_NUMBER),
        ("$1,234.00", Fault.NOT_A_NUMBER),
        ("NaN", Fault.NOT_A_NUMBER),
        ("inf", Fault.NOT_A_NUMBER),
        ("#VALUE!", Fault.NOT_A_NUMBER),
        ("만원", Fault.NOT_A_NUMBER),
        ("만3", Fault.NOT_A_NUMBER),
        ("3만만", Fault.NOT_A_NUMBER),
        ("-", Fault.NOT_A_NUMBER),
        ("0x10", Fault.NOT_A_NUMBER),
        ("٣٠٠", Fault.NOT_A_NUMBER),
        ("300000.5", Fault.NOT_WHOLE_WON),
        ("0.00001만", Fault.NOT_WHOLE_WON),
        ("9" * 30, Fault.TOO_LARGE),
        (str(MAX_WON + 1), Fault.TOO_LARGE),
        ("9" * 5000, Fault.NOT_A_NUMBER),
    ],
)
def test_amount_whose_meaning_is_not_certain_is_refused(text: str, fault: Fault) -> None:
    assert amount_in_won(text) == fault


@pytest.mark.parametrize(
    ("text", "unit", "outcome"),
    [
        ("300", 1_000, 300_000),
        ("300.5", 1_000, 300_500),
        ("0.0005", 1_000, Fault.NOT_WHOLE_WON),
        ("30", 10_000, 300_000),
        # Words say what they mean, whatever the heading says of bare figures.
        ("300000원", 1_000, 300_000),
        ("3만", 1_000, 30_000),
    ],
)
def test_unit_of_the_column_counts_for_bare_figures(text: str, unit: int, outcome: object) -> None:
    assert amount_in_won(text, unit) == outcome


@pytest.mark.parametrize(
    ("text", "unit", "outcome"),
    [
        ("$1,234.00", 1_000, 1_234_000),
        ("$1,234.56", 1_000, 1_234_560),
        ("1,234.56$", 1_000, 1_234_560),
        ("$ 1,234", 1, 1_234),
        (" $0.00 ", 1_000, 0),
        ("$1,234.5678", 1_000, Fault.NOT_WHOLE_WON),
        ("$0.50", 1, Fault.NOT_WHOLE_WON),
        ("-$5", 1_000, Fault.NEGATIVE),
        ("$-5", 1_000, Fault.NEGATIVE),
        ("($5.00)", 1_000, Fault.NEGATIVE),
        ("＄1,234", 1_000, 1_234_000),
        ("$", 1_000, Fault.NOT_A_NUMBER),
        ("$$", 1_000, Fault.NOT_A_NUMBER),
        ("€5", 1_000, Fault.NOT_A_NUMBER),
        ("$1e9", 1_000, Fault.NOT_A_NUMBER),
        # A word for won says what the figure is in, whatever the column's sign.
        ("3만원", 1_000, 30_000),
    ],
)
def test_sign_of_the_column_is_left_out(text: str, unit: int, outcome: object) -> None:
    assert amount_in_won(text, unit, "$") == outcome


@given(st.integers(0, MAX_WON), st.sampled_from([1, 1_000, 10_000, 1_000_000]))
def test_amount_in_any_unit_with_decimals_and_sign_comes_back_as_won(won: int, unit: int) -> None:
    whole, rest = divmod(won, unit)
    decimals = str(rest).rjust(len(str(unit)) - 1, "0") if unit > 1 else ""
    figure = f"{whole}.{decimals}" if decimals else str(whole)
    separated = f"{whole:,}.{decimals}" if decimals else f"{whole:,}"
    ways = (figure, separated, f" {separated} ", f"${separated}", f"{separated} $", f"$ {figure}")
    assert [amount_in_won(way, unit, "$") for way in ways] == [won] * len(ways)
    assert [amount_in_won(f"-{way}", unit, "$") for way in ways[:2]] == [Fault.NEGATIVE] * 2


@given(st.text(max_size=80), st.sampled_from([1, 1_000]), st.sampled_from(["", "$", "US$"]))
def test_any_text_with_unit_and_sign_is_an_amount_nothing_or_a_fault(text: str, unit: int, sign: str) -> None:
    outcome = amount_in_won(text, unit, sign)
    assert outcome is None or outcome in set(Fault) or (type(outcome) is int and 0 <= outcome <= MAX_WON)


@given(st.integers(0, MAX_WON))
def test_every_way_of_writing_one_amount_means_the_same(won: int) -> None:
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in str(won))
    ways = (str(won), f"{won:,}", f"{won:,}원", f" {won} ", f"₩{won:,}", full_width, f"{won}.0")
    assert [amount_in_won(way) for way in ways] == [won] * len(ways)


@given(st.integers(1, 9_999), st.integers(0, 9_999))
def test_ten_thousands_and_the_rest_add_up(ten_thousands: int, rest: int) -> None:
    assert amount_in_won(f"{ten_thousands}만{rest or ''}") == ten_thousands * 10_000 + rest


@given(st.text(max_size=80))
def test_any_text_is_an_amount_nothing_or_a_fault(text: str) -> None:
    outcome = amount_in_won(text)
    if type(outcome) is int:
        assert 0 <= outcome <= MAX_WON
    else:
        assert outcome is None or outcome in set(Fault)


@given(st.integers(0, 10**12))
def test_number_of_a_workbook_in_thousands_is_whole_won(won: int) -> None:
    assert amount_of_cell(won / 1_000, 1_000) == won


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (420_000.0, 420_000),
        (420_000, 420_000),
        (0.0, 0),
        (300_000.5, Fault.NOT_WHOLE_WON),
        (-5.0, Fault.NEGATIVE),
        (math.nan, Fault.NOT_A_NUMBER),
        (math.inf, Fault.NOT_A_NUMBER),
        (1e30, Fault.TOO_LARGE),
        # The error of a spreadsheet's arithmetic, behind what it keeps and shows.
        (0.1 + 0.2 + 299_999.7, 300_000),
        (MAX_WON, MAX_WON),
        (MAX_WON + 1, Fault.TOO_LARGE),
        (float(MAX_WON + 1), Fault.TOO_LARGE),
    ],
)
def test_number_of_a_workbook_is_read_as_the_number_it_is(number: float, outcome: object) -> None:
    assert amount_of_cell(number) == outcome
