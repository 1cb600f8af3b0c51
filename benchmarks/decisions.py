"""Tier decisions: the whole run as a job, held against one bare INSERT … SELECT of as many rows.

The bare statement copies rows made before into a clone of the decisions with the same indexes, checks and foreign keys.
"""

from __future__ import annotations

from django.db import connection, transaction

from benchmarks.measuring import Figure, peak_memory_mb, seconds
from benchmarks.register_data import empty, keep_rows, lay_claims, lay_clone, scratch_database
from committee.decisions.services import start_run
from committee.decisions.verifying import Verification, verify
from committee.models import Decision, TierPolicy
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.services import carry_out

ROWS = 105_116
ROUNDS = 3
GOAL = 1.5
# "A million in minutes": three of them.
VERIFIED = 180.0


def _decide() -> None:
    run = start_run(by=User.objects.get(pk=1), policy=TierPolicy.objects.get(pk=1))
    assert run.job_id is not None
    assert carry_out(run.job_id) == Job.State.DONE


def _insert_bare(clone: str, kept: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {clone} SELECT * FROM {kept}")


def run(rows: int | None) -> list[Figure]:
    """Decide `rows` claims (all of them get a decision, 83 % are the company's own) and return the figures."""
    count = rows or ROWS
    figures, limits = [], []
    with scratch_database():
        lay_claims(count)
        for _ in range(ROUNDS):
            empty("committee_decision", "committee_decisionrun")
            figures.append(seconds(_decide))
            assert Decision.objects.count() == count
            kept = keep_rows("committee_decision")
            clone = lay_clone("committee_decision")
            limits.append(seconds(lambda clone=clone, kept=kept: _insert_bare(clone, kept)))
        found = Verification()
        verified = seconds(lambda: list(verify(found)))
        assert (found.recomputed, found.differing) == (count, 0)
    memory = peak_memory_mb()
    return [
        Figure("decisions", min(figures), min(limits), GOAL, count, memory),
        Figure("decisions verified", verified, VERIFIED * count / 1_000_000, 1.0, count, memory),
    ]
