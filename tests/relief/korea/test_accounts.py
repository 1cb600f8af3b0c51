"""Account numbers are read with their separators, and refused where they cannot be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.korea.accounts import account_digits
from relief.korea.banks import MAX_ACCOUNT_DIGITS, MIN_ACCOUNT_DIGITS


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("110-123-456789", "110123456789"),
        ("110 123 456789", "110123456789"),
        (" 110123456789 ", "110123456789"),
        ("１１０－１２３－４５６７８９", "110123456789"),
        ("110−123−456789", "110123456789"),
        ("1" * 9, "1" * 9),
        ("1" * 16, "1" * 16),
        ("1" * 8, None),
        ("1" * 17, None),
        ("-110123456789", None),
        ("110123456789-", None),
        ("110.123.456789", None),
        ("٣" * 12, None),
        ("110-123-45678X", None),
        ("추후 제출", None),
        ("", None),
    ],
)
def test_account_digits(text: str, digits: str | None) -> None:
    assert account_digits(text) == digits


@given(
    st.lists(st.text("0123456789", min_size=1, max_size=6), min_size=2, max_size=4),
    st.sampled_from(["", "-", " ", " - ", "－", "−"]),
)
def test_account_reads_the_same_with_every_separator(parts: list[str], separator: str) -> None:
    digits = "".join(parts)
    fits = MIN_ACCOUNT_DIGITS <= len(digits) <= MAX_ACCOUNT_DIGITS
    assert account_digits(separator.join(parts)) == (digits if fits else None)


@given(st.text(max_size=40))
def test_any_text_is_an_account_or_none(text: str) -> None:
    digits = account_digits(text)
    assert digits is None or (digits.isascii() and digits.isdecimal() and account_digits(digits) == digits)
