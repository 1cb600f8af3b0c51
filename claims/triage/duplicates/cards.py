"""What waits to be settled, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.triage.duplicates.models import DuplicateGroup, GroupState
from claims.triage.duplicates.services import PERMISSION
from relief.accounts.models import User
from relief.site.home import Card, register_card


def open_groups_card(user: User) -> Card | None:
    """Return how many groups of likely duplicates wait for a verdict."""
    count = DuplicateGroup.objects.visible_to(user).filter(state=GroupState.OPEN).count()
    if not count:
        return None
    sentence = _("Claims that look like one. Their members are not paid before somebody says what they are.")
    return Card(_("Duplicates to settle"), count, sentence, reverse("admin:claims_duplicategroup_changelist"))


register_card(permission=PERMISSION, card=open_groups_card)
