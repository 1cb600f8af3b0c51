"""A draft keeps what was typed; it is saved once its effect was seen, and on top of the newest version alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.catalogue.models import Incident
from claims.models import RuleSet, RuleSetDraft
from claims.triage.drafting import rows_of, rules_of
from claims.triage.saving import discard_draft, draft_of, keep_draft, save_draft, see_effect
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from tests import factories

UserAs = Callable[..., User]


def drafted(by: User, incident: Incident, rules: Any = FINAL_RULES, *, base: int = 0, seen: bool = True) -> Any:
    draft = keep_draft(by=by, incident=incident, base_version=base, rows=rows_of(rules), note="새로움")
    if seen:
        see_effect(by=by, draft=draft)
    return draft


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(RuleBroken) as refusal:
        act()
    return refusal.value.code


@pytest.mark.parametrize("rules", [FINAL_RULES, INTERIM_RULES])
def test_rules_become_rows_and_rules_again(rules: Any) -> None:
    ordered = rules_of(rows_of(rules))
    key = lambda rule: (rule["axis"], rule["name"])  # noqa: E731 - one order for both sides
    assert sorted(ordered, key=key) == sorted(rules, key=key)


def test_draft_begins_with_the_newest_rules(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    draft = draft_of(staff, incident.pk)
    assert (draft.pk, draft.base_version, draft.rows) == (None, 1, rows_of(FINAL_RULES))


def test_draft_that_is_half_written_is_kept_and_belongs_to_its_person(incident: Any, user_as: UserAs) -> None:
    staff, other = user_as("intake_staff"), user_as("intake_staff")
    half = [{"name": "", "axis": "nature", "value": "", "confidence": "x", "when": []}]
    keep_draft(by=staff, incident=incident, base_version=0, rows=half, note="밤 11시")
    assert (draft_of(staff, incident.pk).rows, draft_of(other, incident.pk).rows) == (half, [])
    discard_draft(by=staff, incident=incident)
    assert RuleSetDraft.objects.count() == 0


def test_draft_with_its_effect_seen_becomes_the_next_version(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    drafted(staff, incident)
    made = save_draft(by=staff, incident=incident)
    assert (made.version, made.note, RuleSetDraft.objects.count()) == (1, "새로움", 0)


def test_draft_whose_effect_was_not_seen_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    drafted(staff, incident, seen=False)
    assert code_of(lambda: save_draft(by=staff, incident=incident)) == "effect_not_seen"


def test_draft_changed_after_its_effect_was_seen_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    drafted(staff, incident, INTERIM_RULES)
    drafted(staff, incident, FINAL_RULES, seen=False)
    assert code_of(lambda: save_draft(by=staff, incident=incident)) == "effect_not_seen"
    assert RuleSet.objects.count() == 0


def test_draft_without_a_note_or_a_change_or_at_all_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    assert code_of(lambda: save_draft(by=staff, incident=incident)) == "no_draft"
    keep_draft(by=staff, incident=incident, base_version=0, rows=rows_of(FINAL_RULES), note="  ")
    assert code_of(lambda: save_draft(by=staff, incident=incident)) == "note_missing"
    create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    drafted(staff, incident, base=1)
    assert code_of(lambda: save_draft(by=staff, incident=incident)) == "nothing_new"


def test_effect_of_unsound_rules_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    assert code_of(lambda: drafted(staff, incident, FINAL_RULES[:3])) == "rules_unsound"


def test_draft_on_an_older_version_is_refused_with_what_changed(incident: Any, user_as: UserAs) -> None:
    staff, other = user_as("intake_staff"), user_as("intake_staff")
    create_rule_set(by=other, incident=incident, rules=INTERIM_RULES)
    drafted(staff, incident, base=1)
    create_rule_set(by=other, incident=incident, rules=[*FINAL_RULES[:-1], {**FINAL_RULES[-1], "name": "others_rule"}])
    with pytest.raises(RuleBroken) as refusal:
        save_draft(by=staff, incident=incident)
    assert refusal.value.code == "rules_moved_on"
    assert "others_rule" in str(refusal.value)
    assert RuleSetDraft.objects.filter(user=staff).exists()


@pytest.mark.parametrize("role", ["auditor", "finance", "secretary"])
def test_draft_by_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    with pytest.raises(NotAllowed):
        keep_draft(by=user_as(role), incident=incident, base_version=0, rows=[], note="")
    with pytest.raises(NotAllowed):
        save_draft(by=user_as(role), incident=incident)


def test_one_of_two_who_save_at_once_is_refused(transactional_db: None, race: Any) -> None:
    incident = factories.IncidentFactory()
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    for person, rules in zip(people, (INTERIM_RULES, FINAL_RULES), strict=True):
        drafted(person, incident, rules)
    results = race([lambda person=person: save_draft(by=person, incident=incident) for person in people])
    assert sorted(getattr(result, "code", "saved") for result in results) == ["rules_moved_on", "saved"]
    assert RuleSet.objects.count() == 1


def test_two_who_save_at_once_without_the_base_would_both_save(transactional_db: None, race: Any) -> None:
    incident = factories.IncidentFactory()
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    race(
        [
            lambda person=person, rules=rules: create_rule_set(by=person, incident=incident, rules=rules)
            for person, rules in zip(people, (INTERIM_RULES, FINAL_RULES), strict=True)
        ]
    )
    assert RuleSet.objects.count() == 2
