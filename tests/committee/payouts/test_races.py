"""Composers against each other, approvers against each other, and SIGKILL; each race with its control."""

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
from django.db.models import Count

from committee.models import Approval, Batch, Decision, Payment
from committee.payouts.services import approve, cancel, compose, send_back, submit
from relief import clock
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.reaping import reap
from relief.jobs.services import carry_out
from tests import factories
from tests.committee.factories import carried_out, decided, drafted, submitted

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 200
COMPOSERS = 8
LINE = """
    INSERT INTO committee_payment (batch_id, line, claim_id, decision_id, amount, payee_name, bank_code,
        account_sealed, is_live)
    SELECT %s, 1, d.claim_id, d.id, d.amount, 'x', '004', '\\x01', TRUE FROM committee_decision d WHERE d.id = %s
"""


@pytest.fixture
def pool() -> Any:
    """An incident with a pool of payable claims."""
    incident = factories.IncidentFactory()
    decided(incident, range(1, CLAIMS + 1))
    return incident


@pytest.fixture
def without_live_index() -> Iterator[None]:
    """The control: the database without the index that allows a claim one live batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_live_batch_per_claim'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_live_batch_per_claim")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM committee_payment")
        cursor.execute(definition)


@pytest.fixture
def without_one_word() -> Iterator[None]:
    """The control: the database without the constraint that allows a submission one verdict."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_approval DROP CONSTRAINT one_word_per_submission")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_approval DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM committee_approval")
        cursor.execute("ALTER TABLE committee_approval ENABLE TRIGGER USER")
        cursor.execute(
            "ALTER TABLE committee_approval ADD CONSTRAINT one_word_per_submission UNIQUE (batch_id, submission)"
        )


def compose_as(incident: Any, finance: Any, **selection: str) -> Batch:
    return compose(by=finance, incident=incident, selection=selection)


def test_eight_composers_at_once_put_no_claim_into_two_live_batches(pool: Any, race: Any) -> None:
    composers = [factories.UserFactory(finance=True, incident=pool) for _ in range(COMPOSERS)]
    batches = [compose_as(pool, finance) for finance in composers]
    states = race([lambda batch=batch: carry_out(batch.job_id) for batch in batches])
    assert set(states) <= {Job.State.DONE, Job.State.FAILED}
    assert Payment.objects.filter(is_live=True).count() == CLAIMS
    assert not Payment.objects.values("claim").annotate(times=Count("pk")).filter(times__gt=1).exists()
    for batch in Batch.objects.all():
        lines = list(batch.payments.order_by("line").values_list("line", flat=True))
        assert lines == list(range(1, batch.line_count + 1))
        assert (batch.state == "draft") == bool(lines)


