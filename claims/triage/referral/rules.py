"""What may leave in a referral file, and how a list of receipt numbers is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

COLUMNS: dict[str, StrOrPromise] = {
    "receipt_number": _("Receipt number"),
    "received_at": _("Received at"),
    "service": _("Service"),
    "reporter_type": _("Reporter type"),
    "pricing": _("Paid or free"),
    "claimed_loss": _("Claimed loss (won)"),
    "description": _("Description"),
    "name": _("Name"),
    "phone": _("Phone"),
    "registration_number": _("Business registration number"),
    "bank": _("Bank"),
    "account": _("Account"),
}
"""Every column that may leave, in the order of the file."""
ALWAYS = ("receipt_number", "service")
"""Without these the affiliate could not answer."""
USUAL = ("receipt_number", "received_at", "service", "reporter_type", "pricing", "claimed_loss", "description", "name")
NUMBERS = frozenset({"phone", "registration_number", "account"})
"""Columns that are masked unless a person says why they leave in clear."""
MOST_NUMBERS = 50_000


def chosen(columns: list[str]) -> list[str]:
    """Return the known columns among these, and those that always leave, in the order of the file."""
    return [name for name in COLUMNS if name in ALWAYS or name in columns]


def receipt_numbers(text: str) -> list[str]:
    """Return the receipt numbers of a pasted list or of a CSV's first column, each once, in their order.

    Each line is one number; what stands behind a comma, a semicolon or a tab is left out, and so are quotation marks.
    """
    first = (re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip("\"'").strip() for line in text.splitlines())
    return list(dict.fromkeys(number.removeprefix("\ufeff") for number in first if number.removeprefix("\ufeff")))
