"""How objections are said on pages: their state, their day, and how long they have waited."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.helpdesk.contacts.rules import Due, due
from claims.register.panels import Mark
from committee.review.models import Objection, ObjectionState
from committee.review.rules import days_open
from relief import clock

STATE_TONES = {
    ObjectionState.RECEIVED: "warning",
    ObjectionState.ASSIGNED: "info",
    ObjectionState.UPHELD: "default",
    ObjectionState.CHANGED: "success",
    ObjectionState.WITHDRAWN: "default",
}
_DUE_TONES = {Due.OVERDUE: "danger", Due.TODAY: "warning", Due.WEEK: "warning"}


def state_mark(objection: Objection) -> Mark:
    """Return where the objection stands, as a coloured word."""
    return Mark(objection.get_state_display(), STATE_TONES[ObjectionState(objection.state)])


def due_mark(objection: Objection, today: date) -> Mark:
    """Return the day by which an open objection is to be answered, and how far off it is, red where it is past."""
    left = (objection.answer_by - today).days
    if left < 0:
        word = ngettext("%(days)s day overdue", "%(days)s days overdue", -left) % {"days": f"{-left:,}"}
    elif left == 0:
        word = _("Answer due today")
    else:
        word = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": f"{left:,}"}
    tone = _DUE_TONES.get(due(objection.answer_by, today), "default")
    return Mark(f"{word} · {day_text(objection.answer_by)}", tone)


def waited(objection: Objection, today: date) -> str:
    """Return for how many days the objection has waited, or waited until it ended."""
    ended_on = None if objection.ended_at is None else clock.seoul_date(objection.ended_at)
    days = days_open(objection.received_on, ended_on, today)
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": f"{days:,}"}


def day_text(day: date) -> str:
    """Return a Seoul day as lists show it."""
    return date_format(day, "SHORT_DATE_FORMAT")
