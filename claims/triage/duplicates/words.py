"""Likenesses in the words that people read them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from claims.triage.duplicates.rules import WEIGHTS, Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REASON_WORDS: Mapping[Reason, StrOrPromise] = {
    Reason.REGISTRATION: _("same registration number"),
    Reason.PHONE: _("same phone"),
    Reason.ACCOUNT: _("same account"),
    Reason.FINGERPRINT: _("same evidence"),
    Reason.SERVICE: _("same service"),
    Reason.NAME: _("same name"),
    Reason.NEAR_NAME: _("nearly the same name"),
    Reason.TEXT: _("same text"),
    Reason.NEAR_TEXT: _("similar text"),
    Reason.LOSS: _("same loss"),
    Reason.DAY: _("same day"),
    Reason.OTHER_PHONE: _("another phone"),
    Reason.OTHER_REGISTRATION: _("another registration number"),
}


def reasons_in_words(reasons: Iterable[str]) -> list[StrOrPromise]:
    """Return the words of reasons as they are kept."""
    return [REASON_WORDS[Reason(reason)] for reason in reasons]


def scored_in_words(reasons: Iterable[str]) -> list[tuple[StrOrPromise, str]]:
    """Return the words of reasons, each with its weight and sign."""
    return [(REASON_WORDS[Reason(reason)], f"{WEIGHTS[Reason(reason)]:+d}") for reason in reasons]
