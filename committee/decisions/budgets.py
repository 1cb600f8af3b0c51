"""What decisions bind of a measure's budget: one entry a run, a correction or an answer to proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from committee.decisions.adjustments import Adjustment
from committee.decisions.models import Decision, DecisionRun
from committee.ledger import services as ledger
from committee.ledger.models import Book
from committee.plan.budgets import subject_of

if TYPE_CHECKING:
    from relief.accounts.models import User


def bind_run(run: DecisionRun, won: int) -> None:
    """Commit what the new decisions of a run add to the budget, or take back what they give less.

    A first run takes it out of what its policy reserved; deciding anew takes it from what is available, because the
    reservation is for the claims without a decision. Raises RuleBroken(budget_is_not_exceeded,
    uncommit_exceeds_committed, one_entry_per_reference).
    """
    book, reason = run.policy.measure.book, str(run)
    if won > 0:
        ledger.commit(
            by=run.run_by,
            book=book,
            won=won,
            reference=f"run:{run.pk}",
            subject=subject_of(run.policy),
            from_reserved=0 if run.is_again else None,
            reason=reason,
        )
    else:
        _bind(run.run_by, book, won, reference=f"run:{run.pk}", reason=reason)


def bind_correction(*, by: User, old: Decision, new: Decision) -> None:
    """Commit what a superseding decision gives more, or take back what it gives less; raises as `bind_run` does.

    The budget is that of the measure whose policy decided the claim first.
    """
    first = Decision.objects.select_related("policy__measure__book").get(claim=old.claim_id, supersedes=None)
    if first.policy is not None:
        won = new.amount - old.amount
        _bind(by, first.policy.measure.book, won, reference=f"decision:{new.pk}", reason=new.reason)


def bind_adjustments(*, by: User, run: DecisionRun, rows: Sequence[Adjustment], reason: str) -> None:
    """Commit or take back what accepted proposals of a run change together; raises as `bind_run` does."""
    won = sum(row.difference for row in rows)
    # A proposal is accepted once, so the lowest of them names the act.
    _bind(by, run.policy.measure.book, won, reference=f"adjustment:{min(row.pk for row in rows)}", reason=reason)


def _bind(by: User, book: Book, won: int, *, reference: str, reason: str) -> None:
    if won > 0:
        ledger.commit(by=by, book=book, won=won, reference=reference, reason=reason)
    elif won < 0:
        ledger.uncommit(by=by, book=book, won=-won, reference=reference, reason=reason)
