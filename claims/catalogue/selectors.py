"""Questions about the catalogue that more than one page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Desk, Incident
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from relief.accounts.models import User


def working_incident_id(user: User) -> int | None:
    """Return the key of the incident at the user's current desk, or None; asked once per user object."""
    known: int | None
    if not hasattr(user, "_working_incident_id"):
        known = Desk.objects.filter(user_id=user.pk, is_current=True).values_list("incident_id", flat=True).first()
        user._working_incident_id = known  # type: ignore[attr-defined]
    known = user._working_incident_id  # type: ignore[attr-defined]
    return known


def working_incident(user: User) -> Incident:
    """Return the incident the user works on. Raises RuleBroken(no_incident)."""
    incident = Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()
    if incident is None:
        raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
    return incident


def desks_of(user: User) -> list[Desk]:
    """Return the user's desks with their incidents, newest incident first: what the switcher offers."""
    return list(Desk.objects.filter(user=user).select_related("incident").order_by("-incident__started_at", "pk"))
