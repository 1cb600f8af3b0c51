"""What is held back is neither decided nor composed, and stops a batch that was composed before."""

from __future__ import annotations

from typing import Any

import pytest

from claims.intake.facts import Amendment
from claims.register import holds
from claims.register.holds import Hold, Step, declare_hold
from committee.decisions.redeciding import differences
from committee.decisions.selectors import undecided_claims
from committee.models import Decision
from committee.payouts.selectors import payable, preview
from committee.payouts.services import approve, submit
from relief.errors import RuleBroken
from tests import factories
from tests.committee.factories import classified, decided, drafted, next_version, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amendments that wait stop payments, dismissed ones decisions."""
    monkeypatch.setattr(holds, "_holds", {})
    for state, step in (("waiting", Step.PAYMENT), ("dismissed", Step.DECISION)):
        rows = Amendment.objects.filter(state=state)
        declare_hold(Hold(state, state, "say what holds", rows.all, frozenset({step})))


def test_held_claim_is_not_decided(incident: Any) -> None:
    first, second = classified(incident, (100_000, 200_000))
    factories.AmendmentFactory(claim=first)
    Amendment.objects.update(state="dismissed")
    assert list(undecided_claims(incident.pk)) == [second]
    run = decided(incident, ())
    assert [row.claim for row in run.decisions.all()] == [second]
    assert undecided_claims(incident.pk).count() == 0


def test_held_claim_is_not_decided_anew(incident: Any) -> None:
    decided(incident, (700_000, 800_000))
    factories.AmendmentFactory(claim=Decision.objects.get(fact_loss=700_000).claim)
    policy = next_version(incident)
    assert [row.claims for row in differences(policy)] == [2]
    Amendment.objects.update(state="dismissed")
    assert [row.claims for row in differences(policy)] == [1]


def test_held_claim_is_left_out_of_a_batch_and_counted(incident: Any) -> None:
    decided(incident, (100_000, 200_000))
    first, second = Decision.objects.order_by("pk")
    factories.AmendmentFactory(claim=first.claim)
    seen = preview(incident.pk, {})
    assert (seen.claims, seen.total, seen.waiting) == (1, second.amount, 1)
    assert list(payable(incident.pk)) == [second]
    assert [line.claim for line in drafted(incident).payments.all()] == [second.claim]


def test_batch_with_a_held_claim_is_not_submitted(incident: Any) -> None:
    decided(incident, (100_000, 200_000))
    batch = drafted(incident)
    factories.AmendmentFactory(claim=batch.payments.first().claim)
    with pytest.raises(RuleBroken) as refused:
        submit(by=batch.composed_by, batch=batch)
    assert refused.value.code == "lines_wait"
    Amendment.objects.update(state="dismissed")
    assert submit(by=batch.composed_by, batch=batch).state == "submitted"


def test_batch_with_a_held_claim_is_not_approved(incident: Any) -> None:
    decided(incident, (100_000, 200_000))
    batch = submitted(incident)
    factories.AmendmentFactory(claim=batch.payments.first().claim)
    manager = factories.UserFactory(manager=True, incident=incident)
    with pytest.raises(RuleBroken) as refused:
        approve(by=manager, batch=batch, lines_sha256=batch.lines_sha256)
    assert refused.value.code == "lines_wait"
    batch.refresh_from_db()
    assert (batch.state, batch.approvals.count()) == ("submitted", 0)
