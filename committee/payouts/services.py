"""Batches from composing to approval: one person composes and submits, another approves or sends back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.payouts.filters import CandidateFilter
from committee.payouts.lines import totals_of
from committee.payouts.models import Approval, Batch
from committee.payouts.selectors import outdated_lines, payable, waiting_lines
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs

if TYPE_CHECKING:
    from relief.accounts.models import User

COMPOSE = "committee.compose"
_NAMED = 3


def compose(*, by: User, incident: Incident, selection: Mapping[str, str], form_key: uuid.UUID | None = None) -> Batch:
    """Open a batch of what the selection finds payable and have a job fill it; return it in state "composing".

    `selection` holds words of `CandidateFilter`; `form_key` is the form's own, so that a form sent twice composes
    once. Raises NotAllowed, RuleBroken(selection_not_understood, nothing_payable, one_batch_per_form).
    """
    require(by, "committee.compose_batch")
    words = CandidateFilter.selection_of(selection)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.compose"):
        Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident.pk)
        if form_key is None or not Batch.objects.filter(form_key=form_key).exists():
            refuse_empty(filled=payable(incident.pk, words).exists())
        last = Batch.objects.filter(incident=incident).aggregate(last=Max("number"))["last"]
        batch = Batch.objects.create(
            incident=incident,
            number=(last or 0) + 1,
            selection=words,
            composed_by=by,
            composed_at=clock.now(),
            form_key=form_key,
        )
        batch.job = jobs.enqueue(kind=COMPOSE, by=by, subject_key=batch.pk, incident_id=incident.pk)
        batch.save(update_fields=("job",))
    return batch


def refuse_empty(*, filled: bool) -> None:
    """Raise RuleBroken(nothing_payable) for a batch that would hold no payment."""
    if not filled:
        raise RuleBroken(
            _("Nothing of this selection is payable now: widen the filter, or wait for decisions."),
            code="nothing_payable",
        )


def locked(batch: Batch) -> Batch:
    """Return the batch freshly read and locked until the transaction ends."""
    return Batch.objects.select_for_update(of=("self",)).select_related("composed_by").get(pk=batch.pk)


def _require_state(batch: Batch, *states: str) -> None:
    if batch.state not in states:
        raise RuleBroken(
            _("This step does not follow from the present state (%(state)s). Reload the page to see it.")
            % {"state": batch.get_state_display()},
            code=Batch.STATES.rule,
        )


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(_("Say why: the reason is kept with the batch."), code="reason_missing")
    return reason.strip()


def refuse_outdated(batch: Batch) -> None:
    """Raise RuleBroken(lines_outdated) where a line's decision no longer stands: nothing of it may be paid."""
    count = outdated_lines(batch).count()
    if count:
        raise RuleBroken(
            _("%(count)s claims of this batch were decided anew. Cancel the batch and compose again.")
            % {"count": count},
            code="lines_outdated",
        )


def _refuse_waiting(batch: Batch) -> None:
    rows = waiting_lines(batch).select_related("claim").order_by("line")
    first = [str(row.claim) for row in rows[:_NAMED]]
    if first:
        raise RuleBroken(
            _(
                "%(count)s claims of this batch wait for a word on duplicates (%(claims)s …). Settle them, or cancel "
                "the batch and compose again: they are left out then."
            )
            % {"count": rows.count(), "claims": ", ".join(first)},
            code="lines_wait",
        )


def submit(*, by: User, batch: Batch) -> Batch:
    """Freeze the lines of one's own draft under a check sum and put it before another person; return it.

    Raises NotAllowed, RuleBroken(batch_moves_as_its_table_says, composer_submits, lines_outdated, lines_wait,
    nothing_payable).
    """
    require(by, "committee.compose_batch")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.submit_batch"):
        batch = locked(batch)
        _require_state(batch, Batch.State.DRAFT)
        if batch.composed_by_id != by.pk:
            raise RuleBroken(
                _("Only who composed the batch submits it: %(name)s.") % {"name": batch.composed_by},
                code="composer_submits",
            )
        refuse_outdated(batch)
        _refuse_waiting(batch)
        totals = totals_of(batch)
        refuse_empty(filled=totals.count > 0)
        Batch.STATES.move(
            batch,
            Batch.State.SUBMITTED,
            submission=batch.submission + 1,
            submitted_at=clock.now(),
            line_count=totals.count,
            line_sum=totals.won,
            lines_sha256=totals.sha256,
        )
    return batch


