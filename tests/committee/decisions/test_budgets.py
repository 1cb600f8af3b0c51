"""What decisions commit of a measure's budget: with a run, never beyond the budget, and less after a correction."""

from __future__ import annotations

from typing import Any

import pytest

from committee.decisions.adjusting import accept
from committee.decisions.redeciding import start_again
from committee.decisions.services import start_run, supersede
from committee.ledger.selectors import check_books, standing_of
from committee.ledger.services import set_budget
from committee.models import Adjustment, Book, Decision, TierPolicy
from committee.plan.services import adopt_policy, propose_policy
from committee.plan.terms import TierDraft
from relief.errors import RuleBroken
from relief.jobs.models import Job
from tests import factories
from tests.committee.factories import carried_out, classified, decided, exported, next_version

pytestmark = pytest.mark.django_db


def balances(incident: Any) -> dict[str, int]:
    standing = standing_of(Book.objects.get(incident=incident))
    return {account: won for account, won in standing.won.items() if won}


def adopted(incident: Any, user_as: Any) -> TierPolicy:
    policy = propose_policy(by=user_as("secretary"), policy=factories.TierPolicyFactory(incident=incident))
    return adopt_policy(by=user_as("chair"), policy=policy, resolution="1호")


def test_run_commits_its_sum_out_of_the_reservation_first(incident: Any, user_as: Any) -> None:
    classified(incident, [200_000, 400_000])
    policy = adopted(incident, user_as)
    classified(incident, [100_000])
    set_budget(by=user_as("manager"), book=policy.measure.book, won=200_000, reason="x")
    assert balances(incident)["reserved"] == 80_000
    run = decided(incident, ())
    assert balances(incident) == {"source": -200_000, "available": 90_000, "committed": 110_000}
    entry = policy.measure.book.entries.get(kind="commit")
    assert (entry.reference, entry.by) == (f"run:{run.pk}", run.run_by)
    assert check_books(incident) == []


def test_run_beyond_the_budget_fails_with_the_sentence_and_decides_nothing(incident: Any, user_as: Any) -> None:
    policy = factories.TierPolicyFactory(incident=incident, adopted=True)
    classified(incident, [200_000, 400_000])
    set_budget(by=user_as("manager"), book=policy.measure.book, won=79_999, reason="x")
    job = carried_out(start_run(by=user_as("secretary"), policy=policy).job)
    assert job.state == Job.State.FAILED
    assert "79,999" in job.error
    assert not Decision.objects.exists()
    assert "committed" not in balances(incident)


def test_run_that_gives_nothing_enters_nothing(incident: Any) -> None:
    run = decided(incident, [900_000])
    assert not run.policy.measure.book.entries.exists()


def test_correction_takes_back_what_it_gives_less_and_commits_what_it_gives_more(incident: Any, user_as: Any) -> None:
    decided(incident, [200_000, 900_000])
    chair = factories.UserFactory(is_superuser=True, incident=incident)
    low, high = Decision.objects.order_by("fact_loss")
    lower = supersede(by=chair, decision=low, outcome="not_eligible", amount=0, reason="x")
    assert balances(incident) == {}
    supersede(by=chair, decision=high, outcome="supported", amount=90_000, reason="x")
    supersede(by=chair, decision=lower, outcome="supported", amount=10_000, reason="x")
    assert balances(incident)["committed"] == Decision.objects.standing().get(claim=low.claim).amount + 90_000
    set_budget(by=user_as("manager"), book=Book.objects.get(), won=100_000, reason="x")
    standing = Decision.objects.standing().get(claim=high.claim)
    with pytest.raises(RuleBroken) as refused:
        supersede(by=chair, decision=standing, outcome="supported", amount=90_001, reason="x")
    assert refused.value.code == "budget_is_not_exceeded"
    assert Decision.objects.standing().get(claim=high.claim) == standing


def test_deciding_anew_commits_the_difference(incident: Any, user_as: Any) -> None:
    decided(incident, [200_000, 700_000])
    policy = next_version(incident)
    assert carried_out(start_again(by=user_as("secretary"), policy=policy, reason="x", seen=1).job).state == "done"
    assert balances(incident) == {"available": -100_000, "committed": 100_000}
    lower = next_version(incident, tiers=(TierDraft(1_000_000, 10_000), TierDraft(None)))
    assert carried_out(start_again(by=user_as("secretary"), policy=lower, reason="x", seen=2).job).state == "done"
    assert balances(incident) == {"available": -20_000, "committed": 20_000}


def test_accepted_proposals_commit_their_difference(incident: Any, user_as: Any) -> None:
    decided(incident, [200_000, 400_000])
    exported(incident)
    policy = next_version(incident, tiers=(TierDraft(500_000, 60_000), TierDraft(None)))
    carried_out(start_again(by=user_as("secretary"), policy=policy, reason="x", seen=2).job)
    assert balances(incident)["committed"] == 80_000
    accept(by=user_as("manager"), adjustments=Adjustment.objects.all(), reason="x")
    assert balances(incident)["committed"] == 120_000
    assert check_books(incident) == []
