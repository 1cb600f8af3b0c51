"""What a corrected field of a claim may say: each reads what a person wrote and returns it as the register keeps it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from claims.catalogue.models import ReporterType
from relief.korea import banks, phones, registration
from relief.korea.accounts import account_digits
from relief.money import MAX_WON

SEALED = ("phone", "registration_number", "account")
_LONGEST_NAME = 200
_COMPANY = re.compile(r"\(주\)|\(유\)|주식회사|유한회사|㈜")


def _name(text: str) -> str | None:
    name = " ".join(text.split())
    return name if name and len(name) <= _LONGEST_NAME and name.isprintable() else None


def _registration_number(text: str) -> str | None:
    digits = phones.digits_of(text)
    return digits if registration.is_valid(digits) else None


def _loss(text: str) -> int | None:
    digits = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    fits = digits.isascii() and digits.isdecimal() and len(digits) <= len(str(MAX_WON))
    return int(digits) if fits and int(digits) <= MAX_WON else None


def _reporter_type(text: str) -> str | None:
    return text if text in ReporterType.values else None


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": _name,
    "reporter_type": _reporter_type,
    "phone": phones.phone_number,
    "registration_number": _registration_number,
    "bank_code": banks.bank_code,
    "account": account_digits,
    "claimed_loss": _loss,
}
"""The fields that can be corrected; each returns None for what it cannot read."""


def name_key(name: str) -> str:
    """Return a name as names are compared: letters and digits alone, unified, without the words for a company.

    `(주)가나다 상사` and `주식회사 가나다상사` are one name.
    """
    if not name.isalnum() or name.isascii():
        name = _COMPANY.sub("", unicodedata.normalize("NFKC", name)).casefold()
        name = "".join(filter(str.isalnum, name))
    return name
