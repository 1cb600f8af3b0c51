"""What the claim's page and the list of claims show of objections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.register.history import event_of
from claims.register.models import Claim
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Event,
    Mark,
    OpenPoint,
    register_claim_flags,
    register_claim_history,
    register_claim_open_point,
    register_claim_panel,
    register_claim_tab,
)
from committee.review.acts import VIEW, address_of
from committee.review.holds import TAB, open_objections
from committee.review.models import Ground, Objection, ObjectionState
from committee.review.pages import receive_address
from committee.review.selectors import objections_of, open_objection_of, standing_decision
from committee.review.services import RECEIVE
from committee.review.words import due_mark, state_mark
from relief import clock

if TYPE_CHECKING:
    from relief.accounts.models import User


def objection_panel(claim: Claim, _user: User) -> ClaimPanel | None:
    """Return the claim's open objection, or None."""
    objection = open_objection_of(claim)
    if objection is None:
        return None
    rows = [
        (_("Ground of the objection"), objection.get_ground_display()),
        (_("State"), objection.get_state_display()),
        (_("Reviewer"), str(objection.reviewer or "–")),
        (_("Answer due"), str(due_mark(objection, clock.today()).word)),
    ]
    return ClaimPanel(_("Objection"), rows, mark=open_mark(objection), address=address_of(objection))


def open_mark(objection: Objection) -> Mark:
    """Return the sign of an open objection: red where its answer is overdue."""
    is_overdue = objection.answer_by < clock.today()
    return Mark(_("Objection overdue"), "danger") if is_overdue else Mark(_("Objection open"), "warning")


def objection_flags(keys: Sequence[int]) -> dict[int, list[Mark]]:
    """Return the sign of each of these claims with an open objection."""
    return {row.claim_id: [open_mark(row)] for row in open_objections().filter(claim_id__in=keys)}


def objection_point(claim: Claim) -> OpenPoint | None:
    """Return the open objection as what is to be done next, whatever the decision leads to."""
    objection = open_objection_of(claim)
    if objection is None:
        return None
    sentence = (
        gettext_lazy("The claimant objects to the decision. Give the objection to a reviewer.")
        if objection.state == ObjectionState.RECEIVED
        else gettext_lazy("The claimant objects to the decision. A reviewer examines it.")
    )
    return OpenPoint(sentence, TAB, outlasts_the_end=True)


def objection_tab(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return the claim's objections, newest first, and whether another one can be recorded."""
    today = clock.today()
    rows = list(objections_of(claim))
    is_open = any(row.is_open for row in rows)
    standing = standing_decision(claim)
    may_record = request.user.has_perm(RECEIVE) and not is_open and standing is not None
    return {
        "objections": [(row, state_mark(row), due_mark(row, today) if row.is_open else None) for row in rows],
        "standing": standing,
        "receive_url": receive_address(claim.pk) if may_record else "",
    }


def objection_events(claim: Claim) -> Iterator[Event]:
    """Yield how objections came, who examined them and how they ended, oldest first."""
    model = apps.get_model("committee", "ObjectionEvent")
    rows: list[Any] = list(
        model._default_manager.filter(claim_id=claim.pk).select_related("pgh_context").order_by("pgh_id")
    )
    keys = {row.reviewer_id for row in rows} - {None}
    names = {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=keys)} if keys else {}
    before: dict[int, Any] = {}
    for row in rows:
        yield event_of(row, _said(before.get(row.pgh_obj_id), row, names))
        before[row.pgh_obj_id] = row


def _said(before: Any, row: Any, names: Mapping[int, str]) -> str:
    words = {"number": row.pgh_obj_id, "who": names.get(row.reviewer_id, "–")}
    if before is None:
        return _("Objection no. %(number)s (%(ground)s): %(grounds)s") % {
            **words,
            "ground": Ground(row.ground).label,
            "grounds": row.grounds,
        }
    ends = {
        ObjectionState.RECEIVED: _("Objection no. %(number)s was handed back."),
        ObjectionState.ASSIGNED: _("%(who)s examines objection no. %(number)s."),
        ObjectionState.UPHELD: _("Objection no. %(number)s ended: the decision stands."),
        ObjectionState.CHANGED: _("Objection no. %(number)s ended with a new decision."),
        ObjectionState.WITHDRAWN: _("Objection no. %(number)s was withdrawn."),
    }
    return ends[ObjectionState(row.state)] % words


register_claim_panel(place=22, permission=VIEW, panel=objection_panel)
register_claim_flags(permission=VIEW, flags=objection_flags)
register_claim_open_point(permission=VIEW, point=objection_point)
register_claim_history(permission=VIEW, events=objection_events)
register_claim_tab(
    ClaimTab(
        code=TAB,
        title=gettext_lazy("Objections"),
        place=65,
        permission=VIEW,
        template="admin/committee/claim_objections.html",
        context=objection_tab,
    )
)
