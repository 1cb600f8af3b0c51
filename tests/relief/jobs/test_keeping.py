"""A lease that is kept while one long statement runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from relief.jobs import keeping, services
from relief.jobs.keeping import kept_alive
from relief.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_work(
    register: Callable[..., None], queued: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[services.Run], Any]], Job]:
    """Carry out a job whose runner is the given function, with a sign of life every few milliseconds."""
    monkeypatch.setattr(keeping, "SIGN_SECONDS", 0.02)

    def carry_out(function: Callable[[services.Run], Any]) -> Job:
        def runner(run: services.Run) -> dict[str, Any]:
            function(run)
            return {}

        register(runner)
        job = queued()
        services.carry_out(job.pk)
        job.refresh_from_db()
        return job

    return carry_out


def test_lease_is_renewed_while_the_block_works(at_work: Callable[..., Job]) -> None:
    leases = []

    def work(run: services.Run) -> None:
        with kept_alive(run, stage="summing up", total=5):
            while len(set(leases)) < 3:
                leases.append(Job.objects.values_list("lease_until", flat=True).get(pk=run.job.pk))
                time.sleep(0.01)

    job = at_work(work)
    assert (job.state, job.stage, job.total, sorted(leases)) == ("done", "summing up", 5, leases)


def test_cancelling_is_met_at_the_next_hold(at_work: Callable[..., Job]) -> None:
    from django.db import transaction

    def work(run: services.Run) -> None:
        with kept_alive(run, stage="summing up"), transaction.atomic():
            Job.objects.filter(pk=run.job.pk).update(cancel_asked=True)
            run.hold()

    assert at_work(work).state == "cancelled"


def test_block_that_fails_ends_its_thread(at_work: Callable[..., Job]) -> None:
    import threading

    def work(run: services.Run) -> None:
        with kept_alive(run, stage="summing up"):
            raise ValueError

    assert at_work(work).state == "failed"
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lease-")] == []
