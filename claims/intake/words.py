"""The words of a claim file and what they stand for: reporter types, paid or free, services, rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from claims.catalogue.models import Pricing, ReporterType
from relief.korea.banks import folded

REPORTER_TYPES: Mapping[str, str] = {
    folded(word): value
    for value, words in {
        ReporterType.GENERAL_USER.value: (
            "일반 이용자", "일반", "이용자", "개인", "개인 이용자", "general user", "individual", "personal",
        ),
        ReporterType.SMALL_BUSINESS.value: (
            "소상공인", "개인사업자", "자영업자", "소기업", "small business", "sole trader", "self-employed",
        ),
        ReporterType.ENTERPRISE.value: (
            "중대형 기업", "중견기업", "대기업", "법인", "법인사업자", "기업", "enterprise", "company", "corporation",
        ),
        ReporterType.UNKNOWN.value: ("", "미상", "unknown"),
    }.items()
    for word in (*words, value)
}  # fmt: skip
PRICINGS: Mapping[str, str] = {
    folded(word): value
    for value, words in {
        Pricing.PAID.value: ("유료", "유료 서비스", "유료 이용", "paid"),
        Pricing.FREE.value: ("무료", "무료 서비스", "무료 이용", "free"),
        Pricing.UNKNOWN.value: ("", "미상", "unknown"),
    }.items()
    for word in (*words, value)
}


@dataclass(frozen=True, slots=True)
class Round:
    """An intake round as the rules see it: its key, first and last Seoul day, and who may claim (empty: everybody)."""

    key: int
    opens_on: date
    closes_on: date
    admits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an incident's catalogue knows: services by every name they go by, and the rounds in their order."""

    services: Mapping[str, int]
    rounds: tuple[Round, ...] = ()
    reporter_types: Mapping[str, str] = field(default_factory=lambda: REPORTER_TYPES)
    pricings: Mapping[str, str] = field(default_factory=lambda: PRICINGS)


def named_services(services: Iterable[tuple[int, str, str, str, list[str]]]) -> dict[str, int]:
    """Return folded name → key from (key, code, name, name in English, other names) of each service.

    A name that two services share stands for neither: its meaning is not certain.
    """
    found: dict[str, int] = {}
    shared: set[str] = set()
    for key, code, name, name_en, aliases in services:
        for word in {folded(text) for text in (code, name, name_en, *aliases) if text}:
            if found.setdefault(word, key) != key:
                shared.add(word)
    return {word: key for word, key in found.items() if word not in shared}
