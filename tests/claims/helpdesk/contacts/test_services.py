"""Contacts are kept as they were said, steps end once, and every refusal has its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from claims.helpdesk.contacts.services import (
    StepDraft,
    add_step,
    assign_steps,
    complete_step,
    drop_step,
    link_contact,
    postpone_step,
    record_contact,
)
from claims.intake.undoing import refuse_where_built_on
from claims.models import Contact, NextStep
from relief import clock
from relief.errors import NotAllowed, RuleBroken, database_rules
from tests import factories

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {"kind": "question", "channel": "call", "direction": "in", "text": "언제 결정되나요?"}


@pytest.fixture
def clerk(user_as: Callable[..., Any]) -> Any:
    return user_as("intake_staff")


@pytest.fixture
def claim(incident: Any) -> Any:
    return factories.ClaimFactory(incident=incident)


def code_of(act: Callable[..., Any], **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def test_contact_is_recorded_with_what_follows(clerk: Any, claim: Any, incident: Any) -> None:
    step = StepDraft(" 서류 안내 전화 ", clock.today() + timedelta(days=2), clerk)
    contact = record_contact(by=clerk, incident=incident, claim=claim, step=step, **SAID)
    (made,) = NextStep.objects.all()
    assert (contact.claim, contact.by, contact.text) == (claim, clerk, SAID["text"])
    assert (made.claim, made.contact, made.what, made.assignee, made.state) == (
        claim,
        contact,
        "서류 안내 전화",
        clerk,
        "open",
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "text_missing"),
        ({"kind": "gossip"}, "contact_words_are_known"),
        ({"channel": "dream"}, "contact_words_are_known"),
        ({"claim": None, "step": StepDraft("전화")}, "step_needs_claim"),
        ({"step": StepDraft("  ")}, "step_says_what"),
        ({"step": StepDraft("전화", clock.today() - timedelta(days=1))}, "day_is_past"),
    ],
)
def test_contact_that_says_nothing_is_refused(
    clerk: Any, claim: Any, incident: Any, changes: dict[str, Any], code: str
) -> None:
    given = {"by": clerk, "incident": incident, "claim": claim, **SAID, **changes}
    assert code_of(record_contact, **given) == code
    assert (Contact.objects.count(), NextStep.objects.count()) == (0, 0)


def test_step_for_somebody_of_another_incident_is_refused(clerk: Any, claim: Any) -> None:
    stranger = factories.UserFactory(roles=("intake_staff",), incident=factories.IncidentFactory())
    step = StepDraft("전화", assignee=stranger)
    assert code_of(add_step, by=clerk, claim=claim, step=step) == "assignee_not_on_incident"
    own = add_step(by=clerk, claim=claim, step=StepDraft("전화"))
    assert code_of(assign_steps, by=clerk, steps=[own], assignee=stranger) == "assignee_not_on_incident"


def test_contact_on_a_claim_of_another_incident_is_refused(clerk: Any, incident: Any) -> None:
    other = factories.ClaimFactory(incident=factories.IncidentFactory())
    given = {"by": clerk, "incident": incident, **SAID}
    assert code_of(record_contact, claim=other, **given) == "contact_stays_within_its_incident"
    unknown = record_contact(claim=None, **given)
    assert code_of(link_contact, by=clerk, contact=unknown, claim=other) == "contact_stays_within_its_incident"


def test_contact_is_linked_once(clerk: Any, claim: Any, incident: Any) -> None:
    contact = record_contact(by=clerk, incident=incident, claim=None, **SAID)
    linked = link_contact(by=clerk, contact=contact, claim=claim)
    assert (linked.claim, linked.linked_by) == (claim, clerk)
    another = factories.ClaimFactory(incident=incident)
    assert code_of(link_contact, by=clerk, contact=contact, claim=another) == "contacts_are_append_only"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims_contact SET text = 'x'",
        "UPDATE claims_contact SET claim_id = NULL",
        "DELETE FROM claims_contact",
    ],
)
def test_contact_is_not_changed_by_sql(claim: Any, statement: str) -> None:
    factories.ContactFactory(claim=claim)
    with (
        pytest.raises(RuleBroken) as refused,
        database_rules(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert refused.value.code == "contacts_are_append_only"


def test_step_ends_once(clerk: Any, claim: Any) -> None:
    step = factories.NextStepFactory(claim=claim)
    done = complete_step(by=clerk, step=step, note=" 통화함 ")
    assert (done.state, done.ended_by, done.note) == ("done", clerk, "통화함")
    for act, words in (
        (complete_step, {}),
        (drop_step, {"reason": "필요 없음"}),
        (postpone_step, {"due_on": clock.today(), "reason": "부재중"}),
    ):
        assert code_of(act, by=clerk, step=step, **words) == "step_moves_as_its_table_says"


def test_step_is_dropped_and_postponed_with_a_reason(clerk: Any, claim: Any) -> None:
    step = factories.NextStepFactory(claim=claim)
    later = clock.today() + timedelta(days=3)
    assert code_of(postpone_step, by=clerk, step=step, due_on=later, reason=" ") == "reason_missing"
    yesterday = clock.today() - timedelta(days=1)
    assert code_of(postpone_step, by=clerk, step=step, due_on=yesterday, reason="부재중") == "day_is_past"
    assert postpone_step(by=clerk, step=step, due_on=later, reason="부재중").due_on == later
    assert code_of(drop_step, by=clerk, step=step, reason="") == "reason_missing"
    assert drop_step(by=clerk, step=step, reason="다른 접수에서 처리").state == "dropped"


def test_steps_are_given_to_somebody_but_ended_ones_are_not(clerk: Any, claim: Any) -> None:
    steps = [factories.NextStepFactory(claim=claim) for _ in range(3)]
    complete_step(by=clerk, step=steps[0])
    assert assign_steps(by=clerk, steps=steps, assignee=clerk) == 2
    assert assign_steps(by=clerk, steps=steps, assignee=clerk) == 0
    assert assign_steps(by=clerk, steps=steps, assignee=None) == 2


def test_too_many_steps_at_once_are_refused(clerk: Any, claim: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.helpdesk.contacts.services.MOST_AT_ONCE", 1)
    steps = [factories.NextStepFactory(claim=claim) for _ in range(2)]
    assert code_of(assign_steps, by=clerk, steps=steps, assignee=None) == "too_many_steps"


@pytest.mark.parametrize("role", ["secretary", "finance", "auditor"])
def test_who_only_reads_records_nothing(user_as: Callable[..., Any], claim: Any, incident: Any, role: str) -> None:
    reader, step = user_as(role), factories.NextStepFactory(claim=claim)
    contact = factories.ContactFactory(claim=claim)
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (record_contact, {"incident": incident, "claim": claim, **SAID}),
        (link_contact, {"contact": contact, "claim": claim}),
        (add_step, {"claim": claim, "step": StepDraft("전화")}),
        (assign_steps, {"steps": [step], "assignee": None}),
        (complete_step, {"step": step}),
        (drop_step, {"step": step, "reason": "x"}),
        (postpone_step, {"step": step, "due_on": clock.today(), "reason": "x"}),
    ]
    for act, words in acts:
        with pytest.raises(NotAllowed):
            act(by=reader, **words)


def test_import_with_a_contact_on_its_claim_is_not_undone(incident: Any) -> None:
    claim_import = factories.ClaimImportFactory(incident=incident)
    claim = factories.ClaimFactory(incident=incident, claim_import=claim_import)
    refuse_where_built_on(claim_import)
    factories.ContactFactory(claim=claim)
    assert code_of(refuse_where_built_on, claim_import=claim_import) == "import_built_on"


@pytest.mark.django_db(transaction=True)
def test_two_people_end_a_step_once(race: Callable[..., list[Any]]) -> None:
    incident = factories.IncidentFactory()
    clerks = [factories.UserFactory(roles=("intake_staff",), incident=incident) for _ in range(2)]
    step = factories.NextStepFactory(claim=factories.ClaimFactory(incident=incident))
    ended = race([lambda by=by: complete_step(by=by, step=step) for by in clerks])
    refused = [result for result in ended if isinstance(result, RuleBroken)]
    assert [refusal.code for refusal in refused] == ["step_moves_as_its_table_says"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_state_a_step_ends_twice(race: Callable[..., list[Any]]) -> None:
    step = factories.NextStepFactory()
    now = clock.now()

    def end() -> int:
        return NextStep.objects.filter(pk=step.pk).update(state="done", ended_at=now)

    assert race([end, end]) == [1, 1]
