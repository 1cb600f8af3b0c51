"""A person's word stands above the rules, until a person takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from claims.models import Classification
from claims.register.services import correct_claim
from claims.triage.by_hand import classify_by_hand, let_rules_decide
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, StaleSave, database_rules
from tests import factories
from tests.claims.triage.classified import rules, run, standing, unsure

UserAs = Callable[..., User]


def said(by: User, claim: Any, **values: str) -> Classification:
    row = standing(claim)
    return classify_by_hand(by=by, claim=claim, values=values, reason="전화로 확인", version=row.version)


def test_word_of_a_person_is_kept_with_who_and_why(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    before = standing(claim)
    said(staff, claim, nature="monetary")
    row = standing(claim)
    assert (before.confidence, row.confidence, row.version) == (60, 100, before.version + 1)
    assert (row.nature, row.nature_rule, row.nature_by, row.nature_reason) == ("monetary", "", staff, "전화로 확인")
    assert (row.pricing_rule, row.pricing_by) == ("reported_free", None)


def test_same_value_by_a_rule_becomes_the_persons(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, nature="inquiry")
    assert standing(claim).nature_by == staff


def test_rerun_leaves_the_axis_of_a_person_alone(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    spoken, control = unsure(staff, incident, 2)
    said(staff, spoken, nature="inquiry")
    run(staff, rules(staff, incident, INTERIM_RULES))
    assert [standing(claim).nature for claim in (spoken, control)] == ["inquiry", "monetary"]
    row = standing(spoken)
    assert (row.nature_by, row.nature_reason, row.nature_confidence) == (staff, "전화로 확인", 100)


def test_rerun_moves_the_other_axes_of_a_claim_with_a_persons_word(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, nature="monetary")
    paid = [{"name": "all_paid", "axis": "pricing", "value": "paid", "when": {}, "confidence": 30}]
    run(staff, rules(staff, incident, [*paid, *(rule for rule in FINAL_RULES if rule["axis"] != "pricing")]))
    row = standing(claim)
    assert (row.pricing, row.pricing_rule, row.nature, row.confidence) == ("paid", "all_paid", "monetary", 30)


def test_correction_of_the_claim_leaves_the_axis_of_a_person_alone(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    spoken, control = unsure(staff, incident, 2)
    said(staff, spoken, nature="inquiry")
    for claim in (spoken, control):
        correct_claim(by=staff, claim=claim, version=1, reason="금액 확인", changes={"claimed_loss": "50,000"})
    assert [standing(claim).nature for claim in (spoken, control)] == ["inquiry", "monetary"]


def test_confidence_alone_is_written_by_a_rerun(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    surer = [rule | {"confidence": 90} if rule["name"] == "words_without_amount" else rule for rule in FINAL_RULES]
    newer = rules(staff, incident, surer)
    assert [run(staff, newer), run(staff, newer)] == [1, 0]
    row = standing(claim)
    assert (row.nature_confidence, row.confidence, row.rule_set) == (90, 90, newer)


@pytest.mark.parametrize(
    ("values", "reason", "code"),
    [
        ({"nature": "monetary"}, " ", "reason_missing"),
        ({"colour": "monetary"}, "확인", "axis_not_known"),
        ({"nature": "paid"}, "확인", "value_not_known"),
        ({}, "확인", "nothing_changes"),
    ],
)
def test_word_that_cannot_stand_is_refused(
    incident: Any, user_as: UserAs, values: dict[str, str], reason: str, code: str
) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    with pytest.raises(RuleBroken) as refusal:
        classify_by_hand(by=staff, claim=claim, values=values, reason=reason, version=1)
    assert (refusal.value.code, standing(claim).nature_by) == (code, None)


def test_word_said_twice_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, nature="monetary")
    with pytest.raises(RuleBroken) as refusal:
        said(staff, claim, nature="monetary")
    assert refusal.value.code == "nothing_changes"


def test_word_on_a_claim_without_classification_is_refused(incident: Any, user_as: UserAs) -> None:
    claim = factories.ClaimFactory(incident=incident)
    with pytest.raises(RuleBroken) as refusal:
        classify_by_hand(
            by=user_as("intake_staff"), claim=claim, values={"nature": "inquiry"}, reason="확인", version=1
        )
    assert refusal.value.code == "not_classified"


def test_stale_word_is_refused_and_shows_theirs_and_yours(incident: Any, user_as: UserAs) -> None:
    staff, other = user_as("intake_staff"), user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    version = standing(claim).version
    said(other, claim, pricing="paid")
    with pytest.raises(StaleSave) as refusal:
        classify_by_hand(by=staff, claim=claim, values={"pricing": "unknown"}, reason="확인", version=version)
    assert len(refusal.value.changes) == 1
    assert standing(claim).pricing_by == other


@pytest.mark.parametrize("role", ["committee_member", "secretary", "finance", "auditor"])
def test_word_of_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    (claim,) = unsure(user_as("intake_staff"), incident)
    with pytest.raises(NotAllowed):
        classify_by_hand(by=user_as(role), claim=claim, values={"nature": "monetary"}, reason="확인", version=1)
    with pytest.raises(NotAllowed):
        let_rules_decide(by=user_as(role), claim=claim, axes=["nature"], reason="확인", version=1)


def test_two_words_at_once_leave_one(race: Any, transactional_db: None) -> None:
    incident = factories.IncidentFactory()
    people = [factories.UserFactory(intake_staff=True, incident=incident) for _ in range(2)]
    (claim,) = unsure(people[0], incident)
    version = standing(claim).version

    def say(by: User, value: str) -> Callable[[], Any]:
        return lambda: classify_by_hand(by=by, claim=claim, values={"pricing": value}, reason="확인", version=version)

    results = race([say(people[0], "paid"), say(people[1], "unknown")])
    refused = [result for result in results if isinstance(result, StaleSave)]
    assert (len(refused), standing(claim).version) == (1, version + 1)


def test_word_said_while_a_rerun_waits_is_not_overwritten(elsewhere: Any, transactional_db: None) -> None:
    incident = factories.IncidentFactory()
    staff = factories.UserFactory(intake_staff=True, incident=incident)
    spoken, control = unsure(staff, incident, 2)
    interim = rules(staff, incident, INTERIM_RULES)
    with transaction.atomic():
        said(staff, spoken, nature="inquiry")
        rerun = elsewhere(run, staff, interim)
        _until_somebody_waits()
    rerun.result(30)
    assert [standing(claim).nature for claim in (spoken, control)] == ["inquiry", "monetary"]


def _until_somebody_waits() -> None:
    """Return as soon as another connection waits for a lock of ours."""
    with connection.cursor() as cursor:
        for _ in range(2_000):
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted), pg_sleep(0.005)")
            if (cursor.fetchone() or (False,))[0]:
                return
    raise AssertionError("nobody waits")


def test_rules_decide_again_by_the_newest_version(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, nature="inquiry", pricing="paid")
    newest = rules(staff, incident, INTERIM_RULES)
    let_rules_decide(by=staff, claim=claim, axes=["nature"], reason="규칙이 맞음", version=standing(claim).version)
    row = standing(claim)
    assert (row.nature, row.nature_rule, row.nature_by, row.nature_reason) == ("monetary", "words_of_money", None, "")
    assert (row.pricing, row.pricing_by, row.rule_set, row.confidence) == ("paid", staff, newest, 60)


@pytest.mark.parametrize(
    ("axes", "reason", "code"),
    [
        (["nature"], " ", "reason_missing"),
        (["colour"], "확인", "axis_not_known"),
        (["nature"], "확인", "nothing_changes"),
    ],
)
def test_taking_back_that_cannot_stand_is_refused(
    incident: Any, user_as: UserAs, axes: list[str], reason: str, code: str
) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, pricing="paid")
    with pytest.raises(RuleBroken) as refusal:
        let_rules_decide(by=staff, claim=claim, axes=axes, reason=reason, version=standing(claim).version)
    assert (refusal.value.code, standing(claim).pricing_by) == (code, staff)


def test_stale_taking_back_is_refused(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, pricing="paid")
    with pytest.raises(StaleSave):
        let_rules_decide(by=staff, claim=claim, axes=["pricing"], reason="확인", version=1)


def test_history_keeps_each_word_with_its_person_and_reason(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    said(staff, claim, nature="monetary")
    past = apps.get_model("claims", "ClassificationEvent").objects.filter(pgh_obj_id=claim.pk).order_by("pgh_id")
    assert list(
        past.values_list("nature", "nature_by", "pgh_context__metadata__act", "pgh_context__metadata__reason")
    ) == [
        ("inquiry", None, "claims.classify", ""),
        ("monetary", staff.pk, "claims.classify_by_hand", "전화로 확인"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nature_reason": "아무나"}, "axis_is_set_by_a_rule_or_a_person"),
        ({"nature_confidence": 0, "confidence": 0}, "axis_is_set_by_a_rule_or_a_person"),
        ({"confidence": 99}, "claim_is_as_sure_as_its_least_sure_axis"),
    ],
)
def test_classification_that_contradicts_itself_is_refused(
    incident: Any, user_as: UserAs, changes: dict[str, Any], code: str
) -> None:
    (claim,) = unsure(user_as("intake_staff"), incident)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        Classification.objects.filter(pk=claim.pk).update(**changes)
    assert refusal.value.code == code


def test_word_of_a_person_without_a_reason_is_refused_by_the_database(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    (claim,) = unsure(staff, incident)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        Classification.objects.filter(pk=claim.pk).update(pricing_by=staff, pricing_rule="")
    assert refusal.value.code == "axis_is_set_by_a_rule_or_a_person"
