"""The pages of the decisions, and the command."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from committee.decisions.services import supersede
from committee.models import Decision, DecisionRun
from relief.site.home import cards_for
from tests import factories
from tests.committee.factories import adopted_policy, carried_out, classified, decided

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_{name}", args=args)


@pytest.mark.parametrize("role", ["secretary", "chair", "auditor", "finance", "committee_member"])
def test_lists_and_pages_open_to_readers(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    run = decided(incident)
    client = signed_in(user_as(role))
    for page in (
        address("decision_changelist"),
        address("decision_change", Decision.objects.first().pk),
        address("decisionrun_changelist"),
        address("decisionrun_change", run.pk),
    ):
        assert client.get(page).status_code == 200, page


def test_secretary_starts_a_run_once(incident: Any, user_as: Any, signed_in: Any) -> None:
    classified(incident, (1, 2))
    adopted_policy(incident)
    secretary = user_as("secretary")
    assert [card.count for card in cards_for(secretary)] == [2]
    client = signed_in(secretary)
    answer = client.post(address("decisionrun_start"))
    run = DecisionRun.objects.get()
    assert answer.url == address("decisionrun_change", run.pk)
    carried_out(run.job)
    again = client.post(address("decisionrun_start"))
    assert (again.status_code, len(again.context["form"].non_field_errors())) == (200, 1)
    assert cards_for(secretary) == []


def test_start_without_an_adopted_policy_says_so(incident: Any, user_as: Any, signed_in: Any) -> None:
    classified(incident, (1,))
    answer = signed_in(user_as("secretary")).post(address("decisionrun_start"))
    assert len(answer.context["form"].non_field_errors()) == 1
    assert DecisionRun.objects.count() == 0


@pytest.mark.parametrize("role", ["chair", "finance", "auditor"])
def test_start_is_shut_without_the_permission(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    assert signed_in(user_as(role)).post(address("decisionrun_start")).status_code == 403


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ({}, {0, 30_000, 50_000}),
        ({"tier": "2"}, {50_000}),
        ({"outcome__exact": "review"}, {0}),
        ({"fact_reporter_type__exact": "general_user"}, set()),
        ({"tier": "x"}, {0, 30_000, 50_000}),
    ],
)
def test_list_narrows(incident: Any, user_as: Any, signed_in: Any, query: dict[str, str], amounts: set[int]) -> None:
    decided(incident)
    page = signed_in(user_as("auditor")).get(address("decision_changelist"), query)
    assert {row.amount for row in page.context["cl"].result_list} == amounts


def test_list_finds_a_whole_receipt_number(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    wanted = Decision.objects.first()
    page = signed_in(user_as("auditor")).get(address("decision_changelist"), {"q": wanted.claim.receipt_number})
    assert list(page.context["cl"].result_list) == [wanted]


def test_list_takes_as_many_queries_for_three_rows_as_for_one(
    incident: Any, user_as: Any, signed_in: Any, django_assert_num_queries: Any
) -> None:
    decided(incident, (1,))
    client = signed_in(user_as("auditor"))
    page = address("decision_changelist")
    client.get(page)
    with django_assert_num_queries(9) as first:
        client.get(page)
    decided(incident, (2, 3))
    with django_assert_num_queries(len(first)):
        client.get(page)


def test_superseded_decision_leads_to_the_later_one(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, (1,))
    first = Decision.objects.get()
    later = supersede(
        by=factories.UserFactory(is_superuser=True), decision=first, outcome="review", amount=0, reason="증빙"
    )
    panel = signed_in(user_as("auditor")).get(address("decision_change", first.pk)).context["panel"]
    claim_page = reverse("admin:claims_claim_change", args=(first.claim_id,))
    assert [act.url for act in panel.acts] == [address("decision_change", later.pk), claim_page]


def test_decision_of_another_incident_is_not_shown(incident: Any, user_as: Any, signed_in: Any) -> None:
    other = factories.IncidentFactory()
    decided(other, (1,))
    client = signed_in(user_as("auditor"))
    assert client.get(address("decision_changelist")).context["cl"].result_list.count() == 0
    assert client.get(address("decision_change", Decision.objects.get().pk)).status_code == 302


def test_command_decides_and_prints_the_result(incident: Any, user_as: Any) -> None:
    classified(incident, (1, 300_001))
    adopted_policy(incident)
    out = StringIO()
    call_command("run_decisions", incident=incident.code, username=user_as("secretary").username, stdout=out)
    assert [line.rpartition(": ")[2] for line in out.getvalue().splitlines()] == ["1  30,000", "1  50,000"]
    with pytest.raises(CommandError):
        call_command("run_decisions", incident=incident.code, username=user_as("secretary").username)


def test_command_refuses_unknown_words(incident: Any, user_as: Any) -> None:
    for words in (
        {"incident": "nowhere", "username": user_as("secretary").username},
        {"incident": incident.code, "username": "nobody"},
        {"incident": incident.code, "username": user_as("secretary").username},
    ):
        with pytest.raises(CommandError):
            call_command("run_decisions", **words)
