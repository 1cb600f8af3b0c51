"""A decision told by two at once, by a person and a work, or superseded meanwhile; each race with its control."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from claims.helpdesk.letters.models import Delivery
from committee.decisions.services import supersede
from committee.letters.models import LetterRun
from committee.letters.services import start_telling, write_decision_letter
from committee.models import Decision
from relief import clock
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.reaping import reap
from relief.jobs.services import carry_out
from tests import factories
from tests.committee.factories import carried_out, decided

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 20


@pytest.fixture(autouse=True)
def _message_channel(settings: Any) -> None:
    """A site with a service for text messages."""
    settings.MESSAGE_CHANNEL = "claims.helpdesk.letters.channels.ConsoleWay"


@pytest.fixture
def pool() -> Any:
    """An incident with decisions of claims that have a phone."""
    incident = factories.IncidentFactory()
    decided(incident, range(1, CLAIMS + 1), phone="010-1234-5678")
    return incident


@pytest.fixture
def without_the_constraint() -> Iterator[None]:
    """The control: the database without the constraint that allows a decision one letter."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_delivery DROP CONSTRAINT one_letter_per_key")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_delivery DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM claims_delivery")
        cursor.execute("ALTER TABLE claims_delivery ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE claims_delivery ADD CONSTRAINT one_letter_per_key UNIQUE (key)")


def write(incident: Any, decision: Decision) -> Delivery:
    by = factories.UserFactory(secretary=True, incident=incident)
    return write_decision_letter(by=by, decision=decision, language="ko", channel="message")


def telling(incident: Any) -> LetterRun:
    return start_telling(
        by=factories.UserFactory(secretary=True, incident=incident),
        incident=incident,
        selection={},
        language="ko",
        channel="message",
        seen=CLAIMS,
    )


def waiters(cursor: Any) -> int:
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int(cursor.fetchone()[0])


def wait_until_blocked(cursor: Any) -> None:
    """Wait until another backend of this database waits for a lock."""
    for _ in range(300):
        if waiters(cursor):
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def told_keys() -> list[str]:
    return sorted(Delivery.objects.values_list("key", flat=True))


def keys_of(decisions: Any) -> list[str]:
    return sorted(f"decision:{decision.pk}" for decision in decisions)


def test_decision_told_by_two_at_once_has_one_letter(pool: Any, race: Any) -> None:
    decision = Decision.objects.earliest("pk")
    people = [factories.UserFactory(secretary=True, incident=pool) for _ in range(4)]
    outcomes = race(
        [
            lambda by=by: write_decision_letter(by=by, decision=decision, language="ko", channel="message")
            for by in people
        ]
    )
    refusals = [outcome.code for outcome in outcomes if isinstance(outcome, RuleBroken)]
    assert refusals == ["one_letter_per_key"] * 3
    assert told_keys() == keys_of([decision])


def test_control_without_the_constraint_two_writers_tell_twice(
    pool: Any, without_the_constraint: None, race: Any
) -> None:
    decision = Decision.objects.earliest("pk")
    people = [factories.UserFactory(secretary=True, incident=pool) for _ in range(2)]
    race(
        [
            lambda by=by: write_decision_letter(by=by, decision=decision, language="ko", channel="message")
            for by in people
        ]
    )
    assert told_keys() == keys_of([decision, decision])


def test_decision_told_while_the_work_waits_is_passed_over(pool: Any, second_connection: Any, elsewhere: Any) -> None:
    run = telling(pool)
    with second_connection.cursor() as watcher:
        with transaction.atomic():
            write(pool, Decision.objects.order_by("pk")[CLAIMS // 2])
            working = elsewhere(carry_out, run.job_id)
            wait_until_blocked(watcher)
        assert working.result(30) == Job.State.DONE
    run.job.refresh_from_db()
    assert run.job.outcome == {"written": CLAIMS - 1}
    assert told_keys() == keys_of(Decision.objects.all())


def test_decision_superseded_while_the_work_waits_is_not_told(
    pool: Any, second_connection: Any, elsewhere: Any
) -> None:
    run = telling(pool)
    old = Decision.objects.order_by("pk")[CLAIMS // 2]
    chair = factories.UserFactory(chair=True, incident=pool)
    with second_connection.cursor() as watcher:
        with transaction.atomic():
            new = supersede(by=chair, decision=old, outcome="supported", amount=80_000, reason="증빙 확인")
            working = elsewhere(carry_out, run.job_id)
            wait_until_blocked(watcher)
        assert working.result(30) == Job.State.DONE
    assert told_keys() == keys_of(Decision.objects.exclude(pk__in=(old.pk, new.pk)))


def test_worker_killed_in_the_middle_tells_the_rest_and_none_twice(pool: Any, second_connection: Any) -> None:
    run = telling(pool)
    middle = Decision.objects.order_by("pk")[CLAIMS // 2]
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}\n"
        "settings.MESSAGE_CHANNEL = 'claims.helpdesk.letters.channels.ConsoleWay'\n"
        "from committee.letters import services\n"
        "services.CHUNK = 5\n"
        "from relief.jobs.services import carry_out\n"
        f"carry_out({run.job_id})\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    with second_connection.cursor() as blocker, connection.cursor() as watcher:
        blocker.execute("BEGIN")
        blocker.execute("SELECT 1 FROM committee_decision WHERE id = %s FOR UPDATE", [middle.pk])
        worker = subprocess.Popen([sys.executable, "-c", code], env=environment)
        try:
            wait_until_blocked(watcher)
            worker.send_signal(signal.SIGKILL)
        finally:
            worker.kill()
            worker.wait(30)
        blocker.execute("ROLLBACK")
        for _ in range(300):
            watcher.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if watcher.fetchone()[0] <= 2:
                break
            time.sleep(0.05)
    assert Delivery.objects.count() == CLAIMS // 2
    Job.objects.filter(pk=run.job_id).update(lease_until=clock.now())
    assert reap() == 1
    job = carried_out(run.job)
    assert (job.state, job.outcome) == (Job.State.DONE, {"written": CLAIMS})
    assert told_keys() == keys_of(Decision.objects.all())
