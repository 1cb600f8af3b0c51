"""A simulation of a draft beside the version in force, held against one plain aggregate over the same claims."""

from __future__ import annotations

from django.db import connection

from benchmarks.measuring import Figure, peak_memory_mb, seconds
from benchmarks.register_data import lay_claims, scratch_database
from committee.models import TierPolicy
from committee.plan.selectors import policy_terms
from committee.plan.simulator.results import Variant, simulate
from committee.plan.terms import PolicyTerms, TierTerms

ROWS = 105_116
ROUNDS = 7
GOAL = 3.0
THIRD = (
    TierTerms(1, 1, 1, 300_001, 30_000),
    TierTerms(2, 2, 300_001, 500_001, 50_000),
    TierTerms(3, 3, 500_001, 550_001, 70_000),
    TierTerms(4, 4, 550_001, None),
)


def _aggregate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(c.claimed_loss) FROM claims_claim c "
            "JOIN claims_classification t ON t.claim_id = c.id WHERE c.incident_id = 1"
        )
        cursor.fetchone()


def run(rows: int | None) -> list[Figure]:
    """Simulate two policies over `rows` claims, with every figure of the page, and return the figure."""
    count = rows or ROWS
    with scratch_database():
        lay_claims(count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        variants = [
            Variant("in force", is_in_force=True, terms=policy_terms(TierPolicy.objects.get(pk=1))),
            Variant("draft", is_in_force=False, terms=PolicyTerms(("small_business",), THIRD)),
        ]
        figures, limits = [], []
        for _ in range(ROUNDS):
            figures.append(seconds(lambda: simulate(incident_id=1, variants=variants, narrowing={})))
            limits.append(seconds(_aggregate))
    return [Figure("simulator", min(figures), min(limits), GOAL, count, peak_memory_mb())]
