"""What a person may do with an objection in its present state, and why not; the services refuse by themselves too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from claims.helpdesk.letters.models import Delivery
from committee.decisions.models import Decision
from committee.letters.services import PERMISSION as SEND_LETTERS
from committee.panel import Act, register_acts
from committee.review.answering import key_of
from committee.review.models import Objection, ObjectionState
from committee.review.pages import receive_address
from committee.review.rules import Part, part_of
from committee.review.selectors import REVIEW, open_objection_of, parts_in
from committee.review.services import ASSIGN, RECEIVE

if TYPE_CHECKING:
    from relief.accounts.models import User

VIEW = "committee.view_objection"


def address_of(objection: Objection, page: str = "change") -> str:
    """Return the address of a page of the objection."""
    return reverse(f"admin:committee_objection_{page}", args=(objection.pk,))


def part_words(part: Part) -> str:
    """Return why somebody with this part cannot examine the objection, said to that person."""
    return {
        Part.DECIDED: _("You decided on this claim; somebody else examines the objection."),
        Part.CLASSIFIED: _("You classified this claim by hand; somebody else examines the objection."),
        Part.RECORDED: _("You recorded this objection; somebody else examines it."),
    }[part]


def is_examined_by(objection: Objection, user: User) -> bool:
    """Say whether the user may end the objection now."""
    is_his = objection.state == ObjectionState.ASSIGNED and objection.reviewer_id == user.pk
    return is_his and user.has_perm(REVIEW)


def acts_of(objection: Objection, user: User) -> list[Act]:
    """Return the buttons of the objection's page; ending it has forms of its own there."""
    if not objection.is_open:
        told = Delivery.objects.filter(key=key_of(objection)).exists()
        if objection.state != ObjectionState.UPHELD or told or not user.has_perm(SEND_LETTERS):
            return []
        return [Act(_("Answer this objection"), address_of(objection, "answer"))]
    acts: list[Act] = []
    is_free = objection.state == ObjectionState.RECEIVED
    if user.has_perm(REVIEW) and is_free:
        part = part_of(user.pk, parts_in(objection))
        acts.append(Act(_("Take it"), address_of(objection, "take"), "" if part is None else part_words(part)))
    if user.has_perm(ASSIGN):
        label = _("Give it to a reviewer") if is_free else _("Give it to another reviewer")
        acts.append(Act(label, address_of(objection, "assign"), secondary=not is_free))
    if is_examined_by(objection, user):
        acts.append(Act(_("Hand it back"), address_of(objection, "hand_back"), secondary=True))
    if user.has_perm(RECEIVE) or user.has_perm(ASSIGN):
        acts.append(Act(_("It is withdrawn"), address_of(objection, "withdraw"), secondary=True))
    return acts


def acts_at_decision(decision: Decision, user: User) -> list[Act]:
    """Return what the page of a decision offers: its objections, and recording one where it stands and none is open."""
    acts = [
        Act(f"{row} · {row.get_state_display()}", address_of(row), secondary=True)
        for row in Objection.objects.filter(decision=decision).order_by("pk")
    ]
    is_superseded = Decision.objects.filter(supersedes=decision).exists()
    if user.has_perm(RECEIVE) and not is_superseded and open_objection_of(decision.claim) is None:
        acts.append(Act(_("Record an objection"), receive_address(decision.claim_id), secondary=True))
    return acts


register_acts(Decision, permission=VIEW, acts=acts_at_decision)
