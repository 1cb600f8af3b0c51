"""What the claim's page, the list of claims and the home page show of contacts and next steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.helpdesk.contacts.filters import BOXES, NOW
from claims.helpdesk.contacts.forms import ContactForm
from claims.helpdesk.contacts.models import Contact, NextStep, StepState
from claims.helpdesk.contacts.rules import Due, due
from claims.helpdesk.contacts.selectors import contacts_of, due_by_now, open_steps, steps_of
from claims.helpdesk.contacts.services import PERMISSION
from claims.register.history import event_of
from claims.register.models import Claim
from claims.register.panels import (
    ClaimTab,
    Event,
    Mark,
    register_claim_flags,
    register_claim_history,
    register_claim_tab,
)
from relief import clock
from relief.site.home import Card, register_card

if TYPE_CHECKING:
    from relief.accounts.models import User

TAB = "contacts"
VIEW = "claims.view_contact"
TONES = {Due.OVERDUE: "danger", Due.TODAY: "warning", Due.WEEK: "info", Due.LATER: "default", Due.ANY_DAY: "default"}
_BOX_WORDS = {Due(code): words for code, words in BOXES}
SHOWN = 100
"""Contacts that the tab lists; older ones stand in the history."""


def tab_address(claim_key: int) -> str:
    """Return the address of a claim's contacts."""
    return f"{reverse('admin:claims_claim_change', args=(claim_key,))}?tab={TAB}"


def due_mark(step: NextStep) -> Mark:
    """Return when a step is due, as a coloured word."""
    box = due(step.due_on, clock.today())
    if step.due_on is None:
        return Mark(_BOX_WORDS[box], TONES[box])
    return Mark(f"{_BOX_WORDS[box]} · {date_format(step.due_on, 'SHORT_DATE_FORMAT')}", TONES[box])


def tab_context(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return what the tab shows: the form, the open steps and the contacts, newest first."""
    user: Any = request.user
    may_work = user.has_perm(PERMISSION)
    return {
        "steps": [(step, due_mark(step)) for step in steps_of(claim)],
        "contacts": list(contacts_of(claim)[:SHOWN]),
        "may_work": may_work,
        "form": ContactForm(incident_id=claim.incident_id, with_step=True) if may_work else None,
        "form_address": f"{reverse('admin:claims_contact_record')}?claim={claim.pk}",
    }


def open_count(claim: Claim) -> int:
    """Return how many steps are open on the claim."""
    return open_steps().filter(claim=claim).order_by().count()


def step_flags(keys: Sequence[int]) -> dict[int, list[Mark]]:
    """Return a sign for each of these claims with a step that is due or overdue."""
    today = clock.today()
    flags: dict[int, list[Mark]] = {}
    rows = open_steps().filter(claim_id__in=keys, due_on__lte=today).order_by("due_on")
    for key, due_on in rows.values_list("claim_id", "due_on"):
        box = due(due_on, today)
        word = _("Step overdue") if box == Due.OVERDUE else _("Step due today")
        flags.setdefault(key, [Mark(word, TONES[box])])
    return flags


def contact_events(claim: Claim) -> Iterator[Event]:
    """Yield the contacts and what became of the steps, oldest first."""
    for contact in Contact.objects.filter(claim=claim).order_by("pk"):
        yield Event(contact.at, contact.by_id, "claims.record_contact", f"{contact}: {contact.text}")
        if contact.linked_at is not None:
            said = _("The contact was linked to this claim.")
            yield Event(contact.linked_at, contact.linked_by_id, "claims.link_contact", said)
    for step in NextStep.objects.filter(claim=claim).order_by("pk"):
        words = {"what": step.what, "day": date_format(step.due_on, "SHORT_DATE_FORMAT") if step.due_on else "–"}
        said = _("Next step: %(what)s (due %(day)s).") % words
        yield Event(step.made_at, step.made_by_id, "claims.add_step", said)
        yield from _postponements(step)
        if step.ended_at is not None:
            is_done = step.state == StepState.DONE
            said = (_("Done: %(what)s.") if is_done else _("Not needed any more: %(what)s.")) % words
            act = "claims.complete_step" if is_done else "claims.drop_step"
            yield Event(step.ended_at, step.ended_by_id, act, said, step.note)


def _postponements(step: NextStep) -> Iterator[Event]:
    """Yield every change of the day on which a step is due, out of its events."""
    events: Any = apps.get_model("claims", "NextStepEvent")
    rows = list(events.objects.filter(pgh_obj_id=step.pk).select_related("pgh_context").order_by("pgh_id"))
    for before, row in pairwise(rows):
        if before.due_on != row.due_on:
            day = date_format(row.due_on, "SHORT_DATE_FORMAT")
            said = _("Postponed to %(day)s: %(what)s.") % {"day": day, "what": step.what}
            yield event_of(row, said)


def due_card(user: User) -> Card | None:
    """Return how many steps of the user's incident are due today or overdue, whoever's they are."""
    due_now = NextStep.objects.visible_to(user).filter(due_by_now(clock.today()), state=StepState.OPEN)
    count = due_now.order_by().count()
    if not count:
        return None
    sentence = gettext_lazy("Due today or before. Call, write, and say what came of it.")
    address = f"{reverse('admin:claims_nextstep_changelist')}?due={NOW}"
    return Card(gettext_lazy("Next steps due"), count, sentence, address)


def unlinked_card(user: User) -> Card | None:
    """Return how many contacts stand on no claim."""
    count = Contact.objects.visible_to(user).filter(claim=None).order_by().count()
    if not count:
        return None
    sentence = gettext_lazy("Somebody called whose claim was not found. Look again and link it.")
    address = reverse("admin:claims_contact_changelist") + "?linked=no"
    return Card(gettext_lazy("Contacts without a claim"), count, sentence, address)


register_claim_tab(
    ClaimTab(TAB, gettext_lazy("Contacts"), 50, VIEW, "admin/claims/contacts/tab.html", tab_context, open_count)
)
register_claim_flags(permission=VIEW, flags=step_flags)
register_claim_history(permission=VIEW, events=contact_events)
register_card(permission=PERMISSION, card=due_card)
register_card(permission=PERMISSION, card=unlinked_card)
