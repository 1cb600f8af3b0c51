from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from relief import clock
from relief.errors import NotAllowed, RuleBroken
from relief.jobs import services
from relief.jobs.models import Job
from relief.jobs.services import Run
from tests import factories
from tests.relief.jobs.conftest import KIND

Register = Callable[..., None]
Queued = Callable[..., Job]


def take_over(run: Run) -> None:
    """Give the job's lease to another worker, as the reaper and a second worker would."""
    Job.objects.filter(pk=run.job.pk).update(lease_token=uuid.uuid4())


@pytest.mark.django_db
def test_carried_out_job_keeps_its_outcome(register: Register, queued: Queued) -> None:
    def work(run: Run) -> dict[str, Any]:
        run.advance(done=3, total=4, stage="counting")
        return {"rows": 4}

    register(work)
    job = queued()
    assert services.carry_out(job.pk) == Job.State.DONE
    job.refresh_from_db()
    assert (job.state, job.outcome, job.done, job.total, job.stage) == ("done", {"rows": 4}, 3, 4, "counting")
    assert (job.attempts, job.lease_until, job.error) == (1, None, "")


@pytest.mark.django_db
def test_job_that_is_not_queued_is_not_carried_out(register: Register, queued: Queued) -> None:
    register(lambda run: {})
    job = queued()
    services.carry_out(job.pk)
    assert services.carry_out(job.pk) is None
    assert services.carry_out(job.pk + 1) is None


@pytest.mark.django_db
def test_job_of_unknown_kind_fails_with_a_sentence(queued: Queued) -> None:
    job = queued()
    assert services.carry_out(job.pk) == Job.State.FAILED
    job.refresh_from_db()
    assert job.error != ""


@pytest.mark.django_db
def test_refusal_of_a_runner_is_the_error_of_its_job(register: Register, queued: Queued) -> None:
    def refuse(_run: Run) -> dict[str, Any]:
        raise RuleBroken("Choose another file.", code="other_file")

    ended: list[tuple[int, str]] = []
    register(refuse, on_end=lambda job: ended.append((job.pk, job.state)))
    job = queued()
    assert services.carry_out(job.pk) == Job.State.FAILED
    job.refresh_from_db()
    assert (job.error, ended) == ("Choose another file.", [(job.pk, "failed")])


@pytest.mark.django_db
def test_defect_in_a_runner_tells_its_name_but_not_its_text(register: Register, queued: Queued) -> None:
    def stumble(_run: Run) -> dict[str, Any]:
        raise ValueError("110123456789 is not an account")

    register(stumble)
    job = queued()
    assert services.carry_out(job.pk) == Job.State.FAILED
    job.refresh_from_db()
    assert "ValueError" in job.error
    assert "110123456789" not in job.error


@pytest.mark.django_db
def test_cancelling_a_running_job_stops_it_at_its_next_step(register: Register, queued: Queued) -> None:
    steps: list[int] = []
    ended: list[str] = []

    def work(run: Run) -> dict[str, Any]:
        for step in range(3):
            run.advance(done=step)
            steps.append(step)
            services.cancel(job=run.job, by=run.job.by)
        return {}

    register(work, on_end=lambda job: ended.append(job.state))
    job = queued()
    assert services.carry_out(job.pk) == Job.State.CANCELLED
    assert (steps, ended) == ([0], ["cancelled"])


@pytest.mark.django_db
def test_cancelling_a_queued_job_ends_it_at_once(register: Register, queued: Queued) -> None:
    ended: list[str] = []
    register(lambda run: {}, on_end=lambda job: ended.append(job.state))
    job = queued()
    services.cancel(job=job, by=job.by)
    job.refresh_from_db()
    assert (job.state, ended) == ("cancelled", ["cancelled"])
    assert services.carry_out(job.pk) is None


@pytest.mark.django_db
def test_cancelling_an_ended_job_is_refused(register: Register, queued: Queued) -> None:
    register(lambda run: {})
    job = queued()
    services.carry_out(job.pk)
    with pytest.raises(RuleBroken) as refused:
        services.cancel(job=job, by=job.by)
    assert refused.value.code == "job_ended"


@pytest.mark.django_db
def test_only_a_failed_job_is_retried(register: Register, queued: Queued) -> None:
    outcomes = iter([ValueError(), None])

    def work(_run: Run) -> dict[str, Any]:
        if error := next(outcomes):
            raise error
        return {"turn": 2}

    register(work)
    job = queued()
    with pytest.raises(RuleBroken) as refused:
        services.retry(job=job, by=job.by)
    assert refused.value.code == "job_moves_as_its_table_says"
    services.carry_out(job.pk)
    services.retry(job=job, by=job.by)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.started_at) == ("queued", 0, "", None)
    assert services.carry_out(job.pk) == Job.State.DONE


