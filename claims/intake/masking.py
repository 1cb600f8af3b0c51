"""What of a refused row may be kept: no long run of digits in clear, no endless text."""

from __future__ import annotations

import re

# Seven digits and more, with the separators people write between them: phones, accounts, registration numbers.
_DIGITS = re.compile(r"\d(?:[ \-.()]{0,2}\d){6,}")
_EACH = re.compile(r"\d")
# Dates are no secret, and a reason that hides the date it is about helps nobody.
_DATES = re.compile(
    r"((?<![\d-])(?:19|20)\d\d[-/.] ?\d{1,2}[-/.] ?\d{1,2}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?(?![\d-]))", re.ASCII
)
_SHOWN = 4
LONGEST_CELL = 500


def masked(text: str) -> str:
    """Return the text with every long run of digits but dates hidden, save its last four, cut at 500 characters.

    It is masked before it is cut, so that a cut never leaves a shorter run in clear. A NUL, which JSON in the database
    cannot hold, is shown as its symbol.
    """
    parts = _DATES.split(text[: LONGEST_CELL * 2])
    parts[::2] = [_DIGITS.sub(_hide, part) for part in parts[::2]]
    return shown("".join(parts))


def shown(text: str) -> str:
    """Return the text as the database can hold it, cut at 500 characters."""
    text = text.replace("\x00", "␀")
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"


def _hide(match: re.Match[str]) -> str:
    run = match[0]
    seen = len(_EACH.findall(run))

    def bullet(digit: re.Match[str]) -> str:
        nonlocal seen
        seen -= 1
        return digit[0] if seen < _SHOWN else "•"

    return _EACH.sub(bullet, run)
