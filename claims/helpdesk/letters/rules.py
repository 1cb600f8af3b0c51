"""The texts of letters: the closed list of placeholders, how they are filled, and the texts that hold by default."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken

REQUEST_WORDS = ("name", "receipt_number", "documents", "deadline", "help_centre")
"""Words in braces that the text of a request or a reminder may use; every other is refused."""

DEADLINE_DAYS = 14
REMIND_DAYS = 3
_WORD = re.compile(r"\{([^{}\n]*)\}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`|~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

DEFAULTS: dict[tuple[str, str], tuple[str, str]] = {
    ("request", "ko"): (
        "[피해구제] 서류 제출 요청 ({receipt_number})",
        (
            "{name} 님, 안녕하십니까.\n\n접수하신 피해(접수번호 {receipt_number})를 살펴보려면 다음 서류가 필요합니다."
            "\n\n{documents}\n\n{deadline}까지 제출해 주시기 바랍니다. 기한이 지나면 이미 제출하신 서류로 심사합니다."
            "\n\n문의: {help_centre}"
        ),
    ),
    ("request", "en"): (
        "[Relief] Documents needed ({receipt_number})",
        (
            "Dear {name},\n\nTo examine the damage you reported (receipt number {receipt_number}), we need:\n\n"
            "{documents}\n\nPlease hand them in by {deadline}. Without them we examine the claim on what we have.\n\n"
            "Questions: {help_centre}"
        ),
    ),
    ("reminder", "ko"): (
        "[피해구제] 서류 제출 기한 안내 ({receipt_number})",
        (
            "{name} 님, 안녕하십니까.\n\n접수번호 {receipt_number}의 다음 서류를 아직 받지 못했습니다.\n\n"
            "{documents}\n\n제출 기한은 {deadline}입니다. 이미 보내셨다면 이 안내는 그냥 두셔도 됩니다.\n\n"
            "문의: {help_centre}"
        ),
    ),
    ("reminder", "en"): (
        "[Relief] Reminder: documents due {deadline} ({receipt_number})",
        (
            "Dear {name},\n\nWe have not received these documents for receipt number {receipt_number}:\n\n"
            "{documents}\n\nThey are due on {deadline}. If you sent them already, please disregard this letter.\n\n"
            "Questions: {help_centre}"
        ),
    ),
}
"""Subject and body by letter and language, where an incident has saved none of its own."""


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter: the words in braces that its text may use, each with an example in Korean and in English.

    `sample` returns the words of a real letter of an incident (its key) in a language, or None where there is none.
    """

    words: tuple[str, ...]
    examples: Mapping[str, tuple[str, str]]
    sample: Callable[[int, str], Mapping[str, str] | None] = lambda _incident_id, _language: None


_REQUESTS = LetterKind(
    REQUEST_WORDS,
    {
        "name": ("홍길동", "Hong Gildong"),
        "receipt_number": ("K22-1019-000001", "K22-1019-000001"),
        "documents": ("- 소상공인 확인서", "- Small-business certificate"),
    },
)
_kinds: dict[str, LetterKind] = {"request": _REQUESTS, "reminder": _REQUESTS}


def declare_letter(code: str, kind: LetterKind, texts: Mapping[str, tuple[str, str]]) -> None:
    """Declare a kind of letter with its default (subject, body) by language; slices above have letters of their own."""
    _kinds[code] = kind
    for language, text in texts.items():
        DEFAULTS[code, language] = text


def kind_of(code: str) -> LetterKind:
    """Return what was declared of a kind of letter."""
    return _kinds[code]


def refuse_unknown_placeholders(text: str, known: Collection[str] = REQUEST_WORDS) -> None:
    """Refuse a text with a word in braces that is not known. Raises RuleBroken(unknown_placeholder)."""
    unknown = sorted({word for word in _WORD.findall(text) if word not in known})
    if unknown:
        raise RuleBroken(
            _("{%(word)s} is not a placeholder. Use only: %(known)s.")
            % {"word": unknown[0], "known": ", ".join(f"{{{word}}}" for word in known)},
            code="unknown_placeholder",
        )


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its placeholders filled in, once: a value with braces in it stays as it is.

    Raises RuleBroken(unknown_placeholder).
    """
    refuse_unknown_placeholders(text, values)
    return _WORD.sub(lambda found: values[found[1]], text)


def day_words(day: date, language: str) -> str:
    """Return a day as a letter in Korean or English says it."""
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {day:%B %Y}"


def read_email(text: str) -> str:
    """Return an email address as it is kept: trimmed, its domain in small letters.

    Raises RuleBroken(not_an_email).
    """
    name, _at, domain = text.strip().partition("@")
    address = f"{name}@{domain.lower()}"
    if len(address) > 254 or _EMAIL.fullmatch(address) is None:
        raise RuleBroken(_("This is not an email address. Write it like name@example.com."), code="not_an_email")
    return address
