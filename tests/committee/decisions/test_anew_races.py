"""Deciding anew against itself and against a correction; each race with its control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from committee.decisions.adjusting import accept
from committee.decisions.redeciding import start_again
from committee.decisions.services import supersede
from committee.models import Adjustment, Decision, DecisionRun
from committee.plan.terms import TierDraft
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories
from tests.committee.decisions.test_races import wait_until_blocked
from tests.committee.factories import decided, exported, next_version

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 40
RAISED = (TierDraft(300_000, 40_000), TierDraft(None))


def again(incident: Any) -> DecisionRun:
    """A queued run that would raise every amount."""
    policy = next_version(incident, RAISED)
    secretary = factories.UserFactory(secretary=True, incident=incident)
    return start_again(by=secretary, policy=policy, reason="인상", seen=CLAIMS)


@pytest.fixture
def decided_incident() -> Any:
    incident = factories.IncidentFactory()
    decided(incident, range(1, CLAIMS + 1))
    return incident


@pytest.fixture
def without_the_constraint() -> Iterator[None]:
    """The control: the database without the constraint that lets a decision be superseded once."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_decision DROP CONSTRAINT one_decision_supersedes_another")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_decision DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM committee_decision WHERE supersedes_id IS NOT NULL")
        cursor.execute("ALTER TABLE committee_decision ENABLE TRIGGER USER")
        cursor.execute(
            "ALTER TABLE committee_decision ADD CONSTRAINT one_decision_supersedes_another UNIQUE (supersedes_id)"
        )


SUPERSEDE = """
    INSERT INTO committee_decision (claim_id, outcome, reason_code, amount, fact_reporter_type, fact_pricing,
        fact_nature, fact_admission, fact_operator_kind, decided_by_id, decided_at, reason, supersedes_id)
    SELECT claim_id, 'not_eligible', 'correction', 0, fact_reporter_type, fact_pricing, fact_nature, fact_admission,
        fact_operator_kind, decided_by_id, now(), 'x', id FROM committee_decision WHERE id = %s
"""


def test_correction_at_the_same_moment_goes_first(
    decided_incident: Any, elsewhere: Any, second_connection: Any
) -> None:
    run = again(decided_incident)
    middle = Decision.objects.order_by("pk")[CLAIMS // 2]
    with second_connection.cursor() as person, connection.cursor() as watcher:
        person.execute("BEGIN")
        person.execute(SUPERSEDE, [middle.pk])
        deciding = elsewhere(carry_out, run.job_id)
        wait_until_blocked(watcher)
        person.execute("COMMIT")
    assert deciding.result(30) == Job.State.DONE
    run.refresh_from_db()
    assert run.job.outcome == {"decided": CLAIMS - 1, "proposed": 0, "won": (CLAIMS - 1) * 10_000}
    assert [row.outcome for row in Decision.objects.filter(supersedes=middle)] == ["not_eligible"]


def test_correction_after_the_run_is_refused(decided_incident: Any, elsewhere: Any, second_connection: Any) -> None:
    chair = factories.UserFactory(chair=True, incident=decided_incident)
    first = Decision.objects.order_by("pk").first()
    with second_connection.cursor() as other, connection.cursor() as watcher:
        other.execute("BEGIN")
        other.execute(SUPERSEDE, [first.pk])
        correcting = elsewhere(
            supersede, by=chair, decision=first, outcome="supported", amount=99_000, reason="증빙 확인"
        )
        wait_until_blocked(watcher)
        other.execute("COMMIT")
    with pytest.raises(RuleBroken) as refused:
        correcting.result(30)
    assert refused.value.code == "one_decision_supersedes_another"
    assert Decision.objects.filter(supersedes=first).count() == 1


@pytest.mark.usefixtures("without_the_constraint")
def test_control_without_the_constraint_two_decisions_supersede_one(
    decided_incident: Any, second_connection: Any
) -> None:
    chair = factories.UserFactory(chair=True, incident=decided_incident)
    first = Decision.objects.order_by("pk").first()
    with second_connection.cursor() as other:
        other.execute("BEGIN")
        other.execute(SUPERSEDE, [first.pk])
        supersede(by=chair, decision=first, outcome="supported", amount=99_000, reason="증빙 확인")
        other.execute("COMMIT")
    assert Decision.objects.filter(supersedes=first).count() == 2


def test_same_run_delivered_twice_decides_once(decided_incident: Any, elsewhere: Any) -> None:
    run = again(decided_incident)
    ends = {future.result(30) for future in [elsewhere(carry_out, run.job_id), elsewhere(carry_out, run.job_id)]}
    assert ends == {Job.State.DONE, None}
    assert Decision.objects.filter(run=run).count() == CLAIMS


def test_two_accept_the_same_proposal_at_once(decided_incident: Any, elsewhere: Any) -> None:
    exported(decided_incident)
    run = again(decided_incident)
    assert carry_out(run.job_id) == Job.State.DONE
    proposal = Adjustment.objects.order_by("pk").first()
    managers = [factories.UserFactory(manager=True, incident=decided_incident) for _ in range(2)]
    futures = [elsewhere(accept, by=by, adjustments=[proposal], reason="x") for by in managers]
    codes = []
    for future in futures:
        try:
            codes.append(future.result(30))
        except RuleBroken as refused:
            codes.append(refused.code)
    assert sorted(map(str, codes)) == ["1", "adjustment_moves_as_its_table_says"]
    assert Decision.objects.filter(supersedes=proposal.decision).count() == 1
