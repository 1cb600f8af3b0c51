"""Bank account numbers as digits only; banks give out between 9 and 16 of them, with no check that all would share."""

from __future__ import annotations

import re
import unicodedata

from relief.korea.banks import MAX_ACCOUNT_DIGITS, MIN_ACCOUNT_DIGITS

_WRITTEN = re.compile(r"[0-9][0-9 -]*[0-9]", re.ASCII)


def account_digits(text: str) -> str | None:
    """Return the digits of an account written with or without dashes and blanks, or None where it is none."""
    plain = text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if not _WRITTEN.fullmatch(plain):
        return None
    digits = plain.replace("-", "").replace(" ", "")
    return digits if MIN_ACCOUNT_DIGITS <= len(digits) <= MAX_ACCOUNT_DIGITS else None
