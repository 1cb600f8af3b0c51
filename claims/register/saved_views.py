"""The views of the list of claims that people keep for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from claims.register.filters import ClaimFilter
from claims.register.listing import SavedView
from relief.access import require
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.scope import working_incident_id

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.view_claim"
LONGEST = 60
LONGEST_WORDS = 2_000


def words_of(address: QueryDict) -> str:
    """Return what a view keeps of an address: filter and order. A search stays out: it may be a person's number."""
    kept = QueryDict(mutable=True)
    for name in (*ClaimFilter.base_filters, "o"):
        if address.get(name):
            kept[name] = str(address[name])
    return str(kept.urlencode())


def views_of(user: User) -> QuerySet[SavedView]:
    """Return the user's own views of his working incident, and those that others show to everybody there."""
    rows = SavedView.objects.visible_to(user).filter(Q(user=user) | Q(is_shared=True))
    return rows.select_related("user").order_by("name", "pk")


def default_view(user: User) -> SavedView | None:
    """Return the view that opens with the list, or None."""
    return SavedView.objects.visible_to(user).filter(user=user, is_default=True).first()


def save_view(*, by: User, name: str, words: str, is_default: bool = False, is_shared: bool = False) -> SavedView:
    """Keep filter words under a name in the user's working incident and return the view.

    Raises NotAllowed, RuleBroken(no_incident, view_name_missing, view_too_long, one_saved_view_per_name).
    """
    require(by, PERMISSION)
    incident_id = working_incident_id(by)
    if incident_id is None:
        raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
    if len(words) > LONGEST_WORDS:
        raise RuleBroken(_("This filter is too long to keep. Take some of its words away."), code="view_too_long")
    with database_rules(), transaction.atomic():
        view = SavedView(
            incident_id=incident_id, user=by, name=_sound(name), words=words, is_default=is_default, is_shared=is_shared
        )
        _keep(view)
    return view


def change_view(*, by: User, view: SavedView, name: str, is_default: bool, is_shared: bool) -> SavedView:
    """Rename one's own view, open it with the list, or show it to others; return it.

    Raises NotAllowed(not_own_view), RuleBroken(view_name_missing, one_saved_view_per_name).
    """
    with database_rules(), transaction.atomic():
        own = _own(view, by)
        own.name, own.is_default, own.is_shared = _sound(name), is_default, is_shared
        _keep(own)
    return own


def delete_view(*, by: User, view: SavedView) -> None:
    """Throw one's own view away. Raises NotAllowed(not_own_view)."""
    with transaction.atomic():
        _own(view, by).delete()


def _keep(view: SavedView) -> None:
    if view.is_default:
        others = SavedView.objects.filter(incident_id=view.incident_id, user_id=view.user_id, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
    view.save()


def _sound(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST:
        raise RuleBroken(_("Give the view a name of 1 to 60 characters."), code="view_name_missing")
    return name


def _own(view: SavedView, by: User) -> SavedView:
    require(by, PERMISSION)
    own = SavedView.objects.select_for_update(of=("self",)).filter(pk=view.pk, user=by).first()
    if own is None:
        raise NotAllowed(_("Only who saved a view changes it. Save one of your own."), code="not_own_view")
    return own
