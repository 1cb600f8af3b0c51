"""Deciding claims: one set-based run under one policy version, and single decisions that supersede."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.register.settled import hold_payments, paid
from committee.decisions.adjustments import Adjustment, replace_open
from committee.decisions.budgets import bind_correction, bind_run
from committee.decisions.models import Decision, DecisionRun
from committee.decisions.selectors import unclassified_claims, undecided_claims
from committee.decisions.statements import SAID_COLUMNS, said, verdicts
from committee.plan.policies import TierPolicy
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs
from relief.money import MAX_WON

if TYPE_CHECKING:
    from relief.accounts.models import User

DECIDE = "committee.decide"
BY_HAND = (Decision.Outcome.SUPPORTED, Decision.Outcome.REVIEW, Decision.Outcome.NOT_ELIGIBLE)
"""The outcomes that a person may give; missing proof is what a policy finds."""


def start_run(*, by: User, policy: TierPolicy) -> DecisionRun:
    """Ask for a run of an adopted policy over all claims of its incident that have no decision; a job carries it out.

    Raises NotAllowed, RuleBroken(policy_not_adopted, nothing_to_decide).
    """
    require(by, "committee.run_decisions")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.start_run"):
        policy = TierPolicy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
        refuse_unless_adopted(policy.state)
        if not undecided_claims(policy.incident_id).exists():
            raise RuleBroken(
                _("Every classified claim has its decision already; there is nothing to decide."),
                code="nothing_to_decide",
            )
        run = DecisionRun.objects.create(
            incident_id=policy.incident_id, policy=policy, run_by=by, created_at=clock.now()
        )
        run.job = jobs.enqueue(kind=DECIDE, by=by, subject_key=run.pk, incident_id=policy.incident_id)
        run.save(update_fields=("job",))
    return run


def refuse_unless_adopted(state: str) -> None:
    if state != TierPolicy.State.ADOPTED:
        raise RuleBroken(
            _("Only an adopted policy decides claims. Have it adopted, or run the adopted version."),
            code="policy_not_adopted",
        )


def decide(job: jobs.Run) -> dict[str, Any]:
    """Carry out a decision run: one statement decides every undecided, classified claim; a second time adds nothing.

    The policy row is locked until the decisions are committed, so that a version adopted meanwhile waits and every
    decision of the run carries one version. What the decisions give is committed in the measure's budget in the same
    transaction: a run that exceeds it fails, and decides nothing. Returns {"decided", "unclassified"} as counts.
    """
    run = DecisionRun.objects.select_related("policy__measure__book", "run_by").get(pk=job.job.subject_key)
    waiting = undecided_claims(run.incident_id).count()
    job.advance(done=0, total=waiting)
    with database_rules(), transaction.atomic():
        job.hold()
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM committee_tierpolicy WHERE id = %s FOR SHARE", [run.policy_id])
            refuse_unless_adopted(cursor.fetchone()[0])
        decided, won = _insert_decisions(run)
        bind_run(run, won)
        # Inside the transaction: a run that somebody asked to cancel meanwhile decides nothing.
        job.advance(done=decided, total=decided)
    return {"decided": decided, "unclassified": unclassified_claims(run.incident_id).count()}


def _insert_decisions(run: DecisionRun) -> tuple[int, int]:
    """Decide the claims of a run that have no decision; return how many, and the won they get in all."""
    heads = verdicts(run.policy)
    undecided = "NOT EXISTS (SELECT FROM committee_decision d WHERE d.claim_id = c.id AND d.supersedes_id IS NULL)"
    rows = said(run.policy, where=undecided)
    columns = ", ".join(SAID_COLUMNS)
    # In the order of the claims: two runs at once then wait for each other instead of deadlocking.
    statement = f"""
        WITH {heads.sql}, decided AS (
            INSERT INTO committee_decision ({columns}, run_id, policy_id, decided_by_id, decided_at, reason)
            SELECT said.*, %s, %s, %s, %s, '' FROM ({rows.sql} ORDER BY c.id) said
            ON CONFLICT (claim_id) WHERE supersedes_id IS NULL DO NOTHING
            RETURNING amount
        ) SELECT count(*), COALESCE(sum(amount), 0) FROM decided
    """  # noqa: S608 - built of our own column names, values are parameters
    who: list[Any] = [run.pk, run.policy_id, run.run_by_id, clock.now()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*heads.parameters, *who, *rows.parameters])
        decided, won = cursor.fetchone()
    return decided, int(won)


def supersede(*, by: User, decision: Decision, outcome: str, amount: int, reason: str) -> Decision:
    """Put a new decision in the place of a standing one, with the facts as they were and the reason; return it.

    Where the claim is paid, the difference stands as an accepted adjustment, to be paid or recovered.

    `amount` in won, 0 unless the outcome is "supported". Raises NotAllowed,
    RuleBroken(superseding_needs_reason, unknown_outcome, amount_too_large, decision_superseded, changes_nothing,
    only_supported_claims_get_money, budget_is_not_exceeded).
    """
    require(by, "committee.supersede_decision")
    return write_correction(by=by, decision=decision, outcome=outcome, amount=amount, reason=reason)


def write_correction(*, by: User, decision: Decision, outcome: str, amount: int, reason: str) -> Decision:
    """Do what `supersede` does for a caller that has checked its own permission, such as who ends an objection."""
    if not reason.strip():
        raise RuleBroken(_("Say why the decision is changed."), code="superseding_needs_reason")
    if outcome not in BY_HAND:
        raise RuleBroken(_("Choose support, the committee, or not eligible."), code="unknown_outcome")
    if amount > MAX_WON:
        raise RuleBroken(_("No amount may exceed 1,000 trillion won."), code="amount_too_large")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.supersede", reason=reason):
        hold_payments(decision.claim.incident_id)
        old = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
        if Decision.objects.filter(supersedes=old).exists():
            raise RuleBroken(
                _("A later decision stands in the place of this one. Open that one."), code="decision_superseded"
            )
        if (old.outcome, old.amount) == (outcome, amount):
            raise RuleBroken(_("The decision says this already; nothing would change."), code="changes_nothing")
        new = Decision.objects.create(
            claim_id=old.claim_id,
            outcome=outcome,
            reason_code=Decision.Reason.CORRECTION,
            amount=amount,
            fact_loss=old.fact_loss,
            fact_reporter_type=old.fact_reporter_type,
            fact_pricing=old.fact_pricing,
            fact_nature=old.fact_nature,
            fact_admission=old.fact_admission,
            fact_operator_kind=old.fact_operator_kind,
            fact_service_id=old.fact_service_id,
            fact_round_id=old.fact_round_id,
            fact_evidence=old.fact_evidence,
            decided_by=by,
            decided_at=clock.now(),
            supersedes=old,
            reason=reason.strip(),
        )
        bind_correction(by=by, old=old, new=new)
        replace_open(Adjustment.objects.filter(decision=old))
        if new.amount != old.amount and _is_paid(old.claim_id):
            Adjustment.objects.create(
                claim_id=old.claim_id,
                decision=old,
                outcome=new.outcome,
                amount=new.amount,
                difference=new.amount - old.amount,
                state=Adjustment.State.ACCEPTED,
                created_at=new.decided_at,
                settled_by=by,
                settled_at=new.decided_at,
                reason=new.reason,
                followed_by=new,
            )
    return new


def _is_paid(claim_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {paid(str(int(claim_id)))}")
        return bool(cursor.fetchone()[0])
