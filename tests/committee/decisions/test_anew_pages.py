"""The pages that decide anew, correct, and settle what is proposed for claims in payment."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from committee.models import Adjustment, Decision, DecisionRun
from committee.plan.terms import TierDraft
from relief.site.home import cards_for
from tests import factories
from tests.committee.factories import carried_out, decided, exported, next_version

pytestmark = pytest.mark.django_db

RAISED = (TierDraft(300_000, 40_000), TierDraft(None))


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_{name}", args=args)


@pytest.fixture
def proposed(incident: Any, user_as: Any, signed_in: Any) -> DecisionRun:
    """A run that decided one claim anew on the page, and proposed a top-up for one in payment."""
    decided(incident, (200_000, 400_000))
    exported(incident, tier="1")
    next_version(incident, RAISED)
    client = signed_in(user_as("secretary"))
    page = client.get(address("decisionrun_again"))
    shown = page.content.decode()
    assert "+10,000원" in shown
    assert "-50,000원" in shown
    answer = client.post(
        address("decisionrun_again"), {"reason": "금액 인상", "seen": page.context["form"]["seen"].value()}
    )
    run = DecisionRun.objects.get(is_again=True)
    assert answer.url == address("decisionrun_change", run.pk)
    assert carried_out(run.job).outcome == {"decided": 1, "proposed": 1, "won": -50_000}
    return run


def test_page_without_a_difference_says_so(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, (200_000,))
    client = signed_in(user_as("secretary"))
    assert "할 일이 없습니다" in client.get(address("decisionrun_again")).content.decode()
    answer = client.post(address("decisionrun_again"), {"reason": "x", "seen": 0})
    assert answer.status_code == 200
    assert not DecisionRun.objects.filter(is_again=True).exists()


def test_page_without_a_policy_says_so(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("secretary"))
    assert "시행 중인 지원 기준" in client.get(address("decisionrun_again")).content.decode()
    assert client.post(address("decisionrun_again"), {"reason": "x", "seen": 0}).status_code == 200


def test_manager_accepts_a_proposal_of_a_run(proposed: DecisionRun, user_as: Any, signed_in: Any) -> None:
    manager = user_as("manager")
    assert [card.count for card in cards_for(manager) if "회수" in str(card.title)] == [1]
    client = signed_in(manager)
    page = client.get(address("decisionrun_change", proposed.pk)).content.decode()
    assert "이미 지급된 1건" in page
    assert "+10,000원" in client.get(address("decisionrun_accept", proposed.pk)).content.decode()
    assert client.post(address("decisionrun_accept", proposed.pk), {"reason": "x", "seen": 2}).status_code == 200
    assert Adjustment.objects.get().state == "open"
    assert (
        client.post(address("decisionrun_accept", proposed.pk), {"reason": "인상분 지급", "seen": 1}).status_code == 302
    )
    row = Adjustment.objects.get()
    assert (row.state, row.followed_by.amount) == ("accepted", 40_000)
    assert "+10,000원" in client.get(address("adjustment_change", row.pk)).content.decode()
    again = client.post(address("adjustment_accept", row.pk), {"reason": "x"})
    assert again.status_code == 200
    assert Decision.objects.filter(claim=row.claim).count() == 2


def test_manager_dismisses_one_proposal(proposed: DecisionRun, user_as: Any, signed_in: Any) -> None:
    row = Adjustment.objects.get()
    client = signed_in(user_as("manager"))
    assert client.post(address("adjustment_dismiss", row.pk), {"reason": ""}).status_code == 200
    assert client.post(address("adjustment_dismiss", row.pk), {"reason": "소액", "seen": 1}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason, row.followed_by) == ("dismissed", "소액", None)


def test_proposals_of_another_incident_are_not_found(proposed: DecisionRun, user_as: Any, signed_in: Any) -> None:
    elsewhere = factories.UserFactory(manager=True, incident=factories.IncidentFactory())
    client = signed_in(elsewhere)
    for name, key in (("adjustment_accept", Adjustment.objects.get().pk), ("decisionrun_accept", proposed.pk)):
        assert client.post(address(name, key), {"reason": "x"}).status_code == 404
    assert Adjustment.objects.get().state == "open"


@pytest.mark.parametrize(
    ("form", "answered"),
    [
        ({"outcome": "supported", "amount": 45_000, "reason": "증빙 확인"}, 302),
        ({"outcome": "not_eligible", "amount": "", "reason": "중복"}, 302),
        ({"outcome": "supported", "amount": "", "reason": "x"}, 200),
        ({"outcome": "review", "amount": 1, "reason": "x"}, 200),
        ({"outcome": "proof_missing", "reason": "x"}, 200),
        ({"outcome": "supported", "amount": 30_000, "reason": "x"}, 200),
        ({"outcome": "supported", "amount": 31_000, "reason": ""}, 200),
    ],
)
def test_chair_corrects_a_decision(incident: Any, user_as: Any, signed_in: Any, form: Any, answered: int) -> None:
    decided(incident, (200_000,))
    first = Decision.objects.get()
    client = signed_in(user_as("chair"))
    answer = client.post(address("decision_correct", first.pk), form)
    assert answer.status_code == answered
    if answered == 200:
        assert Decision.objects.count() == 1
        return
    new = Decision.objects.get(supersedes=first)
    assert (new.outcome, new.amount, new.reason) == (form["outcome"], form["amount"] or 0, form["reason"])
    assert answer.url == address("decision_change", new.pk)
    before = client.get(address("decision_change", first.pk)).content.decode()
    assert address("decision_change", new.pk) in before
    assert address("decision_correct", first.pk) not in before
