"""What waits for somebody about objections, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committee.review.filters import MINE
from committee.review.models import Objection, ObjectionState
from committee.review.selectors import REVIEW
from committee.review.services import ASSIGN
from relief.accounts.models import User
from relief.site.home import Card, register_card


def mine_card(user: User) -> Card | None:
    """Return how many objections the user examines."""
    rows = Objection.objects.visible_to(user).filter(state=ObjectionState.ASSIGNED, reviewer=user)
    count = rows.order_by().count()
    if not count:
        return None
    sentence = _("You examine these. Let the decision stand, or decide anew, with reasons.")
    address = f"{reverse('admin:committee_objection_changelist')}?who={MINE}"
    return Card(_("Objections that wait for you"), count, sentence, address)


def unassigned_card(user: User) -> Card | None:
    """Return how many objections wait for a reviewer."""
    rows = Objection.objects.visible_to(user).filter(state=ObjectionState.RECEIVED)
    count = rows.order_by().count()
    if not count:
        return None
    sentence = _("Nobody examines these yet. Give them to people who had no part in the decision.")
    address = f"{reverse('admin:committee_objection_changelist')}?state={ObjectionState.RECEIVED}"
    return Card(_("Objections to give out"), count, sentence, address)


register_card(permission=REVIEW, card=mine_card)
register_card(permission=ASSIGN, card=unassigned_card)
