"""What duplicates stop, and the stage that closed ones stand at; workers need both, so they are declared apart."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.holds import Hold, Step, declare_hold
from claims.register.stages import Stage, declare_stage
from claims.triage.duplicates.models import DuplicateClosure, DuplicateMember


def waiting_members() -> QuerySet[Any]:
    """Return the members of open groups that have no verdict yet."""
    return DuplicateMember.objects.filter(is_live=True, verdict__isnull=True)


def standing_closures() -> QuerySet[Any]:
    """Return the closures that stand."""
    return DuplicateClosure.objects.filter(ended_at__isnull=True)


declare_hold(
    Hold(
        code="duplicate_open",
        word=_("Duplicate?"),
        sentence=_("This claim may have come twice. Settle its group of duplicates; until then it is not paid."),
        rows=waiting_members,
        stops=frozenset({Step.PAYMENT}),
    )
)
declare_hold(
    Hold(
        code="duplicate_closed",
        word=_("Closed as a duplicate"),
        sentence=_("This claim is closed: another one is kept for it. Take the verdict back if they are two."),
        rows=standing_closures,
        stops=frozenset({Step.DECISION, Step.PAYMENT}),
    )
)
declare_stage(Stage(place=28, code="closed", word=_("Closed as a duplicate"), rows=standing_closures))
