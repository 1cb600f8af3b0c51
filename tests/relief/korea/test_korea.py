"""Banks, business registration numbers and phones of Korea."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.korea import phones, registration
from relief.korea.banks import BANKS, bank_code, bank_name


def test_bank_codes_are_three_digits_each_once() -> None:
    codes = [bank.code for bank in BANKS]
    assert [len(code) for code in codes] == [3] * len(codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("국민은행", "004"),
        ("국민", "004"),
        (" KB 국민은행 ", "004"),
        ("ＫＢ국민은행", "004"),
        ("kookmin bank", "004"),
        ("4", "004"),
        ("004", "004"),
        ("카카오뱅크", "090"),
        ("달나라은행", None),
        ("999", None),
        ("은행", None),
        ("", None),
    ],
)
def test_bank_is_known_by_code_name_or_short_name(text: str, code: str | None) -> None:
    assert bank_code(text) == code


def test_no_name_stands_for_two_banks() -> None:
    assert {bank.code: bank_code(bank.name) for bank in BANKS} == {bank.code: bank.code for bank in BANKS}
    assert {alias: bank_code(alias) for bank in BANKS for alias in bank.aliases} == {
        alias: bank.code for bank in BANKS for alias in bank.aliases
    }


def test_bank_name_of_an_unknown_code_is_the_code() -> None:
    assert (bank_name("004"), bank_name("999")) == ("국민은행", "999")


def test_check_digit_of_published_numbers() -> None:
    # Numbers that their holders publish at the foot of their pages.
    assert [registration.is_valid(number) for number in ("1208147521", "2208162517", "1248100998")] == [True] * 3


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_exactly_one_last_digit_is_valid(nine: str) -> None:
    valid = [last for last in range(10) if registration.is_valid(f"{nine}{last}")]
    assert valid == ([] if nine == "000000000" else [registration.check_digit(nine)])


@pytest.mark.parametrize("text", ["", "123456789", "12345678901", "12A4567890", "１２０８１４７５２１", "0000000000"])
def test_what_is_no_registration_number_is_refused(text: str) -> None:
    assert registration.is_valid(text) is False


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_one_mistyped_digit_among_the_first_eight_is_found(nine: str, place: int, step: int) -> None:
    number = f"{nine}{registration.check_digit(nine)}"
    if place == 8 or not registration.is_valid(number):
        return
    digit = (int(number[place]) + step) % 10
    mistyped = f"{number[:place]}{digit}{number[place + 1 :]}"
    assert registration.is_valid(mistyped) is False


def test_registration_number_is_written_with_dashes() -> None:
    assert registration.written("1208147521") == "120-81-47521"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("010-1234-5678", "01012345678"),
        ("０１０－１２３４－５６７８", "01012345678"),
        ("+82 10-1234-5678", "01012345678"),
        ("+82 (0)10 1234 5678", "01012345678"),
        ("1012345678", "01012345678"),
        ("02-123-4567", "021234567"),
        ("031.1234.5678", "03112345678"),
        ("070-1234-5678", "07012345678"),
        ("1588-0000", "15880000"),
        ("010-123", None),
        ("02", None),
        ("010-1234-56789", None),
        ("123-456-7890", None),
        ("전화 없음", None),
        ("", None),
    ],
)
def test_phone_is_read_where_it_is_one(text: str, digits: str | None) -> None:
    assert phones.phone_number(text) == digits


@given(st.text())
def test_phone_of_any_text_is_digits_or_nothing(text: str) -> None:
    digits = phones.phone_number(text)
    assert digits is None or (digits.isascii() and digits.isdecimal() and 8 <= len(digits) <= 12)
