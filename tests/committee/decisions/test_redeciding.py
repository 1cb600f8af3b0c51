"""Deciding anew: only what differs, never what people decided or what is paid."""

from __future__ import annotations

from typing import Any

import pytest

from claims.evidence.services import check
from claims.models import Claim
from committee.decisions.adjusting import accept, dismiss
from committee.decisions.redeciding import Difference, differences, first_changed, start_again
from committee.decisions.services import start_run, supersede
from committee.models import Adjustment, Decision, TierPolicy
from committee.payouts.exports import export
from committee.payouts.services import submit
from committee.plan.terms import TierDraft
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.models import Job
from relief.money import MAX_WON
from tests import factories
from tests.committee.factories import approved, carried_out, classified, decided, drafted, exported, next_version

pytestmark = pytest.mark.django_db

LOSSES = (200_000, 400_000, 700_000, 2_000_000)


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def decided_again(user_as: Any, policy: TierPolicy, seen: int, reason: str = "3구간 신설") -> dict[str, Any]:
    run = start_again(by=user_as("secretary"), policy=policy, reason=reason, seen=seen)
    job = carried_out(run.job)
    assert job.state == Job.State.DONE, job.error
    return job.outcome


def standing() -> dict[int | None, tuple[str, int, int | None]]:
    """Return (outcome, won, version) of the standing decision by loss."""
    rows = Decision.objects.standing().values_list("fact_loss", "outcome", "amount", "policy__number")
    return {loss: (outcome, won, number) for loss, outcome, won, number in rows}


def test_only_what_differs_is_decided_anew(incident: Any, user_as: Any) -> None:
    decided(incident, LOSSES)
    policy = next_version(incident)
    assert differences(policy) == [
        Difference("review", "supported", is_paid=False, claims=1, won_before=0, won_after=70_000)
    ]
    assert [(row.loss, row.won_before, row.won_after) for row in first_changed(policy)] == [(700_000, 0, 70_000)]
    assert decided_again(user_as, policy, 1) == {"decided": 1, "proposed": 0, "won": 70_000}
    assert standing() == {
        200_000: ("supported", 30_000, 1),
        400_000: ("supported", 50_000, 1),
        700_000: ("supported", 70_000, 2),
        2_000_000: ("review", 0, 1),
    }
    new = Decision.objects.get(supersedes__isnull=False)
    assert (new.reason, new.supersedes.outcome, new.run.is_again) == ("3구간 신설", "review", True)
    assert differences(policy) == []
    again = {"by": user_as("secretary"), "policy": policy, "reason": "x", "seen": 1}
    assert code_of(start_again, **again) == "nothing_would_change"


def test_decision_of_a_person_stays(incident: Any, user_as: Any) -> None:
    decided(incident, (700_000,))
    supersede(
        by=factories.UserFactory(chair=True, incident=incident),
        decision=Decision.objects.get(),
        outcome="not_eligible",
        amount=0,
        reason="영업에 쓰지 않음",
    )
    assert differences(next_version(incident)) == []


def test_proof_that_came_is_decided_anew_under_the_same_version(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    tiers = (TierDraft(300_000, 30_000), TierDraft(None, 90_000, needs_proof=True))
    policy = next_version(incident, tiers, required_evidence=["proof_of_lost_sales"])
    claim = classified(incident, (800_000,))[0]
    assert carried_out(start_run(by=user_as("secretary"), policy=policy).job).outcome["decided"] == 1
    first = Decision.objects.get(claim=claim)
    assert (first.outcome, first.missing_evidence) == ("proof_missing", ["proof_of_lost_sales"])
    paper = factories.EvidenceFactory(claim=claim, kind="proof_of_lost_sales")
    check(by=user_as("intake_staff"), evidence=paper, verdict="accepted", version=paper.version)
    assert decided_again(user_as, policy, 1)["won"] == 90_000
    assert standing()[800_000] == ("supported", 90_000, 2)
    assert Decision.objects.get(claim=claim, supersedes=first).fact_evidence == ["proof_of_lost_sales"]


def test_paid_claim_gets_a_proposal_and_no_decision(incident: Any, user_as: Any) -> None:
    decided(incident, LOSSES)
    exported(incident)
    before = standing()
    policy = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(500_000, 20_000), TierDraft(None)))
    assert [(row.is_paid, row.claims) for row in differences(policy)] == [(True, 2)]
    assert decided_again(user_as, policy, 2) == {"decided": 0, "proposed": 2, "won": 0}
    assert standing() == before
    proposals = {row.decision.fact_loss: row for row in Adjustment.objects.all()}
    assert {loss: (row.amount, row.difference, row.state) for loss, row in proposals.items()} == {
        200_000: (40_000, 10_000, "open"),
        400_000: (20_000, -30_000, "open"),
    }
    assert differences(policy) == []

    manager = user_as("manager")
    assert accept(by=manager, adjustments=[proposals[200_000]], reason="추가 지급") == 1
    assert dismiss(by=manager, adjustments=[proposals[400_000]], reason="회수하지 않음") == 1
    assert standing()[200_000] == ("supported", 40_000, 2)
    assert standing()[400_000] == ("supported", 50_000, 1)
    accepted = Adjustment.objects.get(state="accepted")
    assert (accepted.followed_by.amount, accepted.settled_by, accepted.reason) == (40_000, manager, "추가 지급")
    assert differences(policy) == []
    for act in (accept, dismiss):
        refused = code_of(act, by=manager, adjustments=[accepted], reason="x")
        assert refused == "adjustment_moves_as_its_table_says"


