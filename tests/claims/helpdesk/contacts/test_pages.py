"""From a phone number to the form in two clicks; the queue, the tab, and what other roles see of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.helpdesk.contacts.panels import contact_events, due_card, tab_address, unlinked_card
from claims.helpdesk.contacts.services import StepDraft, complete_step, postpone_step, record_contact
from claims.models import Contact, NextStep
from relief import clock
from relief.audit.models import Disclosure
from tests import factories

pytestmark = pytest.mark.django_db
QUEUE = "admin:claims_nextstep_changelist"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def clerk(user_as: Callable[..., Any]) -> Any:
    return user_as("intake_staff")


@pytest.fixture
def office(signed_in: Callable[..., Any], clerk: Any) -> Any:
    return signed_in(clerk)


@pytest.fixture
def claim(incident: Any) -> Any:
    return factories.ClaimFactory(incident=incident, phone="01012345678", receipt_number="K-000001")


@pytest.mark.parametrize("asked", ["010-1234-5678", "K-000001"])
def test_caller_with_one_claim_leads_to_its_contacts(office: Any, claim: Any, asked: str) -> None:
    answer = office.get(reverse("admin:claims_contact_caller"), {"q": asked})
    assert answer["Location"] == f"{tab_address(claim.pk)}#record"
    page = office.get(tab_address(claim.pk))
    assert reverse("admin:claims_contact_record") in page.content.decode()


def test_search_for_a_caller_by_number_is_recorded(office: Any, clerk: Any, claim: Any) -> None:
    office.get(reverse("admin:claims_contact_caller"), {"q": "01012345678"})
    row = Disclosure.objects.get(kind="search")
    assert (row.by, row.subject, "01012345678" in row.reason) == (clerk, "claims.claim", False)


def test_caller_with_several_claims_is_asked_which(office: Any, claim: Any, incident: Any) -> None:
    factories.ClaimFactory(incident=incident, phone="01012345678")
    factories.ClaimFactory(incident=factories.IncidentFactory(), phone="01012345678")
    page = office.get(reverse("admin:claims_contact_caller"), {"q": "01012345678"})
    assert len(page.context["found"]) == 2


def test_unknown_caller_is_recorded_and_linked_later(office: Any, claim: Any, clerk: Any) -> None:
    page = office.get(reverse("admin:claims_contact_caller"), {"q": "01099990000"})
    assert reverse("admin:claims_contact_record") in page.content.decode()
    said = {"channel": "call", "direction": "in", "kind": "question", "text": SCRIPT}
    office.post(reverse("admin:claims_contact_record"), said)
    contact = Contact.objects.get()
    assert (contact.claim, unlinked_card(clerk).count) == (None, 1)  # type: ignore[union-attr]
    link = reverse("admin:claims_contact_link", args=(contact.pk,))
    wrong = office.post(link, {"receipt_number": "K-999999"})
    assert (wrong.status_code, bool(wrong.context["form"].non_field_errors())) == (200, True)
    office.post(link, {"receipt_number": "K-000001"})
    contact.refresh_from_db()
    assert (contact.claim, unlinked_card(clerk)) == (claim, None)
    shown = office.get(tab_address(claim.pk)).content.decode()
    assert (SCRIPT in shown, "&lt;script&gt;" in shown) == (False, True)


def test_contact_with_next_step_is_recorded_from_the_tab(office: Any, claim: Any) -> None:
    address = office.get(tab_address(claim.pk)).context["tab"]["form_address"]
    said = {"channel": "call", "direction": "out", "kind": "documents", "text": "서류 안내", "what": "다시 전화"}
    answer = office.post(address, {**said, "due_on": clock.today().isoformat()})
    assert answer["Location"] == tab_address(claim.pk)
    (step,) = NextStep.objects.all()
    assert (step.claim, step.due_on, step.contact.text) == (claim, clock.today(), "서류 안내")


def test_day_without_a_step_is_refused_on_the_page(office: Any, claim: Any) -> None:
    address = f"{reverse('admin:claims_contact_record')}?claim={claim.pk}"
    said = {"channel": "call", "direction": "in", "kind": "other", "text": "문의", "due_on": clock.today().isoformat()}
    answer = office.post(address, said)
    assert ("what" in answer.context["form"].errors, Contact.objects.count()) == (True, 0)


def test_claim_of_another_incident_has_no_form(office: Any) -> None:
    other = factories.ClaimFactory(incident=factories.IncidentFactory())
    assert office.get(reverse("admin:claims_contact_record"), {"claim": other.pk}).status_code == 404


def test_queue_shows_open_steps_by_box_and_person(office: Any, claim: Any, clerk: Any) -> None:
    today = clock.today()
    late = factories.NextStepFactory(claim=claim, due_on=today - timedelta(days=1), assignee=clerk)
    factories.NextStepFactory(claim=claim, due_on=today)
    factories.NextStepFactory(claim=claim, state="open")
    factories.NextStepFactory(due_on=today)
    page = office.get(reverse(QUEUE))
    assert [count for _words, _address, count in page.context["boxes"]] == [1, 1, 0, 0, 1, 1]
    assert [list(office.get(reverse(QUEUE), words).context["cl"].result_list) for words in (
        {"due": "overdue"}, {"who": str(clerk.pk)}
    )] == [[late], [late]]  # fmt: skip
    assert due_card(clerk).count == 2  # type: ignore[union-attr]
    listed = office.get(due_card(clerk).url).context["cl"].result_list  # type: ignore[union-attr]
    assert len(listed) == 2


def test_history_tells_contacts_steps_and_postponements(office: Any, claim: Any, clerk: Any, incident: Any) -> None:
    step = StepDraft("다시 전화", clock.today())
    record_contact(
        by=clerk,
        incident=incident,
        claim=claim,
        kind="question",
        channel="call",
        direction="in",
        text="문의",
        step=step,
    )
    row = NextStep.objects.get()
    postpone_step(by=clerk, step=row, due_on=clock.today() + timedelta(days=1), reason="부재중")
    complete_step(by=clerk, step=row, note="통화함")
    told = [(event.act, event.by, event.reason) for event in contact_events(claim)]
    assert told == [
        ("claims.record_contact", clerk.pk, ""),
        ("claims.add_step", clerk.pk, ""),
        ("claims.postpone_step", clerk.pk, "부재중"),
        ("claims.complete_step", clerk.pk, "통화함"),
    ]


def test_steps_of_the_narrowed_queue_are_given_to_somebody(office: Any, claim: Any, clerk: Any) -> None:
    for days in (0, 0, 20):
        factories.NextStepFactory(claim=claim, due_on=clock.today() + timedelta(days=days))
    address = reverse("admin:claims_nextstep_assign") + "?due=today"
    assert [str(value) for _label, value in office.get(address).context["facts"]] == ["2", "1"]
    office.post(address, {"assignee": clerk.pk})
    assert NextStep.objects.filter(assignee=clerk).count() == 2


@pytest.mark.parametrize(
    ("page", "words", "state"),
    [("complete", {"note": "통화함"}, "done"), ("drop", {"reason": "필요 없음"}, "dropped")],
)
def test_step_is_ended_on_its_page(office: Any, claim: Any, page: str, words: dict[str, str], state: str) -> None:
    step = factories.NextStepFactory(claim=claim)
    answer = office.post(reverse(f"admin:claims_nextstep_{page}", args=(step.pk,)), words)
    step.refresh_from_db()
    assert (answer["Location"], step.state) == (tab_address(claim.pk), state)
    again = office.post(reverse(f"admin:claims_nextstep_{page}", args=(step.pk,)), words)
    assert again.context["form"].non_field_errors()


def test_reader_sees_contacts_and_no_form(
    signed_in: Callable[..., Any], user_as: Callable[..., Any], claim: Any
) -> None:
    factories.ContactFactory(claim=claim, text="통화 내용")
    page = signed_in(user_as("auditor")).get(tab_address(claim.pk))
    assert ("통화 내용" in page.content.decode(), page.context["tab"]["form"]) == (True, None)


@pytest.mark.parametrize("words", [{"next_step": "open"}, {"next_step": "overdue"}, {"next_step": "none"}])
def test_list_of_claims_is_narrowed_by_its_steps(office: Any, incident: Any, words: dict[str, str]) -> None:
    made = {word: factories.ClaimFactory(incident=incident) for word in ("open", "overdue", "none")}
    factories.NextStepFactory(claim=made["open"])
    factories.NextStepFactory(claim=made["overdue"], due_on=clock.today() - timedelta(days=1))
    factories.NextStepFactory(claim=made["none"], state="open")
    NextStep.objects.filter(claim=made["none"]).update(state="done")
    found = set(office.get(reverse("admin:claims_claim_changelist"), words).context["cl"].result_list)
    expected = {"open": {made["open"], made["overdue"]}, "overdue": {made["overdue"]}, "none": {made["none"]}}
    assert found == expected[words["next_step"]]


@pytest.mark.parametrize("listed", [QUEUE, "admin:claims_contact_changelist"])
def test_list_takes_the_same_queries_with_one_row_and_with_three(
    office: Any, incident: Any, clerk: Any, listed: str
) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            claim = factories.ClaimFactory(incident=incident)
            factories.ContactFactory(claim=claim)
            factories.NextStepFactory(claim=claim, assignee=clerk)
        office.get(reverse(listed))
        with CaptureQueriesContext(connection) as asked:
            office.get(reverse(listed))
        counts.append(len(asked))
    assert counts[0] == counts[1]