def _give_verdict(*, by: User, batch: Batch, verdict: str, lines_sha256: str, reason: str) -> Batch:
    batch = locked(batch)
    _require_state(batch, Batch.State.SUBMITTED)
    if batch.composed_by_id == by.pk:
        raise RuleBroken(
            _("Who composed the batch cannot approve it. Ask another manager."), code="approver_is_not_composer"
        )
    if batch.lines_sha256 != lines_sha256:
        raise RuleBroken(_("The batch changed after you opened it. Look at it again."), code="approval_binds_the_lines")
    Approval.objects.create(
        batch=batch,
        submission=batch.submission,
        lines_sha256=lines_sha256,
        verdict=verdict,
        reason=reason,
        approved_by=by,
        at=clock.now(),
    )
    return batch


def approve(*, by: User, batch: Batch, lines_sha256: str) -> Batch:
    """Approve a submitted batch that somebody else composed, bound to the check sum the approver was shown.

    The lines are read and summed again first. Raises NotAllowed, RuleBroken(batch_moves_as_its_table_says,
    approver_is_not_composer, approval_binds_the_lines, lines_altered, lines_outdated, lines_wait).
    """
    require(by, "committee.approve_batch")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.approve_batch"):
        batch = _give_verdict(
            by=by, batch=batch, verdict=Approval.Verdict.APPROVED, lines_sha256=lines_sha256, reason=""
        )
        refuse_outdated(batch)
        _refuse_waiting(batch)
        refuse_altered(batch, totals_of(batch).sha256)
        Batch.STATES.move(batch, Batch.State.APPROVED)
    return batch


def refuse_altered(batch: Batch, sha256: str) -> None:
    """Raise RuleBroken(lines_altered) unless the lines still give the check sum they were submitted under."""
    if sha256 != batch.lines_sha256:
        raise RuleBroken(
            _("The lines differ from those submitted; the approval is void. Withdraw the batch and look into it."),
            code="lines_altered",
        )


def send_back(*, by: User, batch: Batch, lines_sha256: str, reason: str) -> Batch:
    """Give a submitted batch back to its composer with a reason; it becomes a draft again.

    Raises NotAllowed, RuleBroken(reason_missing, batch_moves_as_its_table_says, approver_is_not_composer,
    approval_binds_the_lines).
    """
    require(by, "committee.approve_batch")
    reason = _require_reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.send_back_batch", reason=reason):
        batch = _give_verdict(
            by=by, batch=batch, verdict=Approval.Verdict.SENT_BACK, lines_sha256=lines_sha256, reason=reason
        )
        Batch.STATES.move(batch, Batch.State.DRAFT, reason=reason)
    return batch


def withdraw(*, by: User, batch: Batch, reason: str) -> Batch:
    """Take a submitted or approved batch back to draft before the bank has it; an approval given lapses.

    Raises NotAllowed, RuleBroken(reason_missing, batch_moves_as_its_table_says).
    """
    require(by, "committee.compose_batch")
    reason = _require_reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.withdraw_batch", reason=reason):
        batch = locked(batch)
        _require_state(batch, Batch.State.SUBMITTED, Batch.State.APPROVED)
        Batch.STATES.move(batch, Batch.State.DRAFT, reason=reason)
    return batch


def cancel(*, by: User, batch: Batch, reason: str) -> Batch:
    """Give up a draft: its claims are payable again, in another batch.

    Raises NotAllowed, RuleBroken(reason_missing, batch_moves_as_its_table_says).
    """
    require(by, "committee.compose_batch")
    reason = _require_reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.cancel_batch", reason=reason):
        batch = locked(batch)
        _require_state(batch, Batch.State.DRAFT)
        batch.payments.update(is_live=False)
        Batch.STATES.move(batch, Batch.State.CANCELLED, reason=reason)
    return batch
