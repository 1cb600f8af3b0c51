"""Reviewers against each other and against a superseding decision, on connections of their own."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection

from committee.decisions.services import supersede
from committee.models import Decision, Objection
from committee.review.services import assign, change, receive, take, uphold
from relief import clock
from relief.errors import RuleBroken
from tests import factories
from tests.committee.factories import decided, examined, objected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def decision() -> Decision:
    incident = factories.IncidentFactory()
    decided(incident, (200_000,))
    return Decision.objects.select_related("claim").get()


def codes(outcomes: list[Any]) -> list[str]:
    """The codes of the refusals among the outcomes; anything else that was raised is raised again."""
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, RuleBroken):
            raise outcome
    return [outcome.code for outcome in outcomes if isinstance(outcome, RuleBroken)]


def superuser(decision: Decision) -> Any:
    return factories.UserFactory(incident=decision.claim.incident, is_superuser=True)


def wait_until_blocked() -> None:
    """Wait until another backend of this database waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(300):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_reviewer_who_ends_it_twice_at_once_ends_it_once(decision: Decision, race: Any) -> None:
    objection = examined(decision.claim)
    by = objection.reviewer
    outcomes = race(
        [
            lambda: uphold(by=by, objection=objection, reasons="x"),
            lambda: change(by=by, objection=objection, outcome="supported", amount=50_000, reasons="y"),
        ]
    )
    assert codes(outcomes) == ["objection_moves_as_its_table_says"]
    objection.refresh_from_db()
    assert (objection.state == "changed") == Decision.objects.filter(supersedes=decision).exists()


def test_reviewer_who_ends_it_while_another_gets_it_leaves_one_outcome(decision: Decision, race: Any) -> None:
    objection = examined(decision.claim)
    first = objection.reviewer
    second = factories.UserFactory(committee_member=True, incident=decision.claim.incident)
    secretary = factories.UserFactory(secretary=True, incident=decision.claim.incident)
    outcomes = race(
        [
            lambda: uphold(by=first, objection=objection, reasons="x"),
            lambda: assign(by=secretary, objection=objection, reviewer=second),
        ]
    )
    refused = codes(outcomes)
    objection.refresh_from_db()
    ended = (objection.state, objection.reviewer, refused) == ("upheld", first, ["objection_moves_as_its_table_says"])
    given = (objection.state, objection.reviewer, refused) == ("assigned", second, ["objection_is_anothers"])
    assert ended or given


def test_two_reviewers_who_take_it_at_once_do_not_both_get_it(decision: Decision, race: Any) -> None:
    objection = objected(decision.claim)
    members = [factories.UserFactory(committee_member=True, incident=decision.claim.incident) for _ in range(2)]
    outcomes = race([lambda by=by: take(by=by, objection=objection) for by in members])
    assert codes(outcomes) == ["objection_moves_as_its_table_says"]


def test_objection_waits_for_a_superseding_decision_and_is_refused(
    decision: Decision, second_connection: Any, elsewhere: Any
) -> None:
    intake = factories.UserFactory(intake_staff=True, incident=decision.claim.incident)
    by = superuser(decision)
    with second_connection.cursor() as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT FROM committee_decision WHERE id = %s FOR NO KEY UPDATE", [decision.pk])
        rival.execute(
            "INSERT INTO committee_decision (claim_id, outcome, reason_code, amount, fact_reporter_type, fact_pricing, "
            "fact_nature, fact_admission, fact_operator_kind, decided_by_id, decided_at, supersedes_id, reason) "
            "SELECT claim_id, 'not_eligible', 'correction', 0, fact_reporter_type, fact_pricing, fact_nature, "
            "fact_admission, fact_operator_kind, %s, now(), id, 'x' FROM committee_decision WHERE id = %s",
            [by.pk, decision.pk],
        )
        receiving = elsewhere(
            receive, by=intake, decision=decision, ground="loss", grounds="x", received_on=clock.today()
        )
        wait_until_blocked()
        rival.execute("COMMIT")
    with pytest.raises(RuleBroken) as refused:
        receiving.result(30)
    assert refused.value.code == "decision_superseded"
    assert not Objection.objects.exists()


def test_change_and_supersede_at_once_leave_one_decision(decision: Decision, race: Any) -> None:
    objection = examined(decision.claim)
    by, reviewer = superuser(decision), objection.reviewer
    outcomes = race(
        [
            lambda: change(by=reviewer, objection=objection, outcome="supported", amount=50_000, reasons="x"),
            lambda: supersede(by=by, decision=decision, outcome="not_eligible", amount=0, reason="y"),
        ]
    )
    later = Decision.objects.get(supersedes=decision)
    objection.refresh_from_db()
    if later.decided_by == reviewer:
        assert (codes(outcomes), objection.state, objection.changed_to) == (["decision_superseded"], "changed", later)
    else:
        assert (codes(outcomes), objection.state) == (["objection_overtaken"], "assigned")


def test_two_objections_at_once_leave_one_open(decision: Decision, race: Any) -> None:
    intake = factories.UserFactory(intake_staff=True, incident=decision.claim.incident)
    said = {"decision": decision, "ground": "loss", "grounds": "x", "received_on": clock.today()}
    outcomes = race([lambda: receive(by=intake, **said)] * 2)
    assert codes(outcomes) == ["one_open_objection_per_claim"]
    assert Objection.objects.count() == 1


def test_control_without_the_index_two_objections_are_open(decision: Decision, second_connection: Any) -> None:
    """The control: the same two writers, and a database without the index, leave two."""
    intake = factories.UserFactory(intake_staff=True, incident=decision.claim.incident)
    statement = (
        "INSERT INTO committee_objection (claim_id, decision_id, ground, grounds, received_on, deadline_on, "
        "late_reason, received_by_id, received_at, state, answer_by, reasons) "
        "SELECT %s, %s, 'loss', 'x', current_date, current_date, '', %s, now(), 'received', current_date, '' "
        "WHERE NOT EXISTS (SELECT FROM committee_objection WHERE claim_id = %s)"
    )
    values = [decision.claim_id, decision.pk, intake.pk, decision.claim_id]
    with connection.cursor() as one, second_connection.cursor() as other:
        one.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_open_objection_per_claim'")
        (definition,) = one.fetchone()
        one.execute("DROP INDEX one_open_objection_per_claim")
        try:
            one.execute("BEGIN")
            one.execute(statement, values)
            other.execute(statement, values)
            one.execute("COMMIT")
            assert Objection.objects.count() == 2
        finally:
            one.execute("ALTER TABLE committee_objection DISABLE TRIGGER USER")
            one.execute("DELETE FROM committee_objection")
            one.execute("ALTER TABLE committee_objection ENABLE TRIGGER USER")
            one.execute(definition)
