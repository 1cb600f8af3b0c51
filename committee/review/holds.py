"""What an open objection stops; workers need it, so it is declared apart."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.holds import Hold, Step, declare_hold
from committee.review.models import OPEN, Objection

TAB = "objection"


def open_objections() -> QuerySet[Any]:
    """Return the objections that wait for their end."""
    return Objection.objects.filter(state__in=OPEN)


declare_hold(
    Hold(
        # The page of a claim leads from a hold to the tab of the same code.
        code=TAB,
        word=_("Objection open"),
        sentence=_("The claimant objects to the decision. End the objection; until then the claim is not paid."),
        rows=open_objections,
        stops=frozenset({Step.PAYMENT}),
    )
)
