"""The pages that edit rules, compare versions and show the progress: nothing typed is lost, nothing unseen is saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from claims.models import RuleSet, RuleSetDraft
from claims.triage.drafting import rows_of, rules_of
from claims.triage.sentences import fault_sentence
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from relief.jobs.models import Job
from tests import factories

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_ruleset_{name}", args=args)


@pytest.fixture
def rule_set(incident: Any, user_as: Any) -> RuleSet:
    return create_rule_set(by=user_as("intake_staff"), incident=incident, rules=FINAL_RULES, note="첫 판")


def typed(page: Any, **changes: str) -> dict[str, Any]:
    """Return what a browser would post of the editor's rows, with changes."""
    draft = page.context["draft"]
    given: dict[str, Any] = {"base": draft.base_version, "note": draft.note}
    for place, row in enumerate(draft.rows):
        given |= {f"r{place}-{part}": row[part] for part in ("axis", "name", "value", "confidence")}
        for number, each in enumerate(row["when"]):
            given[f"r{place}-c{number}-question"] = each["question"]
            given[f"r{place}-c{number}-operand"] = each["operand"]
    return given | changes


def test_editor_shows_the_newest_rules_and_writes_nothing(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    page = signed_in(user_as("intake_staff")).get(address("new_version"))
    assert rules_of(page.context["draft"].rows) == rules_of(rows_of(FINAL_RULES))
    assert (page.context["is_kept"], page.context["is_sound"], RuleSetDraft.objects.count()) == (False, True, 0)


def test_editor_saves_after_its_effect_was_seen_and_offers_to_classify(
    rule_set: RuleSet, user_as: Any, signed_in: Any
) -> None:
    client = signed_in(user_as("intake_staff"))
    factories.ClaimFactory(incident=rule_set.incident, claimed_loss=None, description="문의")
    place = next(at for at, row in enumerate(rows_of(FINAL_RULES)) if (row["axis"], row["when"]) == ("nature", []))
    changed = {f"r{place}-value": "monetary", "note": "모두 피해로"}
    given = typed(client.get(address("new_version")), **changed)
    refused = client.post(address("new_version"), given | {"act": "save"})
    assert (refused.status_code, bool(refused.context["refusal"]), RuleSet.objects.count()) == (200, True, 1)
    shown = client.get(client.post(address("new_version"), given | {"act": "effect"}).url)
    assert [move["claims"] for move in shown.context["moves"]] == ["1"] * 4
    saved = client.post(address("new_version"), given | {"act": "save"})
    made = RuleSet.objects.get(version=2)
    assert (saved.url, made.note) == (address("classify", made.pk), "모두 피해로")
    assert (Job.objects.count(), RuleSetDraft.objects.count()) == (0, 0)


def test_editor_moves_adds_and_removes_rules_and_conditions(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))

    def pressed(act: str, **more: str) -> list[dict[str, Any]]:
        given = typed(client.get(address("new_version")), **more)
        assert client.post(address("new_version"), given | {"act": act}).status_code == 302
        return RuleSetDraft.objects.get().rows

    names = [row["name"] for row in rows_of(FINAL_RULES)]
    assert [row["name"] for row in pressed("down:0")][:2] == [names[1], names[0]]
    assert [row["name"] for row in pressed("up:1")][:2] == names[:2]
    assert len(pressed("add:nature")) == len(names) + 1
    fresh = next(place for place, row in enumerate(RuleSetDraft.objects.get().rows) if not row["name"])
    asked = pressed(f"ask:{fresh}", **{f"r{fresh}-new": "words"})[fresh]["when"]
    assert asked == [{"question": "words", "operand": []}]
    assert pressed(f"drop:{fresh}:0")[fresh]["when"] == []
    assert [row["name"] for row in pressed(f"remove:{fresh}")] == names


def test_editor_keeps_what_is_wrong_and_marks_it(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    given = typed(client.get(address("new_version")), **{"r0-confidence": "많이", "act": "effect"})
    refused = client.post(address("new_version"), given)
    row = refused.context["axes"][0]["rows"][0]
    assert (row["confidence"], row["wrong"], row["faults"]) == (
        "많이",
        {"confidence"},
        [fault_sentence("confidence:1")],
    )
    assert client.get(address("new_version")).context["axes"][0]["rows"][0]["confidence"] == "많이"
    assert client.post(address("new_version"), {"act": "discard"}).status_code == 302
    assert RuleSetDraft.objects.count() == 0


def test_editor_tries_claims_and_lists_those_of_a_move(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    claim = factories.ClaimFactory(incident=rule_set.incident, claimed_loss=900)
    given = typed(client.get(address("new_version")), act="effect", receipts=claim.receipt_number)
    tried = client.get(client.post(address("new_version"), given | {"act": "try"}).url).context["trial"]
    assert [row["claim"] for row in tried] == [claim]
    client.post(address("new_version"), given)
    listed = client.get(address("new_version"), {"effect": "1", "move": "nature::monetary"}).context["listed"]
    assert [row["claim"] for row in listed["rows"]] == [claim]
    assert client.get(address("new_version"), {"effect": "1", "move": "colour:x:y"}).context["listed"] is None


def test_draft_on_an_older_version_is_put_on_top_of_the_newest(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    client = signed_in(staff)
    given = typed(client.get(address("new_version")))
    create_rule_set(by=staff, incident=rule_set.incident, rules=INTERIM_RULES)
    client.post(address("new_version"), given | {"act": "keep"})
    assert client.get(address("new_version")).context["moved_on"] is True
    client.post(address("new_version"), given | {"act": "rebase"})
    assert client.get(address("new_version")).context["moved_on"] is False


def test_text_goes_into_the_draft_and_saves_no_version(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    shown = json.loads(client.get(address("text")).context["form"]["rules"].value())
    assert shown == rules_of(rows_of(FINAL_RULES))
    answer = client.post(address("text"), {"rules": json.dumps(INTERIM_RULES)})
    assert (answer.url, RuleSet.objects.count()) == (address("new_version"), 1)
    assert RuleSetDraft.objects.get().rows == rows_of(INTERIM_RULES)


def test_versions_are_compared(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    create_rule_set(by=user_as("intake_staff"), incident=rule_set.incident, rules=INTERIM_RULES)
    client = signed_in(user_as("auditor"))
    kinds = {(row["kind"], row["name"]) for row in client.get(address("compare")).context["rows"]}
    assert kinds == {("removed", "words_without_amount"), ("added", "words_of_money")}
    assert client.get(address("compare"), {"before": "2", "after": "2"}).context["rows"] == []


def test_progress_is_shown_and_given_as_a_file(rule_set: RuleSet, user_as: Any, signed_in: Any) -> None:
    factories.ClassificationFactory(claim__incident=rule_set.incident, rule_set=rule_set)
    factories.ClassificationFactory()
    client = signed_in(user_as("committee_member"))
    page = client.get(reverse("admin:claims_progress"))
    assert (page.context["told"].reports, page.context["told"].own) == (1, 1)
    assert client.get(reverse("admin:claims_progress"), {"at": "2001-01-01T00:00"}).context["told"].reports == 0
    assert client.get(reverse("admin:claims_progress"), {"at": "soon"}).context["understood"] is False
    file = client.get(reverse("admin:claims_progress"), {"format": "csv"})
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert len(file.content.decode("utf-8-sig").splitlines()) == 15
