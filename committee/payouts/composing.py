"""Filling a batch: one set-based statement, as a job."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from committee.payouts.models import Batch
from committee.payouts.selectors import payable
from committee.payouts.services import locked, refuse_empty
from relief.errors import database_rules
from relief.jobs import services as jobs
from relief.jobs.models import Job

_COLUMNS = ("claim_id", "pk", "amount", "claim__name", "claim__bank_code", "claim__account_sealed")


def fill(job: jobs.Run) -> dict[str, Any]:
    """Carry out the composition of a batch: freeze who gets what on which account, then make it a draft.

    All in one transaction: a worker that dies leaves no line. A claim that another batch takes at the same moment is
    left to it. Returns {"payments", "won"}. Raises RuleBroken(nothing_payable) where nothing was left.
    """
    with database_rules(), transaction.atomic():
        job.hold()
        batch = locked(Batch(pk=job.job.subject_key))
        if batch.state != Batch.State.COMPOSING:
            return {"payments": batch.line_count, "won": batch.line_sum}
        _insert_lines(batch)
        totals = batch.payments.aggregate(lines=Count("pk"), last=Max("line"), won=Sum("amount"))
        refuse_empty(filled=totals["lines"] > 0)
        if totals["last"] > totals["lines"]:
            _close_gaps(batch, last=totals["last"])
        Batch.STATES.move(batch, Batch.State.DRAFT, line_count=totals["lines"], line_sum=totals["won"])
        # Inside the transaction: who asked to cancel meanwhile gets no line.
        job.advance(done=batch.line_count, total=batch.line_count)
    return {"payments": batch.line_count, "won": batch.line_sum}


def _insert_lines(batch: Batch) -> None:
    rows, parameters = (
        payable(batch.incident_id, batch.selection).order_by().values_list(*_COLUMNS).query.sql_with_params()
    )
    # In the order of the claims: two compositions at once then wait for each other instead of deadlocking.
    statement = f"""
        INSERT INTO committee_payment
            (batch_id, line, claim_id, decision_id, amount, payee_name, bank_code, account_sealed, is_live)
        SELECT %s, row_number() OVER (ORDER BY q.claim_id), q.*, TRUE
        FROM ({rows}) AS q (claim_id, decision_id, amount, payee_name, bank_code, account_sealed)
        ORDER BY q.claim_id
        ON CONFLICT (claim_id) WHERE is_live DO NOTHING
    """  # noqa: S608 - built by the ORM, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, [batch.pk, *parameters])


def _close_gaps(batch: Batch, *, last: int) -> None:
    """Number the lines 1, 2, 3 … again where another batch took some: first out of the way, then into place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE committee_payment p SET line = n.line + %s FROM (SELECT id, row_number() OVER (ORDER BY line) "
            "AS line FROM committee_payment WHERE batch_id = %s) n WHERE p.id = n.id",
            [last, batch.pk],
        )
        cursor.execute("UPDATE committee_payment SET line = line - %s WHERE batch_id = %s", [last, batch.pk])


def give_up(job: Job) -> None:
    """Cancel the batch of a composition that failed or was cancelled: it holds no line."""
    with transaction.atomic():
        batch = locked(Batch(pk=job.subject_key))
        if batch.state == Batch.State.COMPOSING:
            Batch.STATES.move(batch, Batch.State.CANCELLED, reason=job.error[:500])
