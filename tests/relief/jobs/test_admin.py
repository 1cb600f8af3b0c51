from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from relief.accounts.models import User
from relief.jobs import selectors, services
from relief.jobs.models import Job
from tests import factories
from tests.relief.jobs.conftest import KIND

As = Callable[..., User]
SignIn = Callable[[User], Client]
NOW = datetime(2022, 12, 1, 3, 0, tzinfo=UTC)


def address(name: str, job: Job) -> str:
    return reverse(f"admin:relief_job_{name}", args=(job.pk,))


@pytest.fixture
def running(incident: Any, user_as: As) -> Job:
    job = factories.JobFactory(kind=KIND, by=user_as("intake_staff"), incident_id=incident.pk)
    services._take(job.pk)
    Job.objects.filter(pk=job.pk).update(
        done=25_000, total=100_000, stage="reading", started_at=NOW - timedelta(seconds=50)
    )
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_progress_tells_rate_and_time_left(running: Job) -> None:
    with time_machine.travel(NOW, tick=False):
        told = selectors.progress_of(running, user=running.by)
    assert (told["percent"], told["counted"], told["rate"], told["left"]) == (
        25,
        "25,000 / 100,000",
        "초당 500건",
        "약 2분 남음",
    )
    assert (told["open"], told["can_cancel"], told["can_retry"]) == (True, True, False)


@pytest.mark.django_db
def test_progress_without_a_total_has_no_percent(running: Job) -> None:
    running.total = None
    told = selectors.progress_of(running, user=running.by)
    assert (told["percent"], told["left"], told["counted"]) == (None, "", "25,000")


@pytest.mark.django_db
def test_progress_of_work_that_is_done_tells_no_stage(running: Job) -> None:
    assert selectors.progress_of(running, user=running.by)["stage"] != ""
    Job.STATES.move(running, Job.State.DONE, ended_at=NOW)
    told = selectors.progress_of(running, user=running.by)
    assert (told["stage"], told["percent"], told["open"]) == ("", 100, False)


@pytest.mark.django_db
def test_progress_answers_the_own_and_the_permitted_but_no_stranger(
    running: Job, user_as: As, signed_in: SignIn, client: Client
) -> None:
    assert client.get(address("progress", running)).status_code == 302
    elsewhere = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    without_permission = user_as("committee_member")
    codes = [
        signed_in(user).get(address("progress", running)).status_code
        for user in (running.by, user_as("auditor"), elsewhere, without_permission)
    ]
    assert codes == [200, 200, 404, 404]


@pytest.mark.django_db
def test_own_job_is_open_without_the_permission(incident: Any, user_as: As, signed_in: SignIn) -> None:
    member = user_as("committee_member")
    job = factories.JobFactory(by=member, incident_id=None)
    client = signed_in(member)
    assert client.get(address("progress", job)).json()["state"] == "queued"
    assert client.get(address("change", job)).status_code == 200


@pytest.mark.django_db
def test_page_carries_the_address_that_the_bar_asks(running: Job, signed_in: SignIn) -> None:
    text = signed_in(running.by).get(address("change", running)).content.decode()
    assert f'data-job="{address("progress", running)}"' in text
    assert 'data-open="1"' in text


@pytest.mark.django_db
def test_cancel_and_retry_are_posts(running: Job, signed_in: SignIn) -> None:
    client = signed_in(running.by)
    assert [client.get(address(name, running)).status_code for name in ("cancel", "retry")] == [405, 405]
    assert client.post(address("cancel", running)).status_code == 302
    running.refresh_from_db()
    assert (running.state, running.cancel_asked) == ("running", True)


@pytest.mark.django_db
def test_retry_of_a_failed_job_goes_back_to_the_page(running: Job, signed_in: SignIn) -> None:
    Job.STATES.move(running, "failed")
    client = signed_in(running.by)
    back = f"http://testserver{address('change', running)}"
    assert client.post(address("retry", running), headers={"Referer": back})["Location"] == back
    running.refresh_from_db()
    assert running.state == "queued"
    elsewhere = client.post(address("retry", running), headers={"Referer": "https://example.org/"})
    assert elsewhere["Location"] == "/"


@pytest.mark.django_db
def test_who_only_reads_jobs_cancels_none(running: Job, user_as: As, signed_in: SignIn) -> None:
    client = signed_in(user_as("auditor"))
    client.post(address("cancel", running))
    running.refresh_from_db()
    assert running.cancel_asked is False
    assert client.get(address("progress", running)).json()["can_cancel"] is False


@pytest.mark.django_db
def test_list_shows_the_jobs_of_the_working_incident(running: Job, user_as: As, signed_in: SignIn) -> None:
    other = factories.JobFactory(kind="other.work", incident_id=factories.IncidentFactory().pk)
    shown = signed_in(user_as("auditor")).get(reverse("admin:relief_job_changelist")).context["cl"].result_list
    assert [job.pk for job in shown] == [running.pk]
    assert other.pk != running.pk
