"""Decision runs and superseding decisions: what they write, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from committee.decisions.selectors import shares_of, undecided_claims
from committee.decisions.services import start_run, supersede
from committee.models import Decision, DecisionRun
from committee.plan.services import withdraw_policy
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.jobs.models import Job
from tests import factories
from tests.committee.factories import BOUNDS, adopted_policy, carried_out, classified, decided

pytestmark = pytest.mark.django_db


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


def test_run_decides_every_bound(incident: Any) -> None:
    run = decided(incident, BOUNDS)
    rows = run.decisions.order_by("fact_loss").values_list("fact_loss", "outcome", "amount", "tier__number")
    assert list(rows) == [
        (1, "supported", 30_000, 1),
        (299_999, "supported", 30_000, 1),
        (300_000, "supported", 30_000, 1),
        (300_001, "supported", 50_000, 2),
        (500_000, "supported", 50_000, 2),
        (500_001, "review", 0, 3),
    ]


def test_run_tells_the_others_why_not(incident: Any) -> None:
    affiliate = factories.ServiceFactory(incident=incident, affiliate=True)
    classified(incident, (100,), service=affiliate)
    classified(incident, (100,), admission="late")
    classified(incident, (None, 0))
    classified(incident, (100,), reporter_type="general_user")
    decided(incident, ())
    reasons = Decision.objects.order_by("claim_id").values_list("outcome", "reason_code", "amount", "tier")
    words = ["affiliate", "not_admitted", "inquiry", "inquiry", "reporter_type"]
    assert list(reasons) == [("not_eligible", word, 0, None) for word in words]


def test_small_business_without_a_sum_gets_no_loss(incident: Any) -> None:
    (claim,) = classified(incident, (None,))
    claim.classification.nature = "monetary"
    claim.classification.save()
    decided(incident, ())
    assert Decision.objects.get().reason_code == "no_loss"


def test_decision_keeps_the_facts_it_rested_on(incident: Any) -> None:
    run = decided(incident, (420_000,))
    decision = Decision.objects.get()
    claim = decision.claim
    claim.claimed_loss, claim.admission = 1, "late"
    claim.save()
    claim.classification.reporter_type = "general_user"
    claim.classification.save()
    decision.refresh_from_db()
    facts = (decision.fact_loss, decision.fact_admission, decision.fact_reporter_type, decision.fact_nature)
    assert facts == (420_000, "regular", "small_business", "monetary")
    assert (decision.fact_pricing, decision.fact_operator_kind) == ("free", "company")
    assert (decision.run, decision.policy, decision.decided_by) == (run, run.policy, run.run_by)


def test_run_passes_over_unclassified_claims_and_counts_them(incident: Any) -> None:
    unclassified = factories.ClaimFactory(incident=incident)
    run = decided(incident, (1,))
    assert run.job is not None
    assert run.job.outcome == {"decided": 1, "unclassified": 1}
    assert not unclassified.decisions.exists()


def test_run_leaves_other_incidents_alone(incident: Any) -> None:
    elsewhere = classified(factories.IncidentFactory(), (1,))[0]
    decided(incident, (1,))
    assert not elsewhere.decisions.exists()


def test_second_run_decides_only_what_is_new(incident: Any) -> None:
    first = decided(incident, (1,))
    second = decided(incident, (2, 3))
    assert (first.decisions.count(), second.decisions.count()) == (1, 2)


def test_run_with_nothing_to_decide_is_refused(incident: Any, user_as: Any) -> None:
    run = decided(incident, (1,))
    assert code_of(start_run, by=user_as("secretary"), policy=run.policy) == "nothing_to_decide"


def test_run_of_a_draft_is_refused(incident: Any, user_as: Any) -> None:
    classified(incident, (1,))
    draft = factories.TierPolicyFactory(incident=incident)
    assert code_of(start_run, by=user_as("secretary"), policy=draft) == "policy_not_adopted"
    assert DecisionRun.objects.count() == 0


def test_run_whose_policy_was_withdrawn_before_it_began_decides_nothing(incident: Any, user_as: Any) -> None:
    classified(incident, (1,))
    policy = adopted_policy(incident)
    run = start_run(by=user_as("secretary"), policy=policy)
    withdraw_policy(by=user_as("chair"), policy=policy, reason="x")
    assert carried_out(run.job).state == Job.State.FAILED
    assert Decision.objects.count() == 0


def test_run_needs_its_permission(incident: Any, user_as: Any) -> None:
    classified(incident, (1,))
    with pytest.raises(NotAllowed):
        start_run(by=user_as("chair"), policy=adopted_policy(incident))


def test_run_takes_as_many_statements_for_many_claims_as_for_one(incident: Any, user_as: Any) -> None:
    counts = []
    policy = adopted_policy(incident)
    for losses in ((1,), tuple(range(1, 41))):
        classified(incident, losses)
        run = start_run(by=user_as("secretary"), policy=policy)
        with CaptureQueriesContext(connection) as queries:
            assert carried_out(run.job).state == Job.State.DONE
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_run_delivered_twice_decides_once(incident: Any, user_as: Any) -> None:
    classified(incident, (1, 2))
    run = start_run(by=user_as("secretary"), policy=adopted_policy(incident))
    carried_out(run.job)
    carried_out(run.job)
    assert Decision.objects.count() == 2


def test_shares_add_up_per_outcome_reason_and_tier(incident: Any) -> None:
    run = decided(incident, (1, 2, 300_001, 500_001, None))
    rows = [(s.outcome, s.reason_code, s.tier_number, s.claims, s.cost) for s in shares_of(run)]
    assert rows == [
        ("supported", "tier", 1, 2, 60_000),
        ("supported", "tier", 2, 1, 50_000),
        ("review", "above_tiers", 3, 1, 0),
        ("not_eligible", "inquiry", None, 1, 0),
    ]
    assert undecided_claims(incident.pk).count() == 0


@pytest.mark.parametrize(("outcome", "amount"), [("supported", 70_000), ("not_eligible", 0), ("review", 0)])
def test_supersede_puts_a_new_decision_in_place(incident: Any, outcome: str, amount: int) -> None:
    decided(incident, (1,))
    first = Decision.objects.get()
    by = factories.UserFactory(is_superuser=True)
    second = supersede(by=by, decision=first, outcome=outcome, amount=amount, reason=" 증빙 확인 ")
    assert (second.supersedes, second.reason, second.reason_code) == (first, "증빙 확인", "correction")
    assert (second.fact_loss, second.fact_admission, second.decided_by) == (1, "regular", by)
    assert list(Decision.objects.standing()) == [second]
    first.refresh_from_db()
    assert (first.outcome, first.amount) == ("supported", 30_000)


def test_supersede_is_refused_where_it_makes_no_sense(incident: Any) -> None:
    decided(incident, (1,))
    first = Decision.objects.get()
    common: dict[str, Any] = {"by": factories.UserFactory(is_superuser=True), "decision": first}
    no_reason = {**common, "outcome": "supported", "amount": 1, "reason": " "}
    assert code_of(supersede, **no_reason) == "superseding_needs_reason"
    same = {**common, "outcome": "supported", "amount": 30_000, "reason": "x"}
    assert code_of(supersede, **same) == "changes_nothing"
    money_for_none = {**common, "outcome": "not_eligible", "amount": 1, "reason": "x"}
    assert code_of(supersede, **money_for_none) == "only_supported_claims_get_money"
    for outcome, amount, code in (
        ("supported", 10**30, "amount_too_large"),
        ("proof_missing", 0, "unknown_outcome"),
        ("granted", 1, "unknown_outcome"),
    ):
        assert code_of(supersede, **common, outcome=outcome, amount=amount, reason="x") == code
    supersede(**common, outcome="review", amount=0, reason="x")
    again = {**common, "outcome": "supported", "amount": 1, "reason": "x"}
    assert code_of(supersede, **again) == "decision_superseded"


def test_supersede_needs_its_permission(incident: Any, user_as: Any) -> None:
    decided(incident, (1,))
    with pytest.raises(NotAllowed):
        supersede(by=user_as("secretary"), decision=Decision.objects.get(), outcome="review", amount=0, reason="x")


def test_decisions_are_append_only(incident: Any) -> None:
    decided(incident, (1,))
    for write in (lambda: Decision.objects.update(amount=1), lambda: Decision.objects.all().delete()):
        with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
            write()
        assert refused.value.code == "decisions_are_append_only"
