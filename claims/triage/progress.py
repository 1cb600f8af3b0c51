"""How far the classification had come at any instant, counted from its history as the committee was told it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

Dates = Callable[[int], Iterable[tuple[str, datetime]]]
_dates: list[Dates] = []


def register_progress_dates(dates: Dates) -> None:
    """Offer named instants of an incident (by its key) as shortcuts on the page; for slices that know of reports."""
    if dates not in _dates:
        _dates.append(dates)


def named_dates(incident_id: int) -> list[tuple[str, datetime]]:
    """Return the named instants of an incident, the latest first."""
    found = [pair for dates in _dates for pair in dates(incident_id)]
    return sorted(found, key=lambda pair: pair[1], reverse=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of claims at one instant. "Own" are the company's, apart from those of affiliates.

    The parts by type, and those by money, each add up to `own`; `own`, `affiliate` and `unclassified` to `reports`.
    """

    reports: int
    affiliate: int
    own: int
    general_user: int
    small_business: int
    enterprise: int
    type_unknown: int
    paid: int
    free_loss: int
    inquiry: int
    price_unknown_loss: int
    by_person: int

    @property
    def classified(self) -> int:
        """Those with a place on the axes, whoever's they are."""
        return self.own + self.affiliate

    @property
    def unclassified(self) -> int:
        """Those registered without a place."""
        return self.reports - self.classified

    @property
    def by_rule(self) -> int:
        """Those of which a rule set every axis."""
        return self.classified - self.by_person


# The state of each classification at the instant is its last event until then. Claims removed since, with the import
# that brought them, have no row any more and are left out of both counts.
_AT = """
    SELECT (SELECT count(*) FROM claims_claimevent e JOIN claims_claim c ON c.id = e.pgh_obj_id
            WHERE c.incident_id = %(incident)s AND e.pgh_label = 'insert' AND e.pgh_created_at <= %(at)s),
           count(*) FILTER (WHERE NOT own), count(*) FILTER (WHERE own),
           count(*) FILTER (WHERE own AND reporter_type = 'general_user'),
           count(*) FILTER (WHERE own AND reporter_type = 'small_business'),
           count(*) FILTER (WHERE own AND reporter_type = 'enterprise'),
           count(*) FILTER (WHERE own AND reporter_type = 'unknown'),
           count(*) FILTER (WHERE own AND pricing = 'paid'),
           count(*) FILTER (WHERE own AND pricing = 'free' AND nature = 'monetary'),
           count(*) FILTER (WHERE own AND pricing <> 'paid' AND nature = 'inquiry'),
           count(*) FILTER (WHERE own AND pricing = 'unknown' AND nature = 'monetary'),
           count(*) FILTER (WHERE spoken)
    FROM (
        SELECT DISTINCT ON (e.pgh_obj_id)
               e.operator_kind = 'company' AS own, e.pricing, e.nature, e.reporter_type,
               COALESCE(e.reporter_type_by_id, e.pricing_by_id, e.nature_by_id, e.operator_kind_by_id) IS NOT NULL
               AS spoken
        FROM claims_classificationevent e JOIN claims_claim c ON c.id = e.pgh_obj_id
        WHERE c.incident_id = %(incident)s AND e.pgh_created_at <= %(at)s
        ORDER BY e.pgh_obj_id, e.pgh_id DESC
    ) reports
"""


def progress_at(incident_id: int, at: datetime) -> Progress:
    """Return how the claims registered until an instant were classified then, in one query over the history."""
    with connection.cursor() as cursor:
        cursor.execute(_AT, {"incident": incident_id, "at": at})
        return Progress(*(cursor.fetchone() or ()))
