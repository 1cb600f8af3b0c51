"""Business registration numbers (사업자등록번호): ten digits, the last of which checks the others."""

from __future__ import annotations

DIGITS = 10
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def check_digit(nine_digits: str) -> int:
    """Return the tenth digit for the first nine, by the rule of the National Tax Service.

    Weighted sum with 1 3 7 1 3 7 1 3 5, plus the tens of the ninth digit times five; what is missing to the next ten.
    """
    digits = [int(digit) for digit in nine_digits]
    weighted = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return -(weighted + digits[8] * 5 // 10) % 10


def is_valid(ten_digits: str) -> bool:
    """Say whether ten digits without dashes are a business registration number."""
    return (
        len(ten_digits) == DIGITS
        and ten_digits.isascii()
        and ten_digits.isdecimal()
        and ten_digits != "0" * DIGITS
        and int(ten_digits[9]) == check_digit(ten_digits[:9])
    )


def written(ten_digits: str) -> str:
    """Return the number as people write it: 123-45-67890."""
    return f"{ten_digits[:3]}-{ten_digits[3:5]}-{ten_digits[5:]}"
