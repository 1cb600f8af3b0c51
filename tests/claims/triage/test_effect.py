"""The effect of rules before they are saved is what classifying by them does; versions and past instants compared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from claims.models import Classification, RuleSet
from claims.triage.by_hand import classify_by_hand
from claims.triage.comparing import differences
from claims.triage.effect import Moves, effect_of, moved_claims, sample
from claims.triage.progress import progress_at
from claims.triage.services import classify, create_rule_set
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from relief import clock
from relief.audit.services import acting
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def classified(incident: Any, user_as: Any) -> Any:
    """Four claims under the final rules: two speak of money, one of them is a person's word; one claim elsewhere."""
    staff = user_as("intake_staff")
    texts = ["손해가 큽니다", "매출 손해", "문의", "문의"]
    losses = [None, None, 5_000, None]
    claims = [
        factories.ClaimFactory(incident=incident, description=text, claimed_loss=loss, pricing="free")
        for text, loss in zip(texts, losses, strict=True)
    ]
    factories.ClaimFactory(description="손해", claimed_loss=None)
    rule_set = create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    with acting(by=staff, act="claims.classify"):
        classify(rule_set)
    row = Classification.objects.get(claim=claims[1])
    classify_by_hand(by=staff, claim=claims[1], values={"nature": "inquiry"}, reason="전화로 확인", version=row.version)
    return incident, claims


def test_effect_is_what_classifying_does_and_leaves_a_persons_word(classified: Any, user_as: Any) -> None:
    incident, claims = classified
    effect = effect_of(RuleSet(incident=incident, rules=INTERIM_RULES))
    assert effect.moves == {("nature", "inquiry", "monetary"): Moves(claims=1)}
    assert (effect.total, effect.looked_at, effect.step, effect.moved, effect.decided) == (4, 4, 1, 1, 0)
    assert effect.spoken == {"nature": 1}
    before = dict(Classification.objects.values_list("pk", "nature"))
    staff = user_as("intake_staff")
    with acting(by=staff, act="claims.classify"):
        classify(create_rule_set(by=staff, incident=incident, rules=INTERIM_RULES))
    after = dict(Classification.objects.values_list("pk", "nature"))
    assert [key for key in after if after[key] != before[key]] == [claims[0].pk]


def test_effect_of_the_rules_in_force_is_nothing(classified: Any) -> None:
    assert effect_of(RuleSet(incident=classified[0], rules=FINAL_RULES)).moves == {}


def test_claims_without_a_classification_come_from_nowhere(incident: Any) -> None:
    claim = factories.ClaimFactory(incident=incident, claimed_loss=700)
    rules = RuleSet(incident=incident, rules=FINAL_RULES)
    assert effect_of(rules).moves["nature", "", "monetary"] == Moves(claims=1, won=700)
    assert moved_claims(rules, axis="nature", was="", now="monetary") == [claim]


def test_moved_claims_are_those_that_were_counted(classified: Any) -> None:
    incident, claims = classified
    found = moved_claims(RuleSet(incident=incident, rules=INTERIM_RULES), axis="nature", was="inquiry", now="monetary")
    assert found == [claims[0]]


def test_effect_above_the_limit_counts_a_sample_and_says_so(classified: Any) -> None:
    effect = effect_of(RuleSet(incident=classified[0], rules=INTERIM_RULES), whole=2)
    assert (effect.total, effect.step) == (4, 2)
    assert effect.looked_at <= 4


def test_sample_by_receipt_number_keeps_to_the_incident(classified: Any) -> None:
    incident, claims = classified
    other = factories.ClaimFactory()
    rules = RuleSet(incident=incident, rules=INTERIM_RULES)
    assert sample(rules, [claims[2].receipt_number, other.receipt_number]) == [claims[2]]
    assert {claim.pk for claim in sample(rules, [])} == {claim.pk for claim in claims}


def test_versions_differ_by_what_was_added_removed_changed_and_moved() -> None:
    first = [{"name": name, "axis": "nature", "value": "inquiry", "when": {}} for name in ("a", "b", "c", "d")]
    second = [first[1], first[0], {**first[2], "value": "monetary"}, {**first[3], "name": "e"}]
    assert [(each.kind, each.name) for each in differences(first, second)] == [
        ("removed", "d"),
        ("added", "e"),
        ("moved", "b"),
        ("moved", "a"),
        ("changed", "c"),
    ]
    assert differences(first, first) == []


def test_progress_at_a_past_instant_is_what_was_told_then(incident: Any, user_as: Any) -> None:
    start = clock.now() - timedelta(days=3)
    claims = [factories.ClaimFactory(incident=incident) for _ in range(2)]
    factories.ClassificationFactory(claim=claims[0], reporter_type="general_user", nature="inquiry")
    Classification.objects.filter(claim=claims[0]).update(nature="monetary")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_classificationevent DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE claims_claimevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE claims_classificationevent SET pgh_created_at = %s WHERE pgh_label = 'insert'", (start,))
        cursor.execute("UPDATE claims_claimevent SET pgh_created_at = %s", (start,))
        cursor.execute("ALTER TABLE claims_classificationevent ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE claims_claimevent ENABLE TRIGGER USER")
    empty, past, present = (
        progress_at(incident.pk, at) for at in (start - timedelta(days=1), start, clock.now() + timedelta(minutes=1))
    )
    assert (empty.reports, empty.classified) == (0, 0)
    assert (past.reports, past.own, past.unclassified, past.inquiry, past.free_loss) == (2, 1, 1, 1, 0)
    assert (present.general_user, present.inquiry, present.free_loss, present.by_rule) == (1, 0, 1, 1)
