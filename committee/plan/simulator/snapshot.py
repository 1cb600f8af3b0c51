"""The data of a simulation: claims as groups of facts, packed, and computed again from there by the Python rule."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import connection

from claims.triage.narrowing import Narrowing
from committee.plan.rules import Branch, Facts, branches_of, verdict_on
from committee.plan.selectors import CLAIM_COLUMNS, FACTS_FROM
from committee.plan.simulator.rules import Group, first_tier
from committee.plan.simulator.selectors import narrowed
from committee.plan.terms import PolicyTerms, TierTerms

FACTS = ("operator_kind", "admission", "nature", "reporter_type", "loss", "pricing", "service", "round", "evidence")

Counted = tuple[Facts, int]
"""Facts, and how many claims share them."""


def counted_facts(*, incident_id: int, narrowing: Narrowing) -> list[Counted]:
    """Return the classified claims that the filter lets through, as facts with counts, in a fixed order."""
    condition, parameters = narrowed(narrowing, incident_id)
    columns = ", ".join(CLAIM_COLUMNS[fact] for fact in FACTS)
    places = ", ".join(str(place) for place in range(1, len(FACTS) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, count(*) FROM {FACTS_FROM} WHERE {condition} "  # noqa: S608 - our own column names
            f"GROUP BY {places} ORDER BY {places}",
            parameters,
        )
        return [(_facts(row[:-1]), row[-1]) for row in cursor.fetchall()]


def _facts(row: Sequence[Any]) -> Facts:
    *words, evidence = row
    return Facts(*[*words, frozenset(evidence or ())])


def packed(counted: Iterable[Counted]) -> tuple[bytes, str]:
    """Return the facts as compressed JSON, and its SHA-256."""
    rows = [[*(getattr(facts, fact) for fact in FACTS[:-1]), sorted(facts.evidence), count] for facts, count in counted]
    plain = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return zlib.compress(plain, 9), hashlib.sha256(plain).hexdigest()


def unpacked(content: bytes, sha256: str) -> list[Counted]:
    """Return the facts of a snapshot. Raises ValueError where it cannot be unpacked, or its check sum is another."""
    try:
        plain = zlib.decompress(content)
    except zlib.error as defect:
        raise ValueError("The data of the simulation cannot be unpacked.") from defect
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise ValueError("The data of the simulation differs from its check sum.")
    return [(_facts(row[:-1]), row[-1]) for row in json.loads(plain)]


def groups_by_rule(counted: Iterable[Counted], variants: Sequence[PolicyTerms]) -> list[Group]:
    """Return the groups that `groups_of` returns, by the Python rule instead of by SQL; in no order."""
    described = [branches_of(terms) for terms in variants]
    from_positions = [first_tier(branches) for branches in described]
    found: dict[tuple[tuple[int, ...], int | None, tuple[bool, ...]], int] = {}
    for facts, count in counted:
        places = tuple(_place(facts, branches) for branches in described)
        reaches = any(place >= first for place, first in zip(places, from_positions, strict=True))
        proven = tuple(_is_proven(facts, terms) for terms in variants)
        key = (places, facts.loss if reaches else None, proven)
        found[key] = found.get(key, 0) + count
    return [Group(*key, claims) for key, claims in found.items()]


def _place(facts: Facts, branches: Sequence[Branch]) -> int:
    verdict = verdict_on(facts, branches)
    return next(place for place, branch in enumerate(branches) if branch.verdict is verdict)


def _is_proven(facts: Facts, terms: PolicyTerms) -> bool:
    asks = any(tier.needs_proof for tier in terms.tiers) and terms.required_evidence
    return not asks or facts.evidence.issuperset(terms.required_evidence)


def terms_as_json(terms: PolicyTerms) -> dict[str, Any]:
    """Return terms as plain JSON."""
    return asdict(terms)


def terms_from_json(told: dict[str, Any]) -> PolicyTerms:
    """Return the terms that `terms_as_json` told."""
    words = {name: tuple(value) for name, value in told.items() if name != "tiers"}
    return PolicyTerms(tiers=tuple(TierTerms(**tier) for tier in told["tiers"]), **words)
