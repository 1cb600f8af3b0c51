"""Writing the measures of the relief plan, with what a recipient gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from claims.catalogue.models import Incident
from committee.ledger import services as ledger
from committee.plan.models import Measure, MeasureItem
from relief.access import require
from relief.audit.services import acting
from relief.errors import database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One thing a recipient gets: unit value in won (None: not known yet), up to another, pieces, days kept."""

    name: str
    name_en: str = ""
    unit_value: int | None = None
    unit_value_to: int | None = None
    pieces: int = 1
    kept_days: int | None = None


def create_measure(
    *,
    by: User,
    incident: Incident,
    code: str,
    name: str,
    name_en: str = "",
    kind: str,
    state: str = Measure.State.UNDER_DISCUSSION,
    audience: str,
    audience_en: str = "",
    reporter_type: str = "",
    recipients: int | None = None,
    quota: int | None = None,
    opens_on: date | None = None,
    closes_on: date | None = None,
    expected_cost_from: int | None = None,
    expected_cost_to: int | None = None,
    note: str = "",
    items: Sequence[ItemDraft] = (),
) -> Measure:
    """Write a measure with its items into the plan; costs and values in won, days are Seoul dates.

    Raises NotAllowed, RuleBroken(one_measure_per_code, measure_counts_are_sound, unit_value_is_whole_won).
    """
    require(by, "committee.plan_measures")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.create_measure"):
        measure = Measure.objects.create(
            incident=incident,
            book=ledger.open_book(incident=incident, code=code, name=name, name_en=name_en),
            code=code,
            name=name,
            name_en=name_en,
            kind=kind,
            state=state,
            audience=audience,
            audience_en=audience_en,
            reporter_type=reporter_type,
            recipients=recipients,
            quota=quota,
            opens_on=opens_on,
            closes_on=closes_on,
            expected_cost_from=expected_cost_from,
            expected_cost_to=expected_cost_to,
            note=note,
        )
        MeasureItem.objects.bulk_create(MeasureItem(measure=measure, **asdict(item)) for item in items)
    return measure
