"""Questions about contacts and next steps that more than one page asks."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from claims.helpdesk.contacts.models import Contact, NextStep, StepState
from claims.helpdesk.contacts.rules import WEEK, Due
from claims.register.models import Claim
from relief.accounts.models import User


def due_condition(box: str, today: date) -> Q:
    """Return the condition that a step lies in a box of the queue, as `rules.due` says."""
    return {
        Due.OVERDUE: Q(due_on__lt=today),
        Due.TODAY: Q(due_on=today),
        Due.WEEK: Q(due_on__gt=today, due_on__lte=today + WEEK),
        Due.LATER: Q(due_on__gt=today + WEEK),
        Due.ANY_DAY: Q(due_on=None),
    }[Due(box)]


def due_by_now(today: date) -> Q:
    """Return the condition that a step is due today or was due before."""
    return Q(due_on__lte=today)


def open_steps() -> QuerySet[NextStep]:
    """Return the steps that wait."""
    return NextStep.objects.filter(state=StepState.OPEN)


def box_counts(user: User, today: date) -> dict[str, int]:
    """Return how many open steps of the incident lie in each box, and how many are the user's ("mine")."""
    counts = {str(box): Count("pk", filter=due_condition(box, today)) for box in Due}
    steps = NextStep.objects.visible_to(user).filter(state=StepState.OPEN).order_by()
    return steps.aggregate(**counts, mine=Count("pk", filter=Q(assignee=user)))


def contacts_of(claim: Claim) -> QuerySet[Contact]:
    """Return the contacts on a claim, newest first."""
    return Contact.objects.filter(claim=claim).select_related("by").order_by("-at", "-pk")


def steps_of(claim: Claim) -> QuerySet[NextStep]:
    """Return the open steps of a claim, the nearest day first, those without a day last."""
    return open_steps().filter(claim=claim).select_related("assignee").order_by("due_on", "pk")
