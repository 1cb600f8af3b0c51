"""Receiving objections, giving them to reviewers who had no part in the decision, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.contacts.models import Contact, ContactKind, Direction
from claims.helpdesk.contacts.services import record_contact
from claims.register.assigning import assignees
from committee.decisions.models import Decision
from committee.decisions.selectors import policy_of
from committee.decisions.services import write_correction
from committee.review.models import OBJECTION_STATES, Objection, ObjectionState
from committee.review.rules import Part, is_late, last_day, part_of
from committee.review.selectors import REVIEW, parts_in
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import PERMISSION_SENTENCE, NotAllowed, RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

RECEIVE = "committee.receive_objection"
ASSIGN = "committee.assign_objections"

_PARTS = {
    Part.DECIDED: _("%(who)s decided on this claim. Somebody who had no part in the decision examines the objection."),
    Part.CLASSIFIED: _("%(who)s classified this claim by hand. Somebody else examines the objection."),
    Part.RECORDED: _("%(who)s recorded this objection. Somebody else examines it."),
}


@dataclass(frozen=True, slots=True)
class Came:
    """How an objection came: by a contact that is recorded already, or on a way on which it is recorded now."""

    contact: Contact | None = None
    channel: str = ""


def term_of(decision: Decision) -> int:
    """Return the days that the policy behind a decision gives to object. Raises RuleBroken(no_objection_term)."""
    policy = policy_of(decision)
    if policy is None:
        raise RuleBroken(
            _("No policy says how many days there are to object. Have one adopted first."), code="no_objection_term"
        )
    return policy.objection_days


def receive(
    *,
    by: User,
    decision: Decision,
    ground: str,
    grounds: str,
    received_on: date,
    came: Came | None = None,
    late_reason: str = "",
) -> Objection:
    """Record an objection to a standing decision, with a contact of its own where it came on a new one; return it.

    Its last day is counted from the Seoul day of the decision, the day of the answer from the day it came, both by the
    policy's days. Raises NotAllowed, RuleBroken(objection_has_grounds, decision_superseded, no_objection_term,
    day_to_come, objection_before_decision, objection_late, objection_is_of_one_claim,
    one_open_objection_per_claim).
    """
    require(by, RECEIVE)
    came = came or Came()
    with database_rules(), transaction.atomic():
        rows = Decision.objects.select_for_update(of=("self",), no_key=True).select_related("claim__incident")
        decision = rows.get(pk=decision.pk)
        _refuse_superseded(decision)
        days = term_of(decision)
        decided_on = clock.seoul_date(decision.decided_at)
        _refuse_impossible_day(received_on, decided_on)
        deadline_on = last_day(decided_on, days)
        contact = came.contact
        if came.channel:
            contact = record_contact(
                by=by,
                incident=decision.claim.incident,
                claim=decision.claim,
                kind=ContactKind.OBJECTION,
                channel=came.channel,
                direction=Direction.INCOMING,
                text=grounds,
            )
        # The contact has an act of its own; the record of this row names this one.
        with acting(by=by, act="committee.receive_objection", reason=late_reason):
            return Objection.objects.create(
                claim=decision.claim,
                decision=decision,
                contact=contact,
                ground=ground,
                grounds=grounds.strip(),
                received_on=received_on,
                deadline_on=deadline_on,
                late_reason=late_reason.strip() if is_late(received_on, deadline_on) else "",
                received_by=by,
                received_at=clock.now(),
                answer_by=last_day(received_on, days),
            )


def assign(*, by: User, objection: Objection, reviewer: User, answer_by: date | None = None) -> Objection:
    """Give an open objection to a reviewer, or to another one, with the day of the answer where given; return it.

    Raises NotAllowed, RuleBroken(objection_moves_as_its_table_says, reviewer_has_it, reviewer_cannot_review,
    assignee_not_on_incident, reviewer_had_no_part, day_is_past).
    """
    require(by, ASSIGN)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.assign_objection"):
        row = _locked(objection)
        _refuse_ended(row)
        if answer_by is not None and answer_by != row.answer_by and answer_by < clock.today():
            raise RuleBroken(_("This day is past. Choose today or a later day."), code="day_is_past")
        if row.reviewer_id == reviewer.pk and answer_by in {None, row.answer_by}:
            raise RuleBroken(_("%(who)s examines it already.") % {"who": reviewer}, code="reviewer_has_it")
        return _give(row, reviewer, by, answer_by or row.answer_by)


def take(*, by: User, objection: Objection) -> Objection:
    """Take an objection that nobody examines; return it.

    Raises NotAllowed, RuleBroken(objection_moves_as_its_table_says, assignee_not_on_incident, reviewer_had_no_part).
    """
    require(by, REVIEW)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.take_objection"):
        row = _locked(objection)
        if row.state == ObjectionState.ASSIGNED:
            raise RuleBroken(
                _("%(who)s examines this objection. Ask the secretary if you are to do it.") % {"who": row.reviewer},
                code=OBJECTION_STATES.rule,
            )
        _refuse_ended(row)
        return _give(row, by, by, row.answer_by)


def _give(row: Objection, reviewer: User, by: User, answer_by: date) -> Objection:
    _refuse_unfit(row, reviewer)
    given = {"reviewer": reviewer, "assigned_by": by, "assigned_at": clock.now(), "answer_by": answer_by}
    if row.state == ObjectionState.RECEIVED:
        OBJECTION_STATES.move(row, ObjectionState.ASSIGNED, **given)
        return row
    for field, value in given.items():
        setattr(row, field, value)
    row.save(update_fields=tuple(given))
    return row


def hand_back(*, by: User, objection: Objection, reason: str) -> Objection:
    """Give back an objection that one examines, for a reason, so that somebody else does; return it.

    Raises NotAllowed, RuleBroken(reason_missing, objection_moves_as_its_table_says, objection_is_nobodys,
    objection_is_anothers).
    """
    require(by, REVIEW)
    reason = _written(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.hand_back_objection", reason=reason):
        row = _locked(objection)
        _refuse_unless_mine(row, by)
        OBJECTION_STATES.move(row, ObjectionState.RECEIVED, reviewer=None, assigned_by=None, assigned_at=None)
    return row


def uphold(*, by: User, objection: Objection, reasons: str) -> Objection:
    """End an objection: the decision stands, for these reasons; return it.

    Raises NotAllowed, RuleBroken(reason_missing, objection_moves_as_its_table_says, objection_is_nobodys,
    objection_is_anothers, reviewer_had_no_part, objection_overtaken).
    """
    require(by, REVIEW)
    reasons = _written(reasons)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.uphold_objection", reason=reasons):
        row = _locked_to_end(objection, by)
        _end(row, ObjectionState.UPHELD, by, reasons)
    return row


def change(*, by: User, objection: Objection, outcome: str, amount: int, reasons: str) -> Objection:
    """End an objection: a new decision takes the place of the one objected to, all or nothing; return the objection.

    The reviewer needs no permission to supersede decisions: he changes this one alone. Raises what `uphold` does and
    RuleBroken(unknown_outcome, changes_nothing, only_supported_claims_get_money).
    """
    require(by, REVIEW)
    reasons = _written(reasons)
    with database_rules(), transaction.atomic():
        row = _locked_to_end(objection, by)
        later = write_correction(by=by, decision=row.decision, outcome=outcome, amount=amount, reason=reasons)
        # The correction has an act of its own; the record of this row names this one.
        with acting(by=by, act="committee.change_objection", reason=reasons):
            _end(row, ObjectionState.CHANGED, by, reasons, changed_to=later)
    return row


def withdraw(*, by: User, objection: Objection, reason: str) -> Objection:
    """End an objection that the claimant gave up, or that a later decision overtook; return it.

    For who records objections or gives them out. Raises NotAllowed, RuleBroken(reason_missing,
    objection_moves_as_its_table_says).
    """
    if not (by.is_active and (by.has_perm(RECEIVE) or by.has_perm(ASSIGN))):
        raise NotAllowed(PERMISSION_SENTENCE, code=RECEIVE)
    reason = _written(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.withdraw_objection", reason=reason):
        row = _locked(objection)
        _refuse_ended(row)
        _end(row, ObjectionState.WITHDRAWN, by, reason)
    return row


def _end(row: Objection, state: ObjectionState, by: User, reasons: str, **more: Any) -> None:
    OBJECTION_STATES.move(row, state, reasons=reasons, ended_by=by, ended_at=clock.now(), **more)


def _locked(objection: Objection) -> Objection:
    """Return the objection, locked after its decision: who supersedes the decision locks that one too."""
    Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=objection.decision_id)
    related = ("claim", "decision__claim", "reviewer", "ended_by")
    return Objection.objects.select_for_update(of=("self",)).select_related(*related).get(pk=objection.pk)


def _locked_to_end(objection: Objection, by: User) -> Objection:
    row = _locked(objection)
    _refuse_unless_mine(row, by)
    _refuse_part(row, by)
    if Decision.objects.filter(supersedes=row.decision_id).exists():
        raise RuleBroken(
            _(
                "Another decision has taken the place of the one objected to. "
                "Have this objection withdrawn for that reason; the claimant can object to the new decision."
            ),
            code="objection_overtaken",
        )
    return row


def _refuse_superseded(decision: Decision) -> None:
    if Decision.objects.filter(supersedes=decision).exists():
        raise RuleBroken(
            _("A later decision stands in the place of this one. Record the objection to that one."),
            code="decision_superseded",
        )


def _refuse_impossible_day(received_on: date, decided_on: date) -> None:
    if received_on > clock.today():
        raise RuleBroken(_("This day is still to come. Write the day on which the objection came."), code="day_to_come")
    if received_on < decided_on:
        raise RuleBroken(
            _("The decision was made on %(day)s. An objection cannot have come before it.") % {"day": decided_on},
            code="objection_before_decision",
        )


def _refuse_ended(row: Objection) -> None:
    if not row.is_open:
        raise RuleBroken(
            _("This objection has ended already (%(state)s by %(who)s). Reload the page.")
            % {"state": row.get_state_display(), "who": row.ended_by},
            code=OBJECTION_STATES.rule,
        )


def _refuse_unless_mine(row: Objection, by: User) -> None:
    _refuse_ended(row)
    if row.reviewer_id is None:
        raise RuleBroken(_("Nobody examines this objection yet. Take it first."), code="objection_is_nobodys")
    if row.reviewer_id != by.pk:
        raise RuleBroken(
            _("%(who)s examines this objection; only that person can end it or hand it back.") % {"who": row.reviewer},
            code="objection_is_anothers",
        )


def _refuse_unfit(row: Objection, reviewer: User) -> None:
    if not (reviewer.is_active and reviewer.has_perm(REVIEW)):
        raise RuleBroken(
            _("%(who)s does not examine objections. Choose a member of the committee.") % {"who": reviewer},
            code="reviewer_cannot_review",
        )
    if not assignees(row.claim.incident_id).filter(pk=reviewer.pk).exists():
        raise RuleBroken(
            _("%(user)s does not work on this incident. Choose somebody who does.") % {"user": reviewer},
            code="assignee_not_on_incident",
        )
    _refuse_part(row, reviewer)


def _refuse_part(row: Objection, person: User) -> None:
    part = part_of(person.pk, parts_in(row))
    if part is not None:
        raise RuleBroken(_PARTS[part] % {"who": person}, code="reviewer_had_no_part")


def _written(reasons: str) -> str:
    if not reasons.strip():
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    return reasons.strip()
