"""Questions about objections that more than one page asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from claims.helpdesk.contacts.rules import WEEK
from claims.register.assigning import assignees
from claims.register.models import Claim
from committee.decisions.models import Decision
from committee.review.holds import open_objections
from committee.review.models import Objection
from committee.review.rules import Parts, all_of

if TYPE_CHECKING:
    from relief.accounts.models import User

REVIEW = "committee.review_objections"
_SETTERS = ("reporter_type_by_id", "pricing_by_id", "nature_by_id", "operator_kind_by_id")


def objections_of(claim: Claim) -> QuerySet[Objection]:
    """Return the objections on a claim, newest first, with what their lines show."""
    related = ("decision", "changed_to", "reviewer", "received_by", "ended_by")
    return Objection.objects.filter(claim=claim).select_related(*related).order_by("-pk")


def open_objection_of(claim: Claim) -> Objection | None:
    """Return the claim's open objection, or None."""
    found: Objection | None = open_objections().filter(claim=claim).select_related("reviewer").first()
    return found


def standing_decision(claim: Claim) -> Decision | None:
    """Return the decision of the claim that none supersedes, or None."""
    related = ("tier__policy", "policy", "decided_by")
    return Decision.objects.filter(claim=claim).standing().select_related(*related).first()


def parts_in(objection: Objection) -> Parts:
    """Return who had a part in what the objection is about."""
    chain = Decision.objects.filter(claim=objection.claim_id)
    if objection.changed_to_id is not None:
        chain = chain.exclude(pk=objection.changed_to_id)
    people = {key for pair in chain.values_list("decided_by_id", "run__run_by_id") for key in pair}
    events = apps.get_model("claims", "ClassificationEvent")._default_manager.filter(pgh_obj_id=objection.claim_id)
    setters = {key for row in events.values_list(*_SETTERS) for key in row}
    return Parts(
        decided=frozenset(people - {None}),
        classified=frozenset(setters - {None}),
        recorded=frozenset({objection.received_by_id}),
    )


def reviewers_for(objection: Objection) -> QuerySet[User]:
    """Return who may examine the objection: people of its incident with the permission and without a part in it."""
    permitted = get_user_model()._default_manager.with_perm(REVIEW, backend="django.contrib.auth.backends.ModelBackend")
    people = assignees(objection.claim.incident_id).filter(pk__in=permitted.values("pk"))
    return people.exclude(pk__in=all_of(parts_in(objection)))


def due_soon(today: date) -> Q:
    """Return the condition that an answer is due within a week and not overdue."""
    return Q(answer_by__gte=today, answer_by__lte=today + WEEK)


def overdue(today: date) -> Q:
    """Return the condition that the day of the answer is past."""
    return Q(answer_by__lt=today)
