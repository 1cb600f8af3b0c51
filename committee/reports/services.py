"""Fixing the instants at which figures were told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from claims.catalogue.models import Incident
from committee.reports.models import ReportingDate
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User


def fix_reporting_date(
    *, by: User, incident: Incident, code: str, name: str, as_of_at: datetime | None = None
) -> ReportingDate:
    """Keep an instant (UTC; None: now) as of which the committee was told figures, and return it.

    Raises NotAllowed, RuleBroken(one_reporting_date_per_code).
    """
    require(by, "committee.add_reportingdate")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.fix_reporting_date"):
        return ReportingDate.objects.create(
            incident=incident, code=code, name=name, as_of_at=as_of_at or clock.now(), fixed_by=by
        )
