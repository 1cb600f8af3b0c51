"""The factories make rows that the database and the sealed fields accept; the clean-up leaves only the roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from claims.models import Claim
from relief.accounts.models import User
from relief.accounts.roles import ROLES
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from tests import factories


@pytest.mark.django_db
def test_claim_opens_its_own_sealed_values() -> None:
    claim = factories.ClaimFactory(phone="01012345678", registration_number=None)
    classification = factories.ClassificationFactory(claim=claim)
    assert (claim.reveal("phone"), claim.reveal("registration_number")) == ("01012345678", "")
    assert claim.service.incident == claim.service.operator.incident == claim.incident
    assert (classification.nature, classification.operator_kind) == ("monetary", "company")


@pytest.mark.django_db
def test_traits_make_what_they_say(private_folder: object) -> None:
    assert factories.ClaimFactory(affiliate=True).service.operator.kind == "affiliate"
    assert factories.TierPolicyFactory(adopted=True).state == "adopted"
    assert factories.UserFactory(finance=True).has_perm("committee.compose_batch")
    assert factories.StoredFileFactory.stored(b"abc").size == 3
    factories.ClaimImportFactory()
    factories.IntakeRoundFactory(small_business_only=True)
    factories.ClaimantFactory()
    factories.JobFactory()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_append_only_rows_are_gone_before_the_next_test(turn: int) -> None:
    assert (Disclosure.objects.count(), Claim.objects.count(), User.objects.count()) == (0, 0, 0)
    assert Group.objects.count() == len(ROLES)
    factories.ClaimFactory()
    record_disclosure(by=factories.UserFactory(), kind=Disclosure.Kind.VIEW, subject="claims.claim", reason="a test")


def test_race_returns_what_each_side_met(race: Callable[[Any], list[Any]]) -> None:
    factories.IncidentFactory(code="fire")
    first, second = race([lambda: factories.IncidentFactory(code="flood"), lambda: int("x")])
    assert (first.code, type(second)) == ("flood", ValueError)