def test_composers_of_overlapping_pools_number_their_lines_without_a_gap(pool: Any, second_connection: Any) -> None:
    finance = factories.UserFactory(finance=True, incident=pool)
    other = Batch.objects.create(incident=pool, number=99, composed_by=finance, composed_at=factories.WHEN)
    middle = Decision.objects.order_by("claim_id")[CLAIMS // 2]
    batch = compose_as(pool, finance)
    with second_connection.cursor() as rival:
        rival.execute("BEGIN")
        rival.execute(LINE, [other.pk, middle.pk])
        rival.execute("COMMIT")
    assert carried_out(batch.job).outcome == {"payments": CLAIMS - 1, "won": 30_000 * (CLAIMS - 1)}
    assert list(batch.payments.order_by("line").values_list("line", flat=True)) == list(range(1, CLAIMS))


def test_claim_taken_while_composing_waits_is_left_to_the_other_batch(
    pool: Any, second_connection: Any, elsewhere: Any
) -> None:
    finance = factories.UserFactory(finance=True, incident=pool)
    other = Batch.objects.create(incident=pool, number=99, composed_by=finance, composed_at=factories.WHEN)
    middle = Decision.objects.order_by("claim_id")[CLAIMS // 2]
    batch = compose_as(pool, finance)
    with second_connection.cursor() as rival, connection.cursor() as watcher:
        rival.execute("BEGIN")
        rival.execute(LINE, [other.pk, middle.pk])
        composing = elsewhere(carry_out, batch.job_id)
        wait_until_blocked(watcher)
        rival.execute("COMMIT")
    assert composing.result(30) == Job.State.DONE
    assert list(batch.payments.order_by("line").values_list("line", flat=True)) == list(range(1, CLAIMS))
    assert Payment.objects.get(claim=middle.claim).batch == other


def test_control_without_the_index_a_claim_gets_into_two_live_batches(
    pool: Any, without_live_index: None, second_connection: Any
) -> None:
    finance = factories.UserFactory(finance=True, incident=pool)
    one, two = (
        Batch.objects.create(incident=pool, number=number, composed_by=finance, composed_at=factories.WHEN)
        for number in (98, 99)
    )
    decision = Decision.objects.earliest("pk")
    free = "AND NOT EXISTS (SELECT 1 FROM committee_payment p WHERE p.claim_id = d.claim_id AND p.is_live)"
    with connection.cursor() as first, second_connection.cursor() as second:
        first.execute("BEGIN")
        first.execute(f"{LINE} {free}", [one.pk, decision.pk])
        second.execute(f"{LINE} {free}", [two.pk, decision.pk])
        first.execute("COMMIT")
    assert Payment.objects.filter(claim=decision.claim, is_live=True).count() == 2


def test_two_approvers_at_once_give_one_approval(pool: Any, race: Any) -> None:
    batch = submitted(pool)
    managers = [factories.UserFactory(manager=True, incident=pool) for _ in range(2)]
    outcomes = race([lambda by=by: approve(by=by, batch=batch, lines_sha256=batch.lines_sha256) for by in managers])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Batch", "RuleBroken"]
    assert Approval.objects.count() == 1


def test_approval_and_return_at_once_give_one_verdict(pool: Any, race: Any) -> None:
    batch = submitted(pool)
    one, other = (factories.UserFactory(manager=True, incident=pool) for _ in range(2))
    sealed = {"batch": batch, "lines_sha256": batch.lines_sha256}
    outcomes = race([lambda: approve(by=one, **sealed), lambda: send_back(by=other, reason="x", **sealed)])
    assert [isinstance(outcome, RuleBroken) for outcome in outcomes].count(True) == 1
    assert Approval.objects.count() == 1


def test_control_without_the_constraint_two_writers_give_two_approvals(
    pool: Any, without_one_word: None, second_connection: Any
) -> None:
    batch = submitted(pool)
    managers = [factories.UserFactory(manager=True, incident=pool) for _ in range(2)]
    statement = (
        "INSERT INTO committee_approval (batch_id, submission, lines_sha256, verdict, reason, approved_by_id, at) "
        "SELECT %s, 1, %s, 'approved', '', %s, now() "
        "WHERE NOT EXISTS (SELECT 1 FROM committee_approval WHERE batch_id = %s)"
    )
    with connection.cursor() as one, second_connection.cursor() as other:
        one.execute("BEGIN")
        one.execute(statement, [batch.pk, batch.lines_sha256, managers[0].pk, batch.pk])
        other.execute(statement, [batch.pk, batch.lines_sha256, managers[1].pk, batch.pk])
        one.execute("COMMIT")
    assert Approval.objects.count() == 2


def test_two_submissions_at_once_give_one(pool: Any, race: Any) -> None:
    batch = drafted(pool)
    outcomes = race([lambda: submit(by=batch.composed_by, batch=batch)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Batch", "RuleBroken"]
    batch.refresh_from_db()
    assert (batch.state, batch.submission) == ("submitted", 1)


def test_cancel_and_submit_at_once_leave_one_outcome(pool: Any, race: Any) -> None:
    batch = drafted(pool)
    by = batch.composed_by
    outcomes = race([lambda: cancel(by=by, batch=batch, reason="x"), lambda: submit(by=by, batch=batch)])
    assert [isinstance(outcome, RuleBroken) for outcome in outcomes].count(True) == 1
    batch.refresh_from_db()
    assert Payment.objects.filter(is_live=True).count() == (CLAIMS if batch.state == "submitted" else 0)


def test_line_edited_while_submitting_waits_and_is_refused(pool: Any, second_connection: Any, elsewhere: Any) -> None:
    batch = drafted(pool)
    with second_connection.cursor() as editor, connection.cursor() as watcher:
        editor.execute("BEGIN")
        editor.execute("UPDATE committee_payment SET amount = 1 WHERE batch_id = %s AND line = 1", [batch.pk])
        submitting = elsewhere(submit, by=batch.composed_by, batch=batch)
        wait_until_blocked(watcher)
        editor.execute("COMMIT")
    with pytest.raises(RuleBroken) as refused:
        submitting.result(30)
    assert refused.value.code == "lines_outdated"


def wait_until_blocked(cursor: Any) -> None:
    """Wait until another backend of this database waits for a lock."""
    for _ in range(300):
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_composer_killed_in_the_middle_leaves_no_line_and_the_job_ends_the_same(
    pool: Any, second_connection: Any
) -> None:
    finance = factories.UserFactory(finance=True, incident=pool)
    other = Batch.objects.create(incident=pool, number=99, composed_by=finance, composed_at=factories.WHEN)
    batch = compose_as(pool, finance)
    middle = Decision.objects.order_by("claim_id")[CLAIMS // 2]
    name = connection.settings_dict["NAME"]
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {name!r}\n"
        "from relief.jobs.services import carry_out\n"
        f"carry_out({batch.job_id})\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    with second_connection.cursor() as blocker, connection.cursor() as watcher:
        blocker.execute("BEGIN")
        blocker.execute(LINE, [other.pk, middle.pk])
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
    batch.refresh_from_db()
    assert (batch.state, Payment.objects.count()) == ("composing", 0)
    Job.objects.filter(pk=batch.job_id).update(lease_until=clock.now())
    assert reap() == 1
    assert carried_out(batch.job).state == Job.State.DONE
    batch.refresh_from_db()
    assert (batch.state, batch.line_count, Payment.objects.count()) == ("draft", CLAIMS, CLAIMS)
