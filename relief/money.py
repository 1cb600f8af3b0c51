"""Money is whole won in integers; this module is the only place that rounds."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

MAX_WON = 10**15
"""No single amount in any table may exceed this (check constraints use it): 1,000 trillion won."""

BASIS_POINTS = 10_000


def share_of(amount: int, basis_points: int) -> int:
    """Return `basis_points` / 10,000 of `amount` won, rounded down to the whole won.

    Raises ValueError where either is negative: a share of a debt has no meaning here.
    """
    if amount < 0 or basis_points < 0:
        raise ValueError("share_of takes no negative amount or rate")
    return amount * basis_points // BASIS_POINTS


def share_sql(amount: str, basis_points: str) -> str:
    """Return SQL that yields what `share_of` does, for bigint expressions; amounts up to `MAX_WON` do not overflow."""
    rest = f"mod({amount}, {BASIS_POINTS}) * {basis_points} / {BASIS_POINTS}"
    return f"({amount} / {BASIS_POINTS} * {basis_points} + {rest})"


def percentage(part: int, whole: int, digits: int = 1) -> str:
    """Return part/whole in per cent, rounded half up to `digits` decimals, as text ("17.1").

    The press figures of the programme are rounded this way. Returns "0.0" where the whole is 0.
    """
    scale = 10**digits
    if whole == 0:
        return f"{0:.{digits}f}"
    tenths = (part * 100 * scale * 2 + whole) // (whole * 2)
    return f"{tenths // scale}.{tenths % scale:0{digits}d}" if digits else str(tenths)


def format_basis_points(basis_points: int) -> str:
    """Return a rate in per cent without trailing zeros: 1,250 basis points are "12.5"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def format_won(amount: int | None) -> str:
    """Return the amount with thousands separators and its unit in the active language, or a dash."""
    if amount is None:
        return "–"
    return _("%(amount)s won") % {"amount": f"{amount:,}"}


def format_signed_won(amount: int) -> str:
    """Return an amount as `format_won` does, with a plus where it is more than nothing, for differences."""
    return f"+{format_won(amount)}" if amount > 0 else format_won(amount)


HUNDRED_MILLION = 100_000_000
BILLION = 1_000_000_000


def format_large_won(amount: int | None) -> str:
    """Return a large amount as people say it: hundreds of millions (억) in Korean, billions in English; or a dash.

    One decimal, rounded half up, left out in Korean where it is 0: "3,120억 원", "312.0 billion won".
    """
    if amount is None:
        return "–"
    if get_language() == "ko":
        whole, tenth = divmod((amount * 10 * 2 + HUNDRED_MILLION) // (HUNDRED_MILLION * 2), 10)
        return f"{whole:,}.{tenth}억 원" if tenth else f"{whole:,}억 원"
    whole, tenth = divmod((amount * 10 * 2 + BILLION) // (BILLION * 2), 10)
    return _("%(amount)s billion won") % {"amount": f"{whole:,}.{tenth}"}
