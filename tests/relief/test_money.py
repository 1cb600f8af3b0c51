from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from relief.money import format_large_won, format_won, percentage, share_of


@pytest.mark.parametrize(
    ("amount", "rate", "share"), [(300_001, 5_000, 150_000), (1, 9_999, 0), (10, 10_000, 10), (7, 0, 0)]
)
def test_share_is_rounded_down_to_the_whole_won(amount: int, rate: int, share: int) -> None:
    assert share_of(amount, rate) == share


@pytest.mark.parametrize(("amount", "rate"), [(-1, 5_000), (1, -1)])
def test_share_of_a_debt_is_refused(amount: int, rate: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        share_of(amount, rate)


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_share_and_its_complement_never_exceed_the_whole(amount: int, rate: int) -> None:
    assert 0 <= amount - share_of(amount, rate) - share_of(amount, 10_000 - rate) <= 1


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (14_918, 87_195, "17.1"),
        (13_195, 87_195, "15.1"),
        (59_082, 87_195, "67.8"),
        (1, 8, "12.5"),
        (1, 2000, "0.1"),
        (1, 2001, "0.0"),
        (3, 0, "0.0"),
    ],
)
def test_percentage_is_rounded_half_up_as_in_the_press(part: int, whole: int, text: str) -> None:
    assert percentage(part, whole) == text


def test_percentage_without_decimals_is_a_whole_number() -> None:
    assert percentage(5, 8, digits=0) == "63"


def test_won_is_written_in_the_active_language() -> None:
    assert (format_won(1_234_567), format_won(0), format_won(None)) == ("1,234,567원", "0원", "–")
    with override("en"):
        assert format_won(1_234_567) == "1,234,567 won"


def test_large_won_is_written_as_people_say_it() -> None:
    assert [format_large_won(amount) for amount in (312_000_000_000, 5_750_000_000, None)] == [
        "3,120억 원",
        "57.5억 원",
        "–",
    ]
    with override("en"):
        assert format_large_won(312_000_000_000) == "312.0 billion won"
