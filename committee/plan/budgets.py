"""What a tier policy in force reserves of its measure's budget: the cost of the claims that have no decision yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from claims.register.settled import settled
from committee.ledger import services as ledger
from committee.ledger.selectors import reserved_for
from committee.plan.models import Measure
from committee.plan.policies import TierPolicy
from committee.plan.rules import VERDICT_COLUMNS, amount_sql, branch_sql, verdicts_sql
from committee.plan.selectors import CLAIM_COLUMNS, FACTS_FROM, policy_branches

if TYPE_CHECKING:
    from relief.accounts.models import User


def subject_of(policy: TierPolicy) -> str:
    """Return the name under which the ledger keeps what a policy reserved."""
    return f"policy:{policy.pk}"


def expected_cost(policy: TierPolicy) -> int:
    """Return what a policy gives to the classified claims of its incident that have no decision, in won; one query."""
    branches = policy_branches(policy)
    case, case_parameters = branch_sql(branches, CLAIM_COLUMNS)
    verdicts, verdict_parameters = verdicts_sql(branches)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v ({VERDICT_COLUMNS}) AS ({verdicts}), "  # noqa: S608 - built of our own column names
            f"f AS (SELECT {case} AS branch, c.claimed_loss AS loss FROM {FACTS_FROM} "
            f"WHERE c.incident_id = %s AND NOT {settled('c.id')}) "
            f"SELECT COALESCE(sum({amount_sql('v', 'f.loss')}), 0) FROM f JOIN v USING (branch)",
            [*verdict_parameters, *case_parameters, policy.incident_id],
        )
        return int(cursor.fetchone()[0])


def move_reservation(*, by: User, to: TierPolicy) -> None:
    """Release what earlier versions still have reserved, and reserve what the adopted one is expected to give.

    For `adopt_policy`, in its transaction. Raises RuleBroken(budget_is_not_exceeded) with what is missing.
    """
    end_reservations(by=by, measure=to.measure)
    won = expected_cost(to)
    if won:
        subject = subject_of(to)
        ledger.reserve(by=by, book=to.measure.book, won=won, reference=subject, subject=subject, reason=str(to))


def end_reservations(*, by: User, measure: Measure) -> None:
    """Release what policies of the measure that are no longer in force still have reserved."""
    for policy in TierPolicy.objects.filter(measure=measure, adopted_at__isnull=False).exclude(
        state=TierPolicy.State.ADOPTED
    ):
        subject = subject_of(policy)
        won = reserved_for(measure.book, subject)
        if won:
            ledger.release(
                by=by,
                book=measure.book,
                won=won,
                reference=f"{subject}:ended",
                subject=subject,
                reason=str(policy),
            )
