"""Columns that leave, and lists of receipt numbers as people paste them."""

from __future__ import annotations

import pytest

from claims.triage.referral.rules import chosen, receipt_numbers


def test_columns_keep_the_order_of_the_file_and_those_that_always_leave() -> None:
    assert chosen(["name", "received_at", "unknown"]) == ["receipt_number", "received_at", "service", "name"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("R-1\nR-2\n\nR-1\n", ["R-1", "R-2"]),
        ('"R-1",홍길동\nR-2;x\nR-3\ty', ["R-1", "R-2", "R-3"]),
        ("\ufeffR-1\r\n  R-2 ", ["R-1", "R-2"]),
        (" \n", []),
    ],
)
def test_receipt_numbers_of_a_list(text: str, numbers: list[str]) -> None:
    assert receipt_numbers(text) == numbers
