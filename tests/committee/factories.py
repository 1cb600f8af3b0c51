"""Claims decided and composed through the real services, as the tests of the committee start from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from claims.models import Claim
from committee.decisions.services import start_run
from committee.models import Batch, Decision, DecisionRun, Objection, TierPolicy
from committee.payouts.exports import export
from committee.payouts.services import approve, compose, submit
from committee.plan.services import Conditions, adopt_policy, draft_policy, propose_policy
from committee.plan.terms import TierDraft
from committee.review.services import Came, assign, receive
from relief import clock
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories

BOUNDS = (1, 299_999, 300_000, 300_001, 500_000, 500_001)
"""The losses at which a tier begins or ends."""


def classified(incident: Any, losses: Iterable[int | None], **claim: Any) -> list[Claim]:
    """Register and classify one claim a loss."""
    rule_set = factories.RuleSetFactory(incident=incident)
    service = claim.pop("service", None) or factories.ServiceFactory(incident=incident)
    made = [factories.ClaimFactory(incident=incident, service=service, claimed_loss=loss, **claim) for loss in losses]
    for row in made:
        factories.ClassificationFactory(claim=row, rule_set=rule_set)
    return made


def adopted_policy(incident: Any) -> TierPolicy:
    """The committee's three tiers, adopted."""
    return factories.TierPolicyFactory(incident=incident, adopted=True)


THIRD = (TierDraft(300_000, 30_000), TierDraft(500_000, 50_000), TierDraft(1_000_000, 70_000), TierDraft(None))
"""The committee's tiers with a third one."""


def next_version(incident: Any, tiers: Sequence[TierDraft] = THIRD, **conditions: Any) -> TierPolicy:
    """Draft, propose and adopt another version of the measure in force."""
    secretary = factories.UserFactory(secretary=True, incident=incident)
    measure = TierPolicy.objects.get(incident=incident, state="adopted").measure
    policy = draft_policy(by=secretary, measure=measure, tiers=tiers, conditions=Conditions(**conditions))
    propose_policy(by=secretary, policy=policy)
    chair = factories.UserFactory(chair=True, incident=incident)
    return adopt_policy(by=chair, policy=policy, resolution="제3차 전체 회의 의결 1호")


def carried_out(job: Job | None) -> Job:
    """Carry the job out here and now and return it as it ended."""
    assert job is not None
    carry_out(job.pk)
    job.refresh_from_db()
    return job


def decided(incident: Any, losses: Iterable[int | None] = (200_000, 400_000, 900_000), **claim: Any) -> DecisionRun:
    """Register, classify and decide claims under an adopted policy."""
    classified(incident, losses, **claim)
    policy = TierPolicy.objects.filter(incident=incident, state="adopted").first() or adopted_policy(incident)
    run = start_run(by=factories.UserFactory(secretary=True, incident=incident), policy=policy)
    assert carried_out(run.job).state == Job.State.DONE, run.job.error
    return run


def drafted(incident: Any, *, by: User | None = None, **selection: str) -> Batch:
    """Compose a batch of everything payable and return it as a draft."""
    composer = by or factories.UserFactory(finance=True, incident=incident)
    batch = compose(by=composer, incident=incident, selection=selection)
    job = carried_out(batch.job)
    assert job.state == Job.State.DONE, job.error
    batch.refresh_from_db()
    return batch


def submitted(incident: Any, *, by: User | None = None) -> Batch:
    """A batch that waits for another person."""
    batch = drafted(incident, by=by)
    return submit(by=batch.composed_by, batch=batch)


def approved(incident: Any, *, by: User | None = None) -> Batch:
    """A batch with another person's approval."""
    batch = submitted(incident, by=by)
    manager = factories.UserFactory(manager=True, incident=incident)
    return approve(by=manager, batch=batch, lines_sha256=batch.lines_sha256)


def exported(incident: Any, **selection: str) -> Batch:
    """A batch whose money has left: composed, approved, its bank file made."""
    batch = drafted(incident, **selection)
    batch = submit(by=batch.composed_by, batch=batch)
    manager = factories.UserFactory(manager=True, incident=incident)
    batch = approve(by=manager, batch=batch, lines_sha256=batch.lines_sha256)
    export(by=factories.UserFactory(finance=True, incident=incident), batch=batch)
    batch.refresh_from_db()
    return batch


def objected(claim: Any, *, by: User | None = None, **said: Any) -> Objection:
    """An objection to the standing decision of a claim, received today by a call."""
    intake = by or factories.UserFactory(intake_staff=True, incident=claim.incident)
    decision = Decision.objects.filter(claim=claim).standing().get()
    given = {"ground": "loss", "grounds": "손실을 잘못 읽었습니다.", "received_on": clock.today()} | said
    return receive(by=intake, decision=decision, came=Came(channel="call"), **given)


def examined(claim: Any, *, reviewer: User | None = None, **said: Any) -> Objection:
    """An objection that a member of the committee examines."""
    member = reviewer or factories.UserFactory(committee_member=True, incident=claim.incident)
    secretary = factories.UserFactory(secretary=True, incident=claim.incident)
    return assign(by=secretary, objection=objected(claim, **said), reviewer=member)
