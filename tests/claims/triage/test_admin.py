"""The pages of the rule sets: read by many, written by intake staff, every fault named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Classification, RuleSet
from claims.triage.rules import QUESTIONS, fault_of
from claims.triage.sentences import fault_sentence
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories

pytestmark = pytest.mark.django_db

READERS = ("intake_staff", "committee_member", "secretary", "chair", "manager", "finance", "auditor")
EVERY_QUESTION = {
    "reporter_type": ["enterprise"],
    "pricing": ["paid", "free"],
    "service_pricing": ["both"],
    "operator_kind": ["affiliate"],
    "has_registration_number": False,
    "loss_over": 1_000,
    "loss_stated": True,
    "words": ["<script>alert(1)</script>", "손해"],
    "all_words": ["손해", "매출"],
    "without_words": ["문의"],
    "loss_up_to": 500_000,
    "has_phone": True,
    "has_account": False,
    "service": ["talk"],
    "channel": ["web"],
    "received_from": "2022-10-19",
    "received_to": "2022-11-06",
    "longer_than": 5,
    "not_longer_than": 500,
}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_ruleset_{name}", args=args)


@pytest.fixture
def rule_set(incident: Any, user_as: Any) -> RuleSet:
    return create_rule_set(by=user_as("intake_staff"), incident=incident, rules=FINAL_RULES, note="첫 판")


@pytest.mark.parametrize("role", READERS)
def test_pages_open_to_readers_and_acts_to_intake_staff(
    rule_set: RuleSet, user_as: Any, signed_in: Any, role: str
) -> None:
    client = signed_in(user_as(role))
    pages = [address("changelist"), address("change", rule_set.pk)]
    acts = [address("new_version"), address("classify", rule_set.pk)]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert [client.get(page).status_code for page in acts] == [200 if role == "intake_staff" else 403] * 2
    assert client.get(pages[1]).context["may_classify"] is (role == "intake_staff")


def test_pages_are_shut_to_administrators(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("administrator"))
    pages = [address("changelist"), address("change", rule_set.pk), address("classify", rule_set.pk)]
    assert [client.get(page).status_code for page in [*pages, address("new_version")]] == [403] * 4


def test_rule_set_of_another_incident_is_not_found(rule_set: RuleSet, signed_in: Any) -> None:
    client = signed_in(factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory()))
    assert list(client.get(address("changelist")).context["cl"].result_list) == []
    assert client.get(address("change", rule_set.pk)).status_code == 404
    assert client.post(address("classify", rule_set.pk)).status_code == 404
    assert Job.objects.count() == 0


def test_rule_set_is_neither_changed_nor_deleted_by_a_page(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    assert client.post(address("change", rule_set.pk), {"note": "x"}).status_code == 403
    assert client.post(address("delete", rule_set.pk), {"post": "yes"}).status_code == 403
    assert client.get(address("add")).status_code == 403


def test_page_counts_claims_by_value_and_by_rule(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    incident = rule_set.incident
    for loss in (100, 200, None):
        claim = factories.ClaimFactory(incident=incident, claimed_loss=loss)
        factories.ClassificationFactory(
            claim=claim, rule_set=rule_set, nature_rule="loss_stated" if loss else "no_loss_stated"
        )
    factories.ClaimFactory(incident=incident)
    factories.ClassificationFactory()
    page = signed_in(user_as("auditor")).get(address("change", rule_set.pk))
    nature = page.context["axes"][2]
    assert sorted(count for _value, count in nature["values"]) == [1, 2]
    assert {name: count for name, _conditions, _value, count in nature["rules"]} == {
        "loss_stated": 2,
        "words_without_amount": 0,
        "no_loss_stated": 1,
    }
    assert page.context["unclassified"] == 1


def test_page_costs_the_same_at_1_and_at_30_claims(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("auditor"))

    def count() -> int:
        client.get(address("change", rule_set.pk))
        with CaptureQueriesContext(connection) as queries:
            client.get(address("change", rule_set.pk))
        return len(queries)

    counts = []
    for many in (1, 29):
        for _ in range(many):
            factories.ClassificationFactory(claim__incident=rule_set.incident, rule_set=rule_set)
        counts.append(count())
    assert counts[0] == counts[1]


def test_every_condition_has_words_and_script_is_shown_as_text(incident: Any, user_as: Any, signed_in: Any) -> None:
    assert set(EVERY_QUESTION) == set(QUESTIONS)
    staff = user_as("intake_staff")
    rules = [{"name": "every", "axis": "nature", "value": "monetary", "when": EVERY_QUESTION}, *FINAL_RULES]
    made = create_rule_set(by=staff, incident=incident, rules=rules, note="<script>alert(2)</script>")
    client = signed_in(staff)
    page = client.get(address("change", made.pk))
    assert len(page.context["axes"][2]["rules"][0][1]) == len(QUESTIONS)
    for text in (page.content.decode(), client.get(address("changelist")).content.decode()):
        assert "<script>alert(" not in text
    assert "<script>alert(" not in client.get(address("new_version")).content.decode()


def altered(place: int, **changes: Any) -> list[dict[str, Any]]:
    rules = [dict(rule) for rule in FINAL_RULES]
    rules[place] = {**rules[place], **changes}
    return rules


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ({}, "not_a_list"),
        ([{}] * 201, "too_many"),
        (altered(0, more=1), "shape:1"),
        (altered(1, name=""), "name:2"),
        (altered(2, axis="colour"), "axis:3"),
        (altered(3, value="emperor"), "value:4"),
        (altered(5, when={"moon": "full"}), "question:6"),
        (altered(5, when={"pricing": "paid"}), "operand:6"),
        ([FINAL_RULES[4], *FINAL_RULES], "unreachable:2"),
        (FINAL_RULES[:-1], "default:nature"),
    ],
)
def test_text_that_is_unsound_names_its_fault(
    rule_set: RuleSet, user_as: Any, signed_in: Any, rules: Any, fault: str
) -> None:
    assert fault_of(rules) == fault
    answer = signed_in(user_as("intake_staff")).post(address("text"), {"rules": json.dumps(rules)})
    assert answer.status_code == 200
    assert answer.context["form"].errors["rules"] == [fault_sentence(fault)]
    assert RuleSet.objects.count() == 1


def test_text_that_is_not_json_names_line_and_character(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    answer = signed_in(user_as("intake_staff")).post(address("text"), {"rules": "[\n  {,\n]"})
    (sentence,) = answer.context["form"].errors["rules"]
    assert [number for number in sentence if number.isdigit()] == ["2", "4"]


@pytest.mark.parametrize("rules", ["[" * 100_000, "9" * 5_000])
def test_text_that_no_reader_takes_is_refused(rule_set: RuleSet, user_as: Any, signed_in: Any, rules: str) -> None:
    answer = signed_in(user_as("intake_staff")).post(address("text"), {"rules": rules})
    assert list(answer.context["form"].errors) == ["rules"]


def test_text_without_an_incident_is_refused(signed_in: Any) -> None:
    client = signed_in(factories.UserFactory(intake_staff=True))
    answer = client.post(address("text"), {"rules": json.dumps(FINAL_RULES)})
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (200, 1)
    assert RuleSet.objects.count() == 0


def test_classify_page_tells_how_many_then_starts_the_work(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    claim = factories.ClaimFactory(incident=rule_set.incident)
    factories.ClaimFactory()
    client = signed_in(user_as("intake_staff"))
    assert "1" in [value for _label, value in client.get(address("classify", rule_set.pk)).context["facts"]]
    assert client.post(address("classify", rule_set.pk)).url == address("change", rule_set.pk)
    job = Job.objects.get()
    assert client.get(address("change", rule_set.pk)).context["job"] == job
    again = client.post(address("classify", rule_set.pk))
    assert (again.status_code, len(again.context["form"].non_field_errors()), Job.objects.count()) == (200, 1, 1)
    assert carry_out(job.pk) == Job.State.DONE
    assert Classification.objects.get().claim == claim
    done = client.get(address("change", rule_set.pk)).context
    assert (done["job"], done["done"].outcome) == (None, {"claims": 1, "changed": 1})
