"""Recomputing stored decisions: each from its own facts and version, by the Python rule, apart from what wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from committee.decisions.models import Decision
from committee.plan.policies import TierPolicy
from committee.plan.rules import Branch, Facts, branches_of, missing_evidence, verdict_on
from committee.plan.selectors import policy_terms
from committee.plan.terms import PolicyTerms

CHUNK = 5_000
FIELDS = (
    "pk", "claim__receipt_number", "policy_id", "tier_id", "outcome", "reason_code", "amount", "missing_evidence",
    "fact_operator_kind", "fact_admission", "fact_nature", "fact_reporter_type", "fact_loss", "fact_pricing",
    "fact_service_id", "fact_round_id", "fact_evidence",
)  # fmt: skip

Said = tuple[str, str, int | None, int, tuple[str, ...]]
"""Outcome, reason, key of the tier, won, and missing evidence."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A decision that says something else than its facts and its version do."""

    decision_id: int
    receipt_number: str
    stored: Said
    recomputed: Said


@dataclass(slots=True)
class Verification:
    """How many decisions were recomputed, how many people made (nothing to recompute), and how many differ."""

    recomputed: int = 0
    by_people: int = 0
    differing: int = 0


def verify(found: Verification, *, incident_id: int | None = None) -> Iterator[Mismatch]:
    """Yield each decision that differs from what its stored facts and version give; count into `found` on the way.

    Reads through a server-side cursor: the memory does not grow with the decisions.
    """
    rows: QuerySet[Decision] = Decision.objects.order_by()
    if incident_id is not None:
        rows = rows.filter(claim__incident_id=incident_id)
    found.by_people = rows.filter(policy__isnull=True).count()
    terms = {policy.pk: policy_terms(policy) for policy in TierPolicy.objects.prefetch_related("tiers")}
    branches = {key: branches_of(term) for key, term in terms.items()}
    made = rows.filter(Q(policy__isnull=False)).values_list(*FIELDS)
    for row in made.iterator(chunk_size=CHUNK):
        key, number, policy, tier, outcome, reason, amount, missing, *told = row
        stored = (outcome, reason, tier, amount, tuple(missing or ()))
        recomputed = _recompute(told, terms[policy], branches[policy])
        found.recomputed += 1
        if stored != recomputed:
            found.differing += 1
            yield Mismatch(key, number, stored, recomputed)


def _recompute(told: list[Any], terms: PolicyTerms, branches: tuple[Branch, ...]) -> Said:
    *words, evidence = told
    facts = Facts(*[*words, frozenset(evidence or ())])
    verdict = verdict_on(facts, branches)
    tier = None if verdict.tier is None else verdict.tier.key
    missing = missing_evidence(verdict, facts, terms.required_evidence)
    return verdict.outcome, verdict.reason, tier, verdict.amount(facts.loss), missing
