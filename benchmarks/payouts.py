"""Composing a batch: all that its job does, held against one bare INSERT … SELECT of as many lines, at three sizes.

The bare statement joins decisions and claims as it finds them, without filter, order, numbering or conflict check, into
a clone of the payments with the same indexes, checks and foreign keys.
"""

from __future__ import annotations

from django.db import connection, transaction

from benchmarks.measuring import Figure, peak_memory_mb, seconds
from benchmarks.register_data import empty, lay_claims, lay_clone, scratch_database
from claims.catalogue.models import Incident
from committee.models import Payment
from committee.payouts.composing import fill
from committee.payouts.services import compose
from relief.accounts.models import User
from relief.jobs.services import Run, _take

SIZES = (8_461, 100_000, 1_000_000)
ROUNDS = {8_461: 9, 100_000: 5, 1_000_000: 2}
GOAL = 1.3
LINEAR = 1.3


def _taken() -> Run:
    batch = compose(by=User.objects.get(pk=1), incident=Incident.objects.get(pk=1), selection={})
    assert batch.job_id is not None
    run = _take(batch.job_id)
    assert run is not None
    return run


def _insert_bare(clone: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {clone} (batch_id, line, claim_id, decision_id, amount, payee_name, bank_code, "
            "account_sealed, is_live) SELECT b.id, c.id, c.id, d.id, d.amount, c.name, c.bank_code, c.account_sealed, "
            "TRUE FROM committee_decision d JOIN claims_claim c ON c.id = d.claim_id CROSS JOIN committee_batch b"
        )


def _one_size(count: int) -> tuple[float, float]:
    figures, limits = [], []
    with scratch_database():
        lay_claims(count, supported=True)
        for _ in range(ROUNDS.get(count, 3)):
            empty("committee_payment", "committee_batch")
            taken = _taken()
            figures.append(seconds(lambda taken=taken: fill(taken)))
            assert Payment.objects.count() == count
            clone = lay_clone("committee_payment")
            limits.append(seconds(lambda clone=clone: _insert_bare(clone)))
    return min(figures), min(limits)


def run(rows: int | None) -> list[Figure]:
    """Compose batches of the three sizes, or of `rows` lines; the last figure compares time a line at both ends."""
    sizes = (rows,) if rows else SIZES
    times = {count: _one_size(count) for count in sizes}
    memory = peak_memory_mb()
    figures = [Figure(f"compose {count:,}", *times[count], GOAL, count, memory) for count in sizes]
    if len(sizes) > 1:
        small, large = SIZES[1], SIZES[2]
        scaled = times[small][0] * large / small
        figures.append(Figure("compose, linear", times[large][0], scaled, LINEAR, large, memory))
    return figures
