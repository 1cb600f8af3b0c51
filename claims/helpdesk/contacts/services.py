"""Recording contacts and carrying out next steps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.helpdesk.contacts.models import STEP_STATES, Contact, NextStep, StepState
from claims.register.assigning import assignees
from claims.register.models import Claim
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.work_helpdesk"
MOST_AT_ONCE = 500
"""Steps that one act ends or assigns."""


@dataclass(frozen=True, slots=True)
class StepDraft:
    """What is to be done next: in words, by which Seoul day, by whom (None: whoever comes first)."""

    what: str
    due_on: date | None = None
    assignee: User | None = None


def record_contact(
    *,
    by: User,
    incident: Incident,
    claim: Claim | None,
    kind: str,
    channel: str,
    direction: str,
    text: str,
    step: StepDraft | None = None,
) -> Contact:
    """Keep what was said, and with a `step` what follows; return the contact. Without a claim it can be linked later.

    Raises NotAllowed, RuleBroken(text_missing, contact_words_are_known, contact_stays_within_its_incident,
    step_needs_claim, step_says_what, assignee_not_on_incident, day_is_past).
    """
    require(by, PERMISSION)
    if not text.strip():
        raise RuleBroken(_("Write what was said."), code="text_missing")
    if step is not None and claim is None:
        raise RuleBroken(_("A next step belongs to a claim. Link the contact to one first."), code="step_needs_claim")
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.record_contact"):
        contact = Contact.objects.create(
            incident=incident,
            claim=claim,
            kind=kind,
            channel=channel,
            direction=direction,
            text=text.strip(),
            by=by,
            at=clock.now(),
        )
        if step is not None and claim is not None:
            _add(by=by, claim=claim, step=step, contact=contact)
    return contact


def link_contact(*, by: User, contact: Contact, claim: Claim) -> Contact:
    """Say whose contact it was, once; return it.

    Raises NotAllowed, RuleBroken(contacts_are_append_only, contact_stays_within_its_incident).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.link_contact"):
        linked = Contact.objects.filter(pk=contact.pk, claim=None).update(
            claim=claim, linked_by=by, linked_at=clock.now()
        )
        if not linked:
            raise RuleBroken(
                _("This contact is linked to a claim already. Record another one on the right claim."),
                code="contacts_are_append_only",
            )
    contact.refresh_from_db()
    return contact


def add_step(*, by: User, claim: Claim, step: StepDraft) -> NextStep:
    """Write down what is to be done next on a claim and return it.

    Raises NotAllowed, RuleBroken(step_says_what, assignee_not_on_incident, day_is_past).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.add_step"):
        return _add(by=by, claim=claim, step=step, contact=None)


def _add(*, by: User, claim: Claim, step: StepDraft, contact: Contact | None) -> NextStep:
    _refuse_past(step.due_on)
    if step.assignee is not None:
        _refuse_stranger(step.assignee, claim.incident_id)
    return NextStep.objects.create(
        claim=claim,
        contact=contact,
        what=step.what.strip(),
        due_on=step.due_on,
        assignee=step.assignee,
        made_by=by,
        made_at=clock.now(),
    )


def assign_steps(*, by: User, steps: Collection[NextStep], assignee: User | None) -> int:
    """Give open steps to a person (None: to nobody), and return how many changed hands; ended ones are passed over.

    Raises NotAllowed, RuleBroken(too_many_steps, assignee_not_on_incident).
    """
    require(by, PERMISSION)
    _refuse_many(steps)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.assign_steps"):
        if assignee is not None:
            for incident_id in {step.claim.incident_id for step in steps}:
                _refuse_stranger(assignee, incident_id)
        rows = NextStep.objects.visible_to(by).filter(pk__in=[step.pk for step in steps], state=StepState.OPEN)
        keys = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        return NextStep.objects.filter(pk__in=keys).exclude(assignee=assignee).update(assignee=assignee)


def complete_step(*, by: User, step: NextStep, note: str = "") -> NextStep:
    """Say that a step is done; return it. Raises NotAllowed, RuleBroken(step_moves_as_its_table_says)."""
    return _end(by=by, step=step, state=StepState.DONE, note=note, act="claims.complete_step")


def drop_step(*, by: User, step: NextStep, reason: str) -> NextStep:
    """Say that a step is not needed any more; return it.

    Raises NotAllowed, RuleBroken(reason_missing, step_moves_as_its_table_says).
    """
    return _end(by=by, step=step, state=StepState.DROPPED, note=_reason(reason), act="claims.drop_step")


def postpone_step(*, by: User, step: NextStep, due_on: date, reason: str) -> NextStep:
    """Put an open step off to another day and return it.

    Raises NotAllowed, RuleBroken(reason_missing, day_is_past, step_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = _reason(reason)
    _refuse_past(due_on)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.postpone_step", reason=reason):
        locked = _locked(step)
        locked.due_on = due_on
        locked.save(update_fields=("due_on",))
    return locked


def _end(*, by: User, step: NextStep, state: StepState, note: str, act: str) -> NextStep:
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act=act, reason=note.strip()):
        locked = _locked(step)
        STEP_STATES.move(locked, state, ended_by=by, ended_at=clock.now(), note=note.strip())
    return locked


def _locked(step: NextStep) -> NextStep:
    locked = NextStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if locked.state != StepState.OPEN:
        raise RuleBroken(
            _("This step has ended already (%(state)s by %(who)s). Reload the page.")
            % {"state": locked.get_state_display(), "who": locked.ended_by},
            code=STEP_STATES.rule,
        )
    return locked


def _reason(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reason.strip()


def _refuse_past(due_on: date | None) -> None:
    if due_on is not None and due_on < clock.today():
        raise RuleBroken(_("This day is past. Choose today or a later day."), code="day_is_past")


def _refuse_stranger(user: User, incident_id: int) -> None:
    if not assignees(incident_id).filter(pk=user.pk).exists():
        raise RuleBroken(
            _("%(user)s does not work on this incident. Choose somebody who does.") % {"user": user},
            code="assignee_not_on_incident",
        )


def _refuse_many(steps: Collection[NextStep]) -> None:
    if len(steps) > MOST_AT_ONCE:
        raise RuleBroken(
            _("At most %(most)s steps at once. Choose fewer.") % {"most": MOST_AT_ONCE}, code="too_many_steps"
        )
