from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.models import Claim, Classification, Incident
from relief.accounts.models import User
from relief.scope import working_incident_id
from tests import factories


@pytest.mark.django_db
def test_rows_of_the_working_incident_are_visible_and_no_others(
    incident: Incident, user_as: Callable[..., User]
) -> None:
    user = user_as("finance")
    own, other = factories.ClaimFactory(incident=incident), factories.ClaimFactory()
    for claim in (own, other):
        factories.ClassificationFactory(claim=claim)
    assert list(Claim.objects.visible_to(user)) == [own]
    assert list(Classification.objects.visible_to(user).values_list("claim_id", flat=True)) == [own.pk]
    assert list(Incident.objects.visible_to(user)) == [incident]


@pytest.mark.django_db
def test_superuser_without_a_desk_sees_nothing() -> None:
    factories.ClaimFactory()
    superuser = factories.UserFactory(is_superuser=True)
    assert working_incident_id(superuser) is None
    assert Claim.objects.visible_to(superuser).count() == 0


@pytest.mark.django_db
def test_ended_account_sees_nothing(incident: Incident) -> None:
    factories.ClaimFactory(incident=incident)
    user = factories.UserFactory(finance=True, incident=incident, is_active=False)
    assert Claim.objects.visible_to(user).count() == 0


@pytest.mark.django_db
def test_working_incident_is_asked_once_a_request(
    incident: Incident, user_as: Callable[..., User], django_assert_num_queries: Callable[..., Any]
) -> None:
    user = User.objects.get(pk=user_as("finance").pk)
    with django_assert_num_queries(1):
        assert [working_incident_id(user) for _turn in range(3)] == [incident.pk] * 3
