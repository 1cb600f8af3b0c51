from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from relief.errors import RuleBroken, database_rules
from relief.jobs.models import JOB_STATES, Job
from tests import factories

RULE = "job_moves_as_its_table_says"
STATES = [str(state) for state in Job.State]
PATHS = {
    "queued": (),
    "running": ("running",),
    "done": ("running", "done"),
    "failed": ("running", "failed"),
    "cancelled": ("cancelled",),
}


def in_state(state: str) -> Job:
    job = factories.JobFactory()
    for step in PATHS[state]:
        JOB_STATES.move(job, step)
    return job


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_move_holds_exactly_as_the_table_says(old: str, new: str) -> None:
    """The function and, for raw SQL, the trigger give the same answer for every pair."""
    job = in_state(old)
    allowed = new in JOB_STATES.moves.get(old, ())

    def move() -> None:
        with transaction.atomic():
            JOB_STATES.move(job, new)
            transaction.set_rollback(True)

    def write() -> None:
        with database_rules(), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(state=new)

    expected = None if allowed else RULE
    assert (refusal(move), refusal(write)) == (expected, None if old == new else expected)


def refusal(act: Callable[[], None]) -> str | None:
    """Return the code of the refusal that the act meets, None where it holds."""
    try:
        act()
    except RuleBroken as refused:
        return refused.code
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in STATES if state != "queued"])
def test_row_is_born_only_in_a_state_of_birth(state: str) -> None:
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        factories.JobFactory(state=state)
    assert refused.value.code == RULE


@pytest.mark.django_db
def test_move_of_a_row_that_moved_meanwhile_is_refused() -> None:
    job = in_state("running")
    stale = Job.objects.get(pk=job.pk)
    JOB_STATES.move(job, "done")
    with pytest.raises(RuleBroken) as refused:
        JOB_STATES.move(stale, "failed")
    assert (refused.value.code, stale.state) == ("moved_meanwhile", "running")


@pytest.mark.django_db
def test_move_writes_its_changes_with_it() -> None:
    job = in_state("running")
    JOB_STATES.move(job, "failed", error="why")
    assert (job.state, job.error) == ("failed", "why")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "why")


@pytest.mark.django_db(transaction=True)
def test_two_movers_at_once_leave_one(race: Callable[..., list[Any]]) -> None:
    key = in_state("running").pk

    def move(to: str) -> Callable[[], str]:
        def act() -> str:
            row = Job.objects.get(pk=key)
            with transaction.atomic():
                JOB_STATES.move(row, to)
            return to

        return act

    first, second = race([move("done"), move("failed")])
    winners = [answer for answer in (first, second) if not isinstance(answer, RuleBroken)]
    assert winners == [Job.objects.get(pk=key).state]
