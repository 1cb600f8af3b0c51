"""A simulation kept while claims change: both computations see one instant; with its control."""

from __future__ import annotations

from typing import Any

import pytest

from committee.models import Simulation, TierPolicy
from committee.plan.simulator import services
from committee.plan.simulator.services import keep, reproduce
from committee.plan.simulator.snapshot import Counted, counted_facts
from relief.errors import RuleBroken
from tests import factories
from tests.committee.factories import classified

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def policy(second_connection: Any, monkeypatch: Any) -> TierPolicy:
    """A draft on one claim, whose loss another connection changes between the two computations."""
    draft = factories.TierPolicyFactory()
    classified(draft.incident, (200_000,))

    def counted(**asked: Any) -> list[Counted]:
        with second_connection.cursor() as rival:
            rival.execute("UPDATE claims_claim SET claimed_loss = 400000")
            assert rival.rowcount == 1
        return counted_facts(**asked)

    monkeypatch.setattr(services, "counted_facts", counted)
    return draft


def kept_by_a_secretary(policy: TierPolicy) -> Simulation:
    secretary = factories.UserFactory(secretary=True, incident=policy.incident)
    return keep(by=secretary, policies=[policy], narrowing={}, name="비교")


def test_claims_that_change_while_a_simulation_is_kept_do_not_divide_it(policy: TierPolicy) -> None:
    again = reproduce(kept_by_a_secretary(policy))
    assert again.agrees
    assert [one[0].spread.median for one in (again.then, again.now)] == [200_000, 400_000]


def test_without_holding_still_the_two_computations_disagree(policy: TierPolicy, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "_hold_still", lambda: None)
    with pytest.raises(RuleBroken) as refused:
        kept_by_a_secretary(policy)
    assert refused.value.code == "rules_disagree"
    assert not Simulation.objects.exists()
