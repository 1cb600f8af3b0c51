"""Giving claims to the people who work on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from claims.register.listing import ClaimAssignment
from claims.register.models import Claim
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.assign_claims"
MOST_AT_ONCE = 20_000
"""Claims that one act assigns; nobody works on more, and the request stays short."""


def assignees(incident_id: int | None) -> QuerySet[User]:
    """Return who claims of an incident can be given to: active people with a desk there."""
    people: QuerySet[User] = get_user_model()._default_manager.filter(
        is_active=True, desks__incident_id=incident_id or 0
    )
    return people.order_by("full_name", "username")


def assign(*, by: User, claims: QuerySet[Claim], user: User | None) -> int:
    """Give claims to a person, or with None to nobody; return how many changed hands.

    Only claims that `by` may see are touched; the whole set is written by one statement. Raises NotAllowed,
    RuleBroken(assignee_not_on_incident, too_many_claims).
    """
    require(by, PERMISSION)
    chosen = Claim.objects.visible_to(by).filter(pk__in=claims.order_by().values("pk"))
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.assign"):
        if chosen[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
            raise RuleBroken(
                _("At most %(most)s claims are assigned at once. Narrow the list.") % {"most": f"{MOST_AT_ONCE:,}"},
                code="too_many_claims",
            )
        if user is None:
            removed, _rows = ClaimAssignment.objects.filter(claim__in=chosen.values("pk")).delete()
            return removed
        incidents = set(chosen.order_by().values_list("incident_id", flat=True).distinct())
        if any(not assignees(incident).filter(pk=user.pk).exists() for incident in incidents):
            raise RuleBroken(
                _("%(user)s does not work on this incident. Choose somebody who does.") % {"user": user},
                code="assignee_not_on_incident",
            )
        return _give(chosen, user, by)


def _give(chosen: QuerySet[Claim], user: User, by: User) -> int:
    rows = (
        chosen.order_by("pk")
        .annotate(claim_key=F("pk"), user_key=Value(user.pk), by_key=Value(by.pk), at=Value(clock.now()))
        .values_list("claim_key", "user_key", "by_key", "at")
    )
    select, parameters = rows.query.sql_with_params()
    table = ClaimAssignment._meta.db_table
    with connection.cursor() as cursor:
        # Names are ours alone; values travel as parameters.
        cursor.execute(
            f"INSERT INTO {table} (claim_id, user_id, assigned_by_id, assigned_at) {select} "
            "ON CONFLICT (claim_id) DO UPDATE SET (user_id, assigned_by_id, assigned_at) = "
            "(EXCLUDED.user_id, EXCLUDED.assigned_by_id, EXCLUDED.assigned_at) "
            f"WHERE {table}.user_id <> EXCLUDED.user_id",
            parameters,
        )
        return int(cursor.rowcount)
