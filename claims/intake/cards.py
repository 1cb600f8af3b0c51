"""What of the intake waits on the home page, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.intake.amendments import PERMISSION as AMEND
from claims.intake.facts import Amendment
from claims.intake.filters import UNDER_WAY
from claims.intake.models import ClaimImport, ImportState
from claims.intake.services import PERMISSION
from relief.clock import start_of_day, today
from relief.site.home import Card, register_card

if TYPE_CHECKING:
    from relief.accounts.models import User


def _card(user: User, title: Any, sentence: Any, address: str, **which: Any) -> Card | None:
    imports = ClaimImport.objects.visible_to(user).filter(**which)
    told = imports.order_by().aggregate(count=Count("pk"), won=Sum("sum_of_losses"))
    if not told["count"]:
        return None
    # Only of files that wait for acceptance is the sum what the act is about.
    won = int(told["won"]) if which.get("state") == ImportState.STAGED else None
    return Card(title, told["count"], sentence, reverse("admin:claims_claimimport_changelist") + address, won or None)


def staged_card(user: User) -> Card | None:
    """Return how many files are read and wait for acceptance, with the losses of their new claims."""
    sentence = _("These files are read, none of their claims is registered. Look at them and accept them.")
    return _card(user, _("Files to be accepted"), sentence, "?state=staged", state=ImportState.STAGED)


def proposed_card(user: User) -> Card | None:
    """Return how many files wait for somebody to confirm their columns."""
    sentence = _("These files are stored and not read. Say which column feeds which field.")
    return _card(user, _("Columns to confirm"), sentence, "?state=proposed", state=ImportState.PROPOSED)


def failed_card(user: User) -> Card | None:
    """Return how many imports failed and were not taken up again."""
    sentence = _("Nothing of these files stands in the register. Look why, and try again.")
    return _card(user, _("Failed imports"), sentence, "?state=failed", state=ImportState.FAILED)


def rejected_card(user: User) -> Card | None:
    """Return how many imports that ended today refused rows."""
    day = today()
    sentence = _("Files of today have rows that were refused. Look at their faults.")
    return _card(
        user,
        _("Imports with rejected rows"),
        sentence,
        f"?state=accepted&rejected=yes&ended_from={day}",
        state=ImportState.ACCEPTED,
        rows_rejected__gt=0,
        ended_at__gte=start_of_day(day),
    )


def under_way_card(user: User) -> Card | None:
    """Return how many imports a worker has, or will have, in hand."""
    sentence = _("A worker has these files, or will: they are read, registered or undone.")
    return _card(user, _("Imports under way"), sentence, "?state=open", state__in=UNDER_WAY)


def amendments_card(user: User) -> Card | None:
    """Return how many amendments wait for a person."""
    count = Amendment.objects.visible_to(user).filter(state=Amendment.State.WAITING).count()
    sentence = _("Files report decided or corrected claims otherwise. Say for each what holds.")
    url = reverse("admin:claims_amendment_changelist") + "?state=waiting"
    return Card(_("Amendments waiting"), count, sentence, url) if count else None


for _maker in (staged_card, proposed_card, failed_card, rejected_card, under_way_card):
    register_card(permission=PERMISSION, card=_maker)
register_card(permission=AMEND, card=amendments_card)
