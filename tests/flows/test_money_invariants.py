"""A seeded walk of acts with faults over the plan, decisions and batches: the money holds after every step."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Sum

from claims.models import Claim
from committee.decisions.adjusting import accept, dismiss
from committee.decisions.redeciding import differences, start_again
from committee.decisions.services import start_run, supersede
from committee.decisions.verifying import Verification, verify
from committee.ledger.selectors import check_books, standing_of
from committee.ledger.services import set_budget
from committee.models import Adjustment, Batch, Decision, Objection, Payment, TierPolicy
from committee.payouts.exports import export
from committee.payouts.services import approve, cancel, compose, submit
from committee.plan.services import adopt_policy, draft_policy, propose_policy
from committee.plan.terms import TierDraft
from committee.review.services import change, uphold, withdraw
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories
from tests.committee.factories import classified, examined, objected

pytestmark = pytest.mark.django_db

STEPS = 70


class Walk:
    """One incident with its people; `step` does one act chosen by chance, refused or not."""

    def __init__(self, incident: Any, seed: int) -> None:
        self.incident, self.chance = incident, Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.people = {
            role: factories.UserFactory(roles=(role,), incident=incident)
            for role in ("secretary", "chair", "manager", "finance", "committee_member", "intake_staff")
        }
        classified(incident, [self.loss() for _ in range(12)])
        self.policy = factories.TierPolicyFactory(incident=incident, adopted=True)
        self.acts = [getattr(self, name) for name in sorted(vars(type(self))) if name.startswith("act_")]

    def loss(self) -> int | None:
        return self.chance.choice([None, 0, 1, 299_999, 300_000, 300_001, 500_000, 500_001, 10**6, 10**8])

    def step(self) -> None:
        act = self.chance.choice(self.acts)
        try:
            act()
            self.done[act.__name__] += 1
        except RuleBroken as refusal:
            self.refused[refusal.code] += 1

    def one_of(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise RuleBroken("nothing", code="nothing_there")
        return self.chance.choice(found)

    def carry(self, job: Job | None) -> None:
        assert job is not None
        if carry_out(job.pk) == Job.State.FAILED:
            job.refresh_from_db()
            raise RuleBroken(job.error, code="job_failed")

    def adopted(self) -> TierPolicy:
        return TierPolicy.objects.get(incident=self.incident, state="adopted")

    def act_register(self) -> None:
        service = Claim.objects.filter(incident=self.incident).first().service
        classified(self.incident, [self.loss() for _ in range(3)], service=service)

    def act_correct_the_loss(self) -> None:
        claim = self.one_of(Claim.objects.filter(incident=self.incident))
        Claim.objects.filter(pk=claim.pk).update(claimed_loss=self.loss())

    def act_budget(self) -> None:
        won = self.chance.randint(0, 900_000)
        set_budget(by=self.people["manager"], book=self.adopted().measure.book, won=won, reason="x")

    def act_adopt(self) -> None:
        tops = sorted(self.chance.sample(range(100_000, 900_000, 100_000), 2))
        drafts = [TierDraft(top, self.chance.choice([None, 10_000, 35_000])) for top in tops]
        share = TierDraft(None, None, 500, 20_000, 80_000)
        tiers = [*drafts, self.chance.choice([TierDraft(None), share])]
        secretary = self.people["secretary"]
        policy = draft_policy(by=secretary, measure=self.policy.measure, tiers=tiers)
        propose_policy(by=secretary, policy=policy)
        adopt_policy(by=self.people["chair"], policy=policy, resolution="의결")

    def act_decide(self) -> None:
        self.carry(start_run(by=self.people["secretary"], policy=self.adopted()).job)

    def act_decide_anew(self) -> None:
        policy = self.adopted()
        seen = sum(row.claims for row in differences(policy))
        self.carry(start_again(by=self.people["secretary"], policy=policy, reason="x", seen=seen).job)

    def act_correct(self) -> None:
        decision = self.one_of(Decision.objects.filter(claim__incident=self.incident).standing())
        outcome = self.chance.choice(["supported", "review", "not_eligible"])
        amount = self.chance.choice([5_000, 90_000]) if outcome == "supported" else 0
        by = self.people[self.chance.choice(["chair", "manager"])]
        supersede(by=by, decision=decision, outcome=outcome, amount=amount, reason="x")

    def act_settle(self) -> None:
        proposal = self.one_of(Adjustment.objects.filter(claim__incident=self.incident, state="open"))
        settle = self.chance.choice([accept, dismiss])
        by = self.people[self.chance.choice(["manager", "manager", "secretary"])]
        settle(by=by, adjustments=[proposal], reason="x")

    def act_object(self) -> None:
        decision = self.one_of(Decision.objects.filter(claim__incident=self.incident).standing())
        if self.chance.random() < 0.3:
            objected(decision.claim, by=self.people["intake_staff"])
            return
        objection = examined(decision.claim, reviewer=self.people["committee_member"])
        told = {"by": self.people["committee_member"], "objection": objection, "reasons": "x"}
        if self.chance.random() < 0.5:
            uphold(**told)
        else:
            change(**told, outcome="supported", amount=self.chance.choice([1_000, 120_000]))

    def act_withdraw_objection(self) -> None:
        row = self.one_of(Objection.objects.filter(claim__incident=self.incident, state__in=["received", "assigned"]))
        withdraw(by=self.people["intake_staff"], objection=row, reason="x")

    def act_compose(self) -> None:
        self.carry(compose(by=self.people["finance"], incident=self.incident, selection={}).job)

    def act_submit_and_approve(self) -> None:
        batch = self.one_of(Batch.objects.filter(incident=self.incident, state="draft"))
        batch = submit(by=self.people["finance"], batch=batch)
        by = self.people[self.chance.choice(["manager", "finance"])]
        approve(by=by, batch=batch, lines_sha256=batch.lines_sha256)

    def act_export(self) -> None:
        export(
            by=self.people["finance"], batch=self.one_of(Batch.objects.filter(incident=self.incident, state="approved"))
        )

    def act_cancel(self) -> None:
        cancel(
            by=self.people["finance"],
            batch=self.one_of(Batch.objects.filter(incident=self.incident, state="draft")),
            reason="x",
        )


def hold(walk: Walk) -> None:
    """Assert what must be true of the money at any time."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    standing = Decision.objects.filter(claim__incident=walk.incident).standing()
    assert not standing.values("claim").annotate(found=Count("pk")).filter(found__gt=1).exists()
    book = walk.adopted().measure.book
    won = standing_of(type(book).objects.get(pk=book.pk))
    assert won.of("committed") == (standing.aggregate(won=Sum("amount"))["won"] or 0)
    assert list(check_books(walk.incident)) == []
    assert sum(won.won.values()) == 0
    if won.is_limited:
        assert min(value for account, value in won.won.items() if account != "source") >= 0
    found = Verification()
    assert list(verify(found, incident_id=walk.incident.pk)) == []
    live = Payment.objects.filter(is_live=True, batch__incident=walk.incident)
    assert not live.values("claim").annotate(found=Count("pk")).filter(found__gt=1).exists()
    for payment in live.select_related("decision"):
        assert payment.amount == payment.decision.amount
    for payment in live.filter(batch__state="exported"):
        accepted = Adjustment.objects.filter(claim=payment.claim_id, state="accepted")
        owed = accepted.aggregate(won=Sum("difference"))["won"] or 0
        assert standing.get(claim=payment.claim_id).amount == payment.amount + owed


@pytest.mark.parametrize("seed", range(4))
def test_money_holds_after_every_act(incident: Any, seed: int) -> None:
    walk = Walk(incident, seed)
    for _ in range(STEPS):
        walk.step()
        hold(walk)
    assert len(walk.done) >= 8, walk.done
    assert len(walk.refused) >= 3, walk.refused


def test_same_seed_takes_the_same_walk(incident: Any) -> None:
    ends = []
    for place in (incident, factories.IncidentFactory()):
        walk = Walk(place, 7)
        for _ in range(15):
            walk.step()
        amounts = Decision.objects.filter(claim__incident=place).standing().values_list("amount", flat=True)
        ends.append((walk.done, walk.refused, sorted(amounts)))
    assert ends[0] == ends[1]
