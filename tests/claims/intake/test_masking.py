"""No long run of digits of a refused row is kept in clear."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.masking import masked, shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("110-123-456789", "•••-•••-••6789"),
        ("1208147521", "••••••7521"),
        ("계좌는 110 123 456789 입니다", "계좌는 ••• ••• ••6789 입니다"),
        ("１１０１２３４５６７８９", "••••••••６７８９"),
        ("1.10123E+11", "1.10123E+11"),
        ("300,000원", "300,000원"),
        ("2022-02-31 10:00:00", "2022-02-31 10:00:00"),
        ("2022.10.19, 110-123-456789", "2022.10.19, •••-•••-••6789"),
        ("2022-10-191234", "••••-••-••1234"),
        ("1102022-10-19", "•••••••-10-19"),
        ("123456", "123456"),
        ("", ""),
    ],
)
def test_long_runs_of_digits_keep_their_last_four(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_endless_text_is_cut_after_masking() -> None:
    text = "가" * 495 + "110123456789"
    assert masked(text) == "가" * 495 + "•••••…"
    assert len(shown("가" * 10_000)) == 501


def test_nul_is_shown_as_its_symbol() -> None:
    assert masked("a\x00b") == "a␀b"


@given(st.from_regex(r"[0-9]{7,16}", fullmatch=True), st.text(alphabet="가나 a", max_size=20))
def test_whole_number_is_never_kept(number: str, around: str) -> None:
    assert number not in masked(f"{around}{number}{around}")
    assert re.search(r"\d{7}", masked(f"{around}{number}")) is None
