"""Deciding claims anew under the adopted policy: what would differ, and the run that writes only that.

Decisions made by people stay, and so do claims whose money has left for the bank: what would differ for those becomes a
proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.register.settled import hold_payments, paid
from committee.decisions.budgets import bind_run
from committee.decisions.models import DecisionRun
from committee.decisions.services import refuse_unless_adopted
from committee.decisions.statements import SAID_COLUMNS, said, verdicts
from committee.plan.policies import TierPolicy
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from relief.accounts.models import User

DECIDE_AGAIN = "committee.decide_again"
SAMPLE = 50

_STANDING = "NOT EXISTS (SELECT FROM committee_decision later WHERE later.supersedes_id = d.id)"
_OF_MEASURE = f"d.policy_id IN (SELECT id FROM committee_tierpolicy WHERE measure_id = %s) AND {_STANDING}"  # noqa: S608
_BEFORE = (
    ", d.id AS decision_id, d.outcome AS was, d.reason_code AS reason_before, d.amount AS won_before, "
    "d.missing_evidence::text[] AS missing_before"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Claims whose outcome goes from `was` to `becomes`, with the won they get in all before and after."""

    was: str
    becomes: str
    is_paid: bool
    claims: int
    won_before: int
    won_after: int


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """One claim that would be decided otherwise."""

    claim_id: int
    receipt_number: str
    decision_id: int
    loss: int | None
    was: str
    won_before: int
    becomes: str
    won_after: int
    is_paid: bool


_TO_DO = "(NOT is_paid OR (amount <> won_before AND NOT is_asked))"
"""What a run would write: a new decision, or a proposal that nobody was asked yet."""


