"""What an adopted policy reserves, and what its end releases."""

from __future__ import annotations

from typing import Any

import pytest

from committee.ledger.selectors import reserved_for, standing_of
from committee.ledger.services import set_budget
from committee.models import Book, TierPolicy
from committee.plan.budgets import expected_cost, subject_of
from committee.plan.services import adopt_policy, propose_policy, withdraw_policy
from relief.errors import RuleBroken
from tests import factories
from tests.committee.factories import classified, decided, next_version

pytestmark = pytest.mark.django_db


def proposed(incident: Any, user_as: Any) -> TierPolicy:
    return propose_policy(by=user_as("secretary"), policy=factories.TierPolicyFactory(incident=incident))


def book_of(policy: TierPolicy) -> Book:
    return Book.objects.get(measure=policy.measure)


def test_adoption_reserves_the_cost_of_the_claims_without_decision(incident: Any, user_as: Any) -> None:
    classified(incident, [200_000, 400_000, 900_000, None])
    classified(factories.IncidentFactory(), [200_000])
    policy = proposed(incident, user_as)
    assert expected_cost(policy) == 80_000
    chair = user_as("chair")
    adopt_policy(by=chair, policy=policy, resolution="1호")
    (entry,) = book_of(policy).entries.all()
    assert (entry.kind, entry.reference, entry.by) == ("reserve", subject_of(policy), chair)
    assert reserved_for(entry.book, subject_of(policy)) == 80_000


def test_adoption_without_a_claim_to_decide_reserves_nothing(incident: Any, user_as: Any) -> None:
    decided(incident)
    policy = next_version(incident)
    assert expected_cost(policy) == 0
    assert not book_of(policy).entries.filter(kind="reserve").exists()


def test_adoption_beyond_the_budget_is_refused_and_nothing_is_adopted(incident: Any, user_as: Any) -> None:
    classified(incident, [200_000, 400_000])
    policy = proposed(incident, user_as)
    set_budget(by=user_as("manager"), book=policy.measure.book, won=79_999, reason="x")
    with pytest.raises(RuleBroken) as refused:
        adopt_policy(by=user_as("chair"), policy=policy, resolution="1호")
    assert refused.value.code == "budget_is_not_exceeded"
    assert "79,999" in str(refused.value)
    policy.refresh_from_db()
    assert policy.state == "proposed"


def test_next_version_takes_the_reservation_over(incident: Any, user_as: Any) -> None:
    classified(incident, [200_000, 700_000])
    first = adopt_policy(by=user_as("chair"), policy=proposed(incident, user_as), resolution="1호")
    set_budget(by=user_as("manager"), book=first.measure.book, won=100_000, reason="x")
    second = next_version(incident)
    book = book_of(second)
    assert (reserved_for(book, subject_of(first)), reserved_for(book, subject_of(second))) == (0, 100_000)
    assert standing_of(book).available == 0


def test_withdrawn_policy_releases_its_reservation(incident: Any, user_as: Any) -> None:
    classified(incident, [200_000])
    policy = adopt_policy(by=user_as("chair"), policy=proposed(incident, user_as), resolution="1호")
    withdraw_policy(by=user_as("chair"), policy=policy, reason="다시")
    assert standing_of(book_of(policy)).bound == 0
