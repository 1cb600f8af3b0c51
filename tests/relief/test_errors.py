from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from relief.access import require
from relief.errors import NotAllowed, RuleBroken, StaleSave, database_rules, declare_constraint
from tests import factories


@pytest.mark.django_db
def test_violated_rule_becomes_its_sentence() -> None:
    factories.IncidentFactory(code="fire")
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        factories.IncidentFactory(code="fire")
    assert (refused.value.code, str(refused.value)) == ("one_incident_per_code", "이 코드의 사고가 이미 있습니다.")


@pytest.mark.django_db
def test_violation_without_a_sentence_stays_a_defect() -> None:
    user = factories.UserFactory()
    with pytest.raises(IntegrityError), database_rules(), transaction.atomic():
        factories.UserFactory(username=user.username)


def test_one_rule_has_one_sentence() -> None:
    with pytest.raises(ValueError, match="one_incident_per_code"):
        declare_constraint("one_incident_per_code", "Another sentence.")


def test_missing_permission_is_a_refusal_and_a_403() -> None:
    assert issubclass(NotAllowed, RuleBroken)
    assert issubclass(NotAllowed, PermissionDenied)


@pytest.mark.django_db
def test_permission_is_asked_of_active_users_only() -> None:
    user = factories.UserFactory(finance=True)
    require(user, "committee.compose_batch")
    with pytest.raises(NotAllowed) as refused:
        require(user, "committee.approve_batch")
    assert refused.value.code == "committee.approve_batch"
    superuser = factories.UserFactory(is_superuser=True, is_active=False)
    with pytest.raises(NotAllowed):
        require(superuser, "committee.compose_batch")


def test_stale_save_carries_theirs_and_yours() -> None:
    error = StaleSave("Reload.", changes={"name": ("theirs", "yours")})
    assert (error.code, error.changes) == ("stale_save", {"name": ("theirs", "yours")})