@contextmanager
def changed_claims(policy: TierPolicy, *, keys: Sequence[int] | None = None) -> Iterator[CursorWrapper]:
    """Lay the temporary table `changed` for the transaction: what the policy says otherwise than the standing decision.

    Only decisions that a policy of the same measure made are compared; `keys` are the claims looked at (None: all).
    """
    heads = verdicts(policy)
    rows = said(
        policy,
        extra=_BEFORE,
        joins="JOIN committee_decision d ON d.claim_id = c.id",
        where=_OF_MEASURE if keys is None else f"{_OF_MEASURE} AND c.id = ANY (%s)",
        values=[policy.measure_id] if keys is None else [policy.measure_id, list(keys)],
    )
    # What people were asked already, and have not answered or have dismissed, they are not asked again.
    asked = (
        "EXISTS (SELECT FROM committee_adjustment a WHERE a.decision_id = again.decision_id "
        "AND a.amount = again.amount AND a.state IN ('open', 'dismissed'))"
    )
    compared = (
        f"SELECT again.*, {paid('again.claim_id')} AS is_paid, {asked} AS is_asked FROM again "  # noqa: S608 - ours
        "WHERE (was, reason_before, won_before, missing_before) "
        "IS DISTINCT FROM (outcome, reason_code, amount, missing_evidence)"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS changed")
        cursor.execute(
            f"CREATE TEMP TABLE changed ON COMMIT DROP AS WITH {heads.sql}, again AS ({rows.sql}) {compared}",
            [*heads.parameters, *rows.parameters],
        )
        yield cursor


def differences(policy: TierPolicy) -> list[Difference]:
    """Return what deciding anew would change, by outcome before and after; paid claims apart, with money only."""
    with transaction.atomic(), changed_claims(policy) as cursor:
        cursor.execute(
            "SELECT was, outcome, is_paid, count(*), sum(won_before), sum(amount) FROM changed "  # noqa: S608 - ours
            f"WHERE {_TO_DO} GROUP BY 1, 2, 3 ORDER BY 3, 4 DESC, 1, 2"
        )
        return [
            Difference(was, becomes, is_paid, claims, int(before), int(after))
            for was, becomes, is_paid, claims, before, after in cursor.fetchall()
        ]


def first_changed(policy: TierPolicy) -> list[ChangedClaim]:
    """Return the first `SAMPLE` claims that deciding anew would change, those with the greatest difference first."""
    with transaction.atomic(), changed_claims(policy) as cursor:
        cursor.execute(
            "SELECT claim_id, c.receipt_number, decision_id, fact_loss, was, won_before, outcome, amount, is_paid "  # noqa: S608
            f"FROM changed JOIN claims_claim c ON c.id = claim_id WHERE {_TO_DO} "
            "ORDER BY abs(amount - won_before) DESC, claim_id LIMIT %s",
            [SAMPLE],
        )
        return [ChangedClaim(*row) for row in cursor.fetchall()]


def start_again(*, by: User, policy: TierPolicy, reason: str, seen: int) -> DecisionRun:
    """Ask for the decided claims of the policy's incident to be decided anew; a job carries it out. Return the run.

    `seen` is the number of claims that the person confirmed.
    Raises NotAllowed, RuleBroken(deciding_anew_needs_reason, policy_not_adopted, nothing_would_change, set_moved).
    """
    require(by, "committee.run_decisions")
    if not reason.strip():
        raise RuleBroken(_("Say why the claims are decided anew."), code="deciding_anew_needs_reason")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.start_again", reason=reason):
        policy = TierPolicy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
        refuse_unless_adopted(policy.state)
        found = sum(difference.claims for difference in differences(policy))
        if not found:
            raise RuleBroken(
                _("Every decision says already what the policy says; nothing would change."),
                code="nothing_would_change",
            )
        if found != seen:
            raise RuleBroken(
                _("The differences are others than the page showed: %(count)s claims now. Look at them again.")
                % {"count": f"{found:,}"},
                code="set_moved",
            )
        run = DecisionRun.objects.create(
            incident_id=policy.incident_id,
            policy=policy,
            run_by=by,
            created_at=clock.now(),
            is_again=True,
            reason=reason.strip()[:500],
        )
        run.job = jobs.enqueue(kind=DECIDE_AGAIN, by=by, subject_key=run.pk, incident_id=policy.incident_id)
        run.save(update_fields=("job",))
    return run


def decide_again(job: jobs.Run) -> dict[str, Any]:
    """Carry out a run that decides anew: supersede what differs, and propose what differs for paid claims.

    All in one transaction under one version; a second time finds nothing to change.
    Returns {"decided", "proposed", "won"}: counts of claims, and the won that the new decisions add (less: negative).
    """
    run = DecisionRun.objects.select_related("policy__measure__book", "run_by").get(pk=job.job.subject_key)
    with database_rules(), transaction.atomic():
        job.hold()
        with connection.cursor() as cursor:
            # Alone: a second run waits, and then finds nothing to change.
            cursor.execute("SELECT state FROM committee_tierpolicy WHERE id = %s FOR NO KEY UPDATE", [run.policy_id])
            refuse_unless_adopted(cursor.fetchone()[0])
        hold_payments(run.incident_id)
        with changed_claims(run.policy) as cursor:
            _replace(cursor, run)
            decided = _supersede(cursor, run)
            proposed = _propose(cursor, run)
            cursor.execute(
                "SELECT COALESCE(sum(d.amount - o.amount), 0) FROM committee_decision d "
                "JOIN committee_decision o ON o.id = d.supersedes_id WHERE d.run_id = %s",
                [run.pk],
            )
            won = int(cursor.fetchone()[0])
        bind_run(run, won)
        # Inside the transaction: a run that somebody asked to cancel meanwhile decides nothing.
        job.advance(done=decided + proposed, total=decided + proposed)
    return {"decided": decided, "proposed": proposed, "won": won}


def _supersede(cursor: CursorWrapper, run: DecisionRun) -> int:
    columns = ", ".join(SAID_COLUMNS)
    cursor.execute(
        f"INSERT INTO committee_decision ({columns}, run_id, policy_id, decided_by_id, decided_at, reason, "  # noqa: S608
        f"supersedes_id) SELECT {columns}, %s, %s, %s, %s, %s, decision_id FROM changed WHERE NOT is_paid "
        # A correction that a person writes at the same moment goes first.
        "ORDER BY claim_id ON CONFLICT (supersedes_id) DO NOTHING",
        [run.pk, run.policy_id, run.run_by_id, clock.now(), run.reason],
    )
    return int(cursor.rowcount)


def _replace(cursor: CursorWrapper, run: DecisionRun) -> None:
    """End the open proposals of the incident that this run does not make again."""
    cursor.execute(
        "UPDATE committee_adjustment a SET state = 'replaced', settled_at = %s FROM claims_claim c "
        "WHERE c.id = a.claim_id AND c.incident_id = %s AND a.state = 'open' AND NOT EXISTS (SELECT FROM changed "
        "WHERE changed.is_paid AND (changed.decision_id, changed.amount) = (a.decision_id, a.amount))",
        [clock.now(), run.incident_id],
    )


def _propose(cursor: CursorWrapper, run: DecisionRun) -> int:
    cursor.execute(
        "INSERT INTO committee_adjustment (claim_id, decision_id, run_id, outcome, amount, difference, state, "
        "created_at, reason) SELECT claim_id, decision_id, %s, outcome, amount, amount - won_before, 'open', %s, '' "
        "FROM changed WHERE is_paid AND amount <> won_before AND NOT is_asked ORDER BY claim_id "
        "ON CONFLICT (claim_id) WHERE state = 'open' DO NOTHING",
        [run.pk, clock.now()],
    )
    return int(cursor.rowcount)
