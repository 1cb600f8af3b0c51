"""The facts then and now, and what the policy says of them."""

from __future__ import annotations

from typing import Any

import pgtrigger
import pytest

from claims.evidence.services import check
from claims.models import Claim, Classification
from committee.models import Decision
from committee.review.comparing import advice_on, compared, facts_now, facts_then
from tests import factories
from tests.committee.factories import decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(incident: Any) -> Decision:
    decided(incident, (200_000,))
    return Decision.objects.select_related("claim").get()


def test_facts_of_an_untouched_claim_are_those_it_was_decided_on(decision: Decision) -> None:
    now = facts_now(decision.claim)
    assert facts_then(decision) == now
    assert [fact for fact in compared(decision, now) if fact.differs] == []


def test_what_was_corrected_handed_in_and_classified_since_differs(
    decision: Decision, user_as: Any, private_folder: Any
) -> None:
    claim = decision.claim
    Claim.objects.filter(pk=claim.pk).update(claimed_loss=600_000)
    Classification.objects.filter(claim=claim).update(reporter_type="enterprise")
    paper = factories.EvidenceFactory(claim=claim, kind="proof_of_lost_sales")
    check(by=user_as("intake_staff"), evidence=paper, verdict="accepted", version=paper.version)
    claim = Claim.objects.get(pk=claim.pk)
    now = facts_now(claim)
    assert now is not None
    differing = [fact for fact in compared(decision, now) if fact.differs]
    assert [(fact.then, fact.now) for fact in differing[:1]] == [("200,000원", "600,000원")]
    assert len(differing) == 3
    advice = advice_on(decision, now)
    assert advice is not None
    assert (advice.outcome, advice.amount) == ("not_eligible", 0)


def test_facts_that_were_not_kept_are_not_said_to_differ(decision: Decision) -> None:
    with pgtrigger.ignore("committee.Decision:append_only"):
        Decision.objects.update(fact_service=None, fact_round=None)
    decision.refresh_from_db()
    assert [fact for fact in compared(decision, facts_now(decision.claim)) if fact.differs] == []


def test_claim_without_classification_has_no_facts_and_no_advice(decision: Decision) -> None:
    Classification.objects.filter(claim=decision.claim).delete()
    now = facts_now(decision.claim)
    assert (now, advice_on(decision, now)) == (None, None)
    assert {(fact.now, fact.differs) for fact in compared(decision, now)} == {("–", False)}