@pytest.mark.django_db
def test_second_open_job_for_the_same_row_is_refused() -> None:
    user = factories.UserFactory()
    services.enqueue(kind=KIND, by=user, subject_key=1, incident_id=None)
    services.enqueue(kind=KIND, by=user, subject_key=2, incident_id=None)
    with pytest.raises(RuleBroken) as refused:
        services.enqueue(kind=KIND, by=user, subject_key=1, incident_id=None)
    assert refused.value.code == "one_open_job_per_subject"


@pytest.mark.django_db
def test_stranger_may_neither_cancel_nor_retry(
    register: Register, queued: Queued, incident: Any, user_as: Callable[..., Any]
) -> None:
    register(lambda run: {})
    job = queued(incident_id=incident.pk)
    without_permission = user_as("auditor")
    elsewhere = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    for stranger in (without_permission, elsewhere):
        for act in (services.cancel, services.retry):
            with pytest.raises(NotAllowed):
                act(job=job, by=stranger)
    services.cancel(job=job, by=user_as("intake_staff"))
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.django_db
def test_runner_that_lost_its_lease_ends_nothing(register: Register, queued: Queued) -> None:
    def work(run: Run) -> dict[str, Any]:
        take_over(run)
        run.advance(done=1)
        raise AssertionError("it went on without the lease")

    register(work)
    job = queued()
    assert services.carry_out(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 0)


@pytest.mark.django_db
def test_runner_that_ends_after_losing_its_lease_changes_nothing(register: Register, queued: Queued) -> None:
    def work(run: Run) -> dict[str, Any]:
        take_over(run)
        return {"rows": 1}

    register(work)
    job = queued()
    assert services.carry_out(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.outcome) == ("running", {})


@pytest.mark.django_db
def test_chunk_is_refused_after_the_lease_is_lost(register: Register, queued: Queued) -> None:
    def work(run: Run) -> dict[str, Any]:
        with transaction.atomic():
            run.hold()
        take_over(run)
        with pytest.raises(services.LeaseLost), transaction.atomic():
            run.hold()
        raise services.LeaseLost

    register(work)
    assert services.carry_out(queued().pk) is None


@pytest.mark.django_db
def test_advance_renews_the_lease(register: Register, queued: Queued) -> None:
    leases: list[Any] = []

    def work(run: Run) -> dict[str, Any]:
        Job.objects.filter(pk=run.job.pk).update(lease_until=clock.now())
        run.advance(done=1)
        leases.append(Job.objects.get(pk=run.job.pk).lease_until - clock.now())
        return {}

    register(work)
    services.carry_out(queued().pk)
    assert timedelta(seconds=50) < leases[0] <= services.LEASE


def deliver_twice(race: Callable[..., list[Any]], register: Register, job: Job) -> tuple[list[Any], int]:
    effects: list[int] = []

    def work(run: Run) -> dict[str, Any]:
        effects.append(run.job.pk)
        return {}

    register(work)
    answers = race([lambda: services.carry_out(job.pk)] * 2)
    return answers, len(effects)


@pytest.mark.django_db(transaction=True)
def test_job_delivered_twice_at_once_has_one_effect(
    race: Callable[..., list[Any]], register: Register, queued: Queued
) -> None:
    answers, effects = deliver_twice(race, register, queued())
    assert (sorted(map(str, answers)), effects) == (["None", "done"], 1)


@pytest.mark.django_db(transaction=True)
def test_job_delivered_twice_has_two_effects_without_the_taking(
    race: Callable[..., list[Any]], register: Register, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: where a worker takes a job without moving its row, both carry it out."""
    job = queued()
    monkeypatch.setattr(services, "_take", lambda _key: Run(job=job, token=uuid.uuid4()))
    _answers, effects = deliver_twice(race, register, job)
    assert effects == 2


@pytest.mark.django_db(transaction=True)
def test_cancel_from_elsewhere_reaches_the_running_job(
    elsewhere: Callable[..., Future[Any]], register: Register, queued: Queued
) -> None:
    begun, asked = Event(), Event()

    def work(run: Run) -> dict[str, Any]:
        run.advance(done=1)
        begun.set()
        assert asked.wait(30)
        run.advance(done=2)
        raise AssertionError("it went on after the cancel")

    register(work)
    job = queued()
    running = elsewhere(services.carry_out, job.pk)
    assert begun.wait(30)
    services.cancel(job=job, by=job.by)
    asked.set()
    assert running.result(30) == Job.State.CANCELLED
