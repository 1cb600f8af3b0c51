"""Decision runs against each other, against an adoption, and against SIGKILL; each race with its control."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from claims.models import Claim
from committee.decisions.services import start_run
from committee.models import Decision, TierPolicy
from committee.plan.services import adopt_policy, draft_policy, propose_policy
from committee.plan.terms import TierDraft
from relief import clock
from relief.jobs.models import Job
from relief.jobs.reaping import reap
from relief.jobs.services import carry_out
from tests import factories
from tests.committee.factories import adopted_policy, carried_out, classified

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 300
FIRST_INSERT = """
    INSERT INTO committee_decision (claim_id, outcome, reason_code, amount, fact_reporter_type, fact_pricing,
        fact_nature, fact_admission, fact_operator_kind, decided_by_id, decided_at, reason)
    SELECT %s, 'review', 'above_tiers', 0, 'small_business', 'free', 'monetary', 'regular', 'company', %s, now(), ''
"""


@pytest.fixture
def incident_with_claims() -> Any:
    incident = factories.IncidentFactory()
    classified(incident, range(1, CLAIMS + 1))
    return incident


@pytest.fixture
def without_unique_decision() -> Iterator[None]:
    """The control: the database without the index that allows one first decision a claim."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_first_decision_per_claim'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_first_decision_per_claim")
        cursor.execute("CREATE INDEX decision_by_claim ON committee_decision (claim_id)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_decision DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM committee_decision")
        cursor.execute("ALTER TABLE committee_decision ENABLE TRIGGER USER")
        cursor.execute("DROP INDEX decision_by_claim")
        cursor.execute(definition)


def two_runs(incident: Any) -> list[int]:
    policy, secretary = adopted_policy(incident), factories.UserFactory(secretary=True, incident=incident)
    return [start_run(by=secretary, policy=policy).job_id for _ in range(2)]  # type: ignore[misc]


def test_two_runs_at_once_decide_each_claim_once(incident_with_claims: Any, race: Any) -> None:
    jobs = two_runs(incident_with_claims)
    states = race([lambda job=job: carry_out(job) for job in jobs])
    assert states == [Job.State.DONE, Job.State.DONE]
    assert Decision.objects.count() == CLAIMS
    assert Decision.objects.values("claim").distinct().count() == CLAIMS


def test_control_without_the_index_two_writers_decide_a_claim_twice(
    incident_with_claims: Any, without_unique_decision: None, second_connection: Any
) -> None:
    claim = Claim.objects.filter(incident=incident_with_claims).earliest("pk")
    user = factories.UserFactory()
    guard = "WHERE NOT EXISTS (SELECT 1 FROM committee_decision WHERE claim_id = %s)"
    with connection.cursor() as one, second_connection.cursor() as other:
        one.execute("BEGIN")
        one.execute(f"{FIRST_INSERT} {guard}", [claim.pk, user.pk, claim.pk])
        other.execute(f"{FIRST_INSERT} {guard}", [claim.pk, user.pk, claim.pk])
        one.execute("COMMIT")
    assert Decision.objects.filter(claim=claim).count() == 2


def test_same_job_delivered_twice_at_once_runs_once(incident_with_claims: Any, race: Any) -> None:
    (job, _other) = two_runs(incident_with_claims)
    states = race([lambda: carry_out(job)] * 2)
    assert sorted(map(str, states)) == sorted(["done", "None"])
    assert Decision.objects.count() == CLAIMS


def wait_until_blocked(cursor: Any) -> None:
    """Wait until another backend waits for a lock on decisions or policies."""
    for _ in range(300):
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_policy_adopted_in_the_middle_changes_no_decision_of_the_run(
    incident_with_claims: Any, elsewhere: Any, second_connection: Any
) -> None:
    incident = incident_with_claims
    first = adopted_policy(incident)
    secretary, chair = (factories.UserFactory(roles=(role,), incident=incident) for role in ("secretary", "chair"))
    second = draft_policy(by=secretary, measure=first.measure, tiers=(TierDraft(None, 999),))
    propose_policy(by=secretary, policy=second)
    run = start_run(by=secretary, policy=first)
    middle = Claim.objects.order_by("pk")[CLAIMS // 2]
    with second_connection.cursor() as blocker, connection.cursor() as watcher:
        blocker.execute("BEGIN")
        blocker.execute(FIRST_INSERT, [middle.pk, chair.pk])
        deciding = elsewhere(carry_out, run.job_id)
        wait_until_blocked(watcher)
        adopting = elsewhere(adopt_policy, by=chair, policy=second, resolution="의결 2호")
        time.sleep(0.3)
        assert not adopting.done()
        blocker.execute("ROLLBACK")
    assert deciding.result(30) == Job.State.DONE
    assert adopting.result(30).state == "adopted"
    assert set(Decision.objects.values_list("policy", "amount")) == {(first.pk, 30_000)}
    assert Decision.objects.count() == CLAIMS
    assert TierPolicy.objects.get(pk=first.pk).state == "superseded"


def test_worker_killed_in_the_middle_leaves_nothing_and_the_job_ends_the_same(
    incident_with_claims: Any, second_connection: Any
) -> None:
    incident = incident_with_claims
    run = start_run(by=factories.UserFactory(secretary=True, incident=incident), policy=adopted_policy(incident))
    middle = Claim.objects.order_by("pk")[CLAIMS // 2]
    name = connection.settings_dict["NAME"]
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {name!r}\n"
        "from relief.jobs.services import carry_out\n"
        f"carry_out({run.job_id})\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    with second_connection.cursor() as blocker, connection.cursor() as watcher:
        blocker.execute("BEGIN")
        blocker.execute(FIRST_INSERT, [middle.pk, factories.UserFactory().pk])
        worker = subprocess.Popen([sys.executable, "-c", code], env=environment)
        try:
            wait_until_blocked(watcher)
            worker.send_signal(signal.SIGKILL)
        finally:
            worker.kill()
            worker.wait(30)
        assert Decision.objects.count() == 0
        blocker.execute("ROLLBACK")
        for _ in range(300):
            watcher.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if watcher.fetchone()[0] <= 2:
                break
            time.sleep(0.05)
    assert Decision.objects.count() == 0
    job = Job.objects.get(pk=run.job_id)
    assert job.state == Job.State.RUNNING
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now())
    assert reap() == 1
    assert carried_out(job).state == Job.State.DONE
    assert (Decision.objects.count(), job.outcome) == (CLAIMS, {"decided": CLAIMS, "unclassified": 0})
