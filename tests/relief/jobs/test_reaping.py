from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from relief import clock
from relief.jobs import reaping, services
from relief.jobs.models import Job

Register = Callable[..., None]
Queued = Callable[..., Job]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the keys that go to the broker."""
    keys: list[int] = []
    monkeypatch.setattr(reaping, "send", keys.append)
    return keys


def running(job: Job, *, attempts: int = 1, lease: timedelta, cancel_asked: bool = False) -> Job:
    """Move the job to running as a worker does, with a lease that ends `lease` from now."""
    services._take(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() + lease, attempts=attempts, cancel_asked=cancel_asked)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_job_with_a_dead_lease_is_queued_again(queued: Queued, sent: list[int]) -> None:
    dead = running(queued(), lease=timedelta(seconds=-1))
    alive = running(queued(), lease=timedelta(seconds=30))
    assert reaping.reap() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, dead.lease_token, alive.state, sent) == ("queued", None, "running", [dead.pk])


@pytest.mark.django_db
def test_queued_job_is_sent_again_only_after_a_while(queued: Queued, sent: list[int]) -> None:
    fresh = queued(created_at=clock.now())
    forgotten = queued(created_at=clock.now() - timedelta(minutes=1))
    assert (reaping.reap(), reaping.reap(), sent) == (1, 0, [forgotten.pk])
    Job.objects.filter(pk=forgotten.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert (reaping.reap(), sent) == (1, [forgotten.pk, forgotten.pk])
    assert services._take(fresh.pk) is not None


@pytest.mark.django_db
def test_job_that_loses_its_worker_again_and_again_fails(register: Register, queued: Queued, sent: list[int]) -> None:
    ended: list[str] = []
    register(lambda run: {}, on_end=lambda job: ended.append(job.state))
    job = running(queued(), attempts=reaping.MAX_ATTEMPTS, lease=timedelta(seconds=-1))
    assert reaping.reap() == 0
    job.refresh_from_db()
    assert (job.state, ended, sent) == ("failed", ["failed"], [])
    assert str(reaping.MAX_ATTEMPTS) in job.error


@pytest.mark.django_db
def test_dead_job_that_was_to_stop_is_not_begun_again(queued: Queued, sent: list[int]) -> None:
    job = running(queued(), lease=timedelta(seconds=-1), cancel_asked=True)
    assert reaping.reap() == 0
    job.refresh_from_db()
    assert (job.state, sent) == ("cancelled", [])


@pytest.mark.django_db
def test_job_that_cannot_be_put_right_does_not_keep_others(register: Register, queued: Queued, sent: list[int]) -> None:
    def stumble(_job: Job) -> None:
        raise ValueError

    register(lambda run: {}, on_end=stumble)
    broken = running(queued(), attempts=reaping.MAX_ATTEMPTS, lease=timedelta(seconds=-1))
    other = running(queued(), lease=timedelta(seconds=-1))
    assert reaping.reap() == 1
    broken.refresh_from_db()
    assert (broken.state, sent) == ("running", [other.pk])


@pytest.mark.django_db(transaction=True)
def test_two_reapers_at_once_send_a_job_once(race: Callable[..., list[Any]], queued: Queued, sent: list[int]) -> None:
    job = running(queued(), lease=timedelta(seconds=-1))
    assert sum(race([reaping.reap, reaping.reap])) == 1
    assert sent == [job.pk]
