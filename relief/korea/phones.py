"""Phone numbers of Korea as digits only, beginning with 0 (or a nationwide number such as 1588-0000)."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = str.maketrans("", "", " -.()·~\u2010\u2011\u2012\u2013\u2014\u2212\xa0")
_FORMS = re.compile(
    r"01[016789]\d{7,8}"  # mobile
    r"|02\d{7,8}"  # Seoul
    r"|0[3-6][1-5]\d{7,8}"  # provinces
    r"|0(?:70|50\d)\d{7,8}"  # internet and personal numbers
    r"|1[5-8]\d{6}",  # nationwide, without an area
    re.ASCII,
)


def digits_of(text: str) -> str:
    """Return the text without the separators people write, full-width digits as ASCII; +82 becomes the leading 0."""
    if text.isascii():
        # How nearly everybody writes: found out in a fifth of the time.
        plain = text.replace("-", "")
        if plain.isdecimal():
            return plain
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.translate(_SEPARATORS)
    if plain.startswith("+82"):
        plain = "0" + plain[3:].removeprefix("0")
    return plain


def phone_number(text: str) -> str | None:
    """Return the digits of a Korean phone number, or None where the text is not one.

    A spreadsheet drops the first zero of a mobile number: ten digits that begin with 10 can be nothing else.
    """
    digits = digits_of(text)
    if len(digits) == 10 and digits.startswith("10"):
        digits = f"0{digits}"
    return digits if _FORMS.fullmatch(digits) else None
