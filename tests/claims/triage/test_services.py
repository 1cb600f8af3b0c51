"""Rule sets are versions, classification is one act that a second time changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from claims.models import Classification, RuleSet
from claims.triage.services import create_rule_set, start_classification
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories

UserAs = Callable[..., User]


def classified(by: User, rule_set: RuleSet) -> dict[str, Any]:
    job = start_classification(by=by, rule_set=rule_set)
    assert carry_out(job.pk) == Job.State.DONE
    job.refresh_from_db()
    return job.outcome


def test_rule_set_gets_the_next_version(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    versions = [create_rule_set(by=staff, incident=incident, rules=FINAL_RULES).version for _ in range(2)]
    assert versions == [1, 2]


def test_rule_set_that_is_unsound_is_refused(incident: Any, user_as: UserAs) -> None:
    with pytest.raises(RuleBroken) as refusal:
        create_rule_set(by=user_as("intake_staff"), incident=incident, rules=FINAL_RULES[:3])
    assert (refusal.value.code, RuleSet.objects.count()) == ("rules_unsound", 0)


@pytest.mark.parametrize("role", ["committee_member", "finance", "manager", "auditor"])
def test_rule_set_by_another_role_is_refused(incident: Any, user_as: UserAs, role: str) -> None:
    with pytest.raises(NotAllowed):
        create_rule_set(by=user_as(role), incident=incident, rules=FINAL_RULES)
    assert RuleSet.objects.count() == 0


def test_classification_by_another_role_is_refused(incident: Any, user_as: UserAs) -> None:
    rule_set = create_rule_set(by=user_as("intake_staff"), incident=incident, rules=FINAL_RULES)
    with pytest.raises(NotAllowed):
        start_classification(by=user_as("auditor"), rule_set=rule_set)
    assert Job.objects.count() == 0


def test_rule_set_is_never_changed(incident: Any, user_as: UserAs) -> None:
    rule_set = create_rule_set(by=user_as("intake_staff"), incident=incident, rules=FINAL_RULES)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        RuleSet.objects.filter(pk=rule_set.pk).update(note="other")
    assert refusal.value.code == "rule_sets_are_append_only"


def test_claim_gets_its_place_and_the_rule_that_set_it(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    claim = factories.ClaimFactory(
        incident=incident, claimed_loss=None, description="매출이 줄었습니다", pricing="free"
    )
    classified(staff, create_rule_set(by=staff, incident=incident, rules=INTERIM_RULES))
    row = Classification.objects.get(claim=claim)
    assert (row.nature, row.nature_rule, row.reporter_type_rule) == (
        "monetary",
        "words_of_money",
        "reported_small_business",
    )


def test_second_classification_writes_nothing(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    factories.ClaimFactory.create_batch(3, incident=incident)
    rule_set = create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    assert [classified(staff, rule_set)["changed"] for _ in range(2)] == [3, 0]


def test_stricter_rules_change_only_what_they_move_and_keep_the_past(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    vague = factories.ClaimFactory(incident=incident, claimed_loss=None, description="손해가 큽니다", pricing="free")
    stated = factories.ClaimFactory(incident=incident, claimed_loss=420_000)
    classified(staff, create_rule_set(by=staff, incident=incident, rules=INTERIM_RULES))
    second = create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)
    assert classified(staff, second) == {"claims": 2, "changed": 1}
    past = apps.get_model("claims", "ClassificationEvent").objects.filter(pgh_obj_id=vague.pk).order_by("pgh_id")
    assert list(past.values_list("nature", "rule_set__version", "pgh_context__metadata__act")) == [
        ("monetary", 1, "claims.classify"),
        ("inquiry", 2, "claims.classify"),
    ]
    assert Classification.objects.get(claim=stated).rule_set.version == 1


def test_claims_of_another_incident_stay_untouched(incident: Any, user_as: UserAs) -> None:
    staff = user_as("intake_staff")
    factories.ClaimFactory()
    assert classified(staff, create_rule_set(by=staff, incident=incident, rules=FINAL_RULES)) == {
        "claims": 0,
        "changed": 0,
    }