def test_proposal_whose_facts_changed_is_not_accepted(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    exported(incident)
    policy = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(None)))
    decided_again(user_as, policy, 1)
    Claim.objects.update(claimed_loss=300_001)
    proposal = Adjustment.objects.get()
    assert code_of(accept, by=user_as("manager"), adjustments=[proposal], reason="x") == "facts_changed"
    assert (Decision.objects.count(), Adjustment.objects.get().state) == (1, "open")


def test_settling_needs_a_reason_a_right_and_another_person(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    exported(incident)
    policy = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(None)))
    both = factories.UserFactory(roles=("secretary", "manager"), incident=incident)
    carried_out(start_again(by=both, policy=policy, reason="x", seen=1).job)
    proposal = Adjustment.objects.get()
    for act in (accept, dismiss):
        assert code_of(act, by=user_as("manager"), adjustments=[proposal], reason=" ") == "reason_missing"
        assert code_of(act, by=both, adjustments=[proposal], reason="x") == "runner_settles_nothing"
        with pytest.raises(NotAllowed):
            act(by=user_as("secretary"), adjustments=[proposal], reason="x")
    assert Adjustment.objects.get().state == "open"


def test_correction_of_a_claim_is_paid_leaves_the_difference(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000, 400_000))
    exported(incident, tier="1")
    chair = factories.UserFactory(chair=True, incident=incident)
    for decision in Decision.objects.order_by("amount"):
        supersede(by=chair, decision=decision, outcome="supported", amount=45_000, reason="이의 인용")
    row = Adjustment.objects.get()
    assert (row.difference, row.state, row.followed_by.amount, row.run) == (15_000, "accepted", 45_000, None)


def test_run_anew_is_refused_without_reason_or_on_other_counts(incident: Any, user_as: Any) -> None:
    decided(incident, (700_000,))
    policy, secretary = next_version(incident), user_as("secretary")
    again = {"by": secretary, "policy": policy}
    assert code_of(start_again, **again, reason=" ", seen=1) == "deciding_anew_needs_reason"
    assert code_of(start_again, **again, reason="x", seen=2) == "set_moved"
    superseded = TierPolicy.objects.get(number=1)
    assert code_of(start_again, by=secretary, policy=superseded, reason="x", seen=1) == "policy_not_adopted"
    with pytest.raises(NotAllowed):
        start_again(by=user_as("chair"), policy=policy, reason="x", seen=1)
    assert Decision.objects.count() == 1


def test_claim_in_a_batch_that_has_not_left_is_decided_anew_and_the_batch_refused(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    batch = drafted(incident)
    policy = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(None)))
    assert decided_again(user_as, policy, 1) == {"decided": 1, "proposed": 0, "won": 10_000}
    assert code_of(submit, by=batch.composed_by, batch=batch) == "lines_outdated"
    assert not Adjustment.objects.exists()


def test_approved_batch_with_a_corrected_decision_does_not_leave(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000,))
    batch = approved(incident)
    chair = factories.UserFactory(chair=True, incident=incident)
    supersede(by=chair, decision=Decision.objects.get(), outcome="supported", amount=45_000, reason="이의 인용")
    finance = factories.UserFactory(finance=True, incident=incident)
    assert code_of(export, by=finance, batch=batch) == "lines_outdated"
    assert not Adjustment.objects.exists()


def test_later_run_replaces_open_proposals(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000, 250_000))
    exported(incident)
    first = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(None)))
    assert decided_again(user_as, first, 2)["proposed"] == 2
    second = next_version(incident, (TierDraft(300_000, 45_000), TierDraft(None)))
    old = Adjustment.objects.order_by("pk").first()
    assert code_of(accept, by=user_as("manager"), adjustments=[old], reason="x") == "policy_not_adopted"
    assert decided_again(user_as, second, 2)["proposed"] == 2
    states = sorted(Adjustment.objects.values_list("amount", "state"))
    assert states == [(40_000, "replaced"), (40_000, "replaced"), (45_000, "open"), (45_000, "open")]
    back = next_version(incident, (TierDraft(300_000, 30_000), TierDraft(None)))
    assert differences(back) == []


def test_correction_replaces_the_open_proposal_and_the_rest_is_accepted(incident: Any, user_as: Any) -> None:
    decided(incident, (200_000, 250_000, 260_000))
    exported(incident)
    policy = next_version(incident, (TierDraft(300_000, 40_000), TierDraft(None)))
    decided_again(user_as, policy, 3)
    chair = factories.UserFactory(chair=True, incident=incident)
    corrected = Decision.objects.get(fact_loss=200_000)
    supersede(by=chair, decision=corrected, outcome="supported", amount=60_000, reason="증빙")
    Claim.objects.filter(claimed_loss=250_000).update(claimed_loss=400_000)
    states = dict(Adjustment.objects.values_list("decision__fact_loss", "state").filter(run__isnull=False))
    assert states == {200_000: "replaced", 250_000: "open", 260_000: "open"}
    assert accept(by=user_as("manager"), adjustments=Adjustment.objects.filter(state="open"), reason="x") == 1
    assert Adjustment.objects.get(state="open").decision.fact_loss == 250_000
    assert standing()[200_000] == ("supported", 60_000, None)


def test_sums_above_any_integer_are_told(incident: Any) -> None:
    decided(incident, [1] * 3)
    policy = next_version(incident, (TierDraft(None, MAX_WON),))
    Decision.objects.count()
    assert [row.won_after for row in differences(policy)] == [3 * MAX_WON]
