"""Narrowing the queue of next steps and the list of contacts, and the list of claims by what is open on them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.contacts.models import Contact, ContactKind, NextStep, StepState
from claims.helpdesk.contacts.rules import Due
from claims.helpdesk.contacts.selectors import due_by_now, due_condition, open_steps
from claims.register.assigning import assignees
from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from relief.clock import today

BOXES = (
    (Due.OVERDUE.value, _("Overdue")),
    (Due.TODAY.value, _("Due today")),
    (Due.WEEK.value, _("Within a week")),
    (Due.LATER.value, _("Later")),
    (Due.ANY_DAY.value, _("Without a day")),
)
NOW = "now"
NOBODY = "nobody"
OPEN, OVERDUE, NONE = "open", "overdue", "none"
LINKED = (("yes", _("On a claim")), ("no", _("Not linked to a claim yet")))


class StepFilter(django_filters.FilterSet):
    """Next steps by when they are due, whose they are, and their state (open ones where no state is asked for)."""

    due = django_filters.ChoiceFilter(
        label=_("Due"), choices=[(NOW, _("Today or before")), *BOXES], empty_label=_("All"), method="by_due"
    )
    who = django_filters.ChoiceFilter(label=_("Assignee"), empty_label=_("Everybody"), method="by_who")
    state = django_filters.ChoiceFilter(label=_("State"), choices=StepState.choices, empty_label=None)

    class Meta:
        model = NextStep
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        asked = data.copy() if data is not None else {}
        if not asked.get("state"):
            asked["state"] = StepState.OPEN
        super().__init__(asked, *args, **kwargs)
        people = [(str(user.pk), str(user)) for user in assignees(incident_id)]
        self.filters["who"].extra["choices"] = [(NOBODY, _("Nobody")), *people]

    def by_due(self, rows: QuerySet[NextStep], name: str, value: str) -> QuerySet[NextStep]:
        """Keep the steps of one box, or those that are due by now."""
        return rows.filter(due_by_now(today()) if value == NOW else due_condition(value, today()))

    def by_who(self, rows: QuerySet[NextStep], name: str, value: str) -> QuerySet[NextStep]:
        """Keep the steps of one person, or of nobody."""
        return rows.filter(assignee=None) if value == NOBODY else rows.filter(assignee_id=int(value))


class ContactFilter(django_filters.FilterSet):
    """Contacts by kind, and those that nobody has linked to a claim."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ContactKind.choices, empty_label=_("All"))
    linked = django_filters.ChoiceFilter(label=_("Claim"), choices=LINKED, empty_label=_("All"), method="by_link")

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)

    def by_link(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """Keep what stands on a claim, or what does not."""
        return rows.filter(claim__isnull=value == "no")


def by_step(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    """Keep the claims with an open step, with an overdue one, or with none."""
    steps = open_steps().filter(claim=OuterRef("pk")).order_by()
    if value == OVERDUE:
        return rows.filter(Exists(steps.filter(due_condition(Due.OVERDUE, today()))))
    return rows.filter(Exists(steps) if value == OPEN else ~Exists(steps))


register_claim_filter(
    "next_step",
    django_filters.ChoiceFilter(
        label=_("What follows"),
        choices=((OPEN, _("Open step")), (OVERDUE, _("Overdue step")), (NONE, _("No open step"))),
        empty_label=_("All"),
        method=by_step,
    ),
)
