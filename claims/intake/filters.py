"""Narrowing the list of imports, and the rejected rows of one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.intake.faults import SENTENCES
from claims.intake.models import ClaimImport, ImportState, RejectedRow
from relief.clock import end_of_day, start_of_day

OPEN, TO_DO = "open", "todo"
UNDER_WAY = (ImportState.WAITING, ImportState.LOADING, ImportState.ACCEPTING, ImportState.UNDOING)
WAITS_FOR_A_PERSON = (ImportState.PROPOSED, ImportState.STAGED, ImportState.FAILED)
_TOGETHER = {OPEN: UNDER_WAY, TO_DO: WAITS_FOR_A_PERSON}
STATES = ((TO_DO, _("Waiting for a person")), (OPEN, _("Under way")), *ImportState.choices)
REJECTED = (("yes", _("With rejected rows")), ("no", _("Without rejected rows")))


def _day(label: Any, method: str) -> Any:
    return django_filters.DateFilter(label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}))


class ImportFilter(django_filters.FilterSet):
    """Imports by where they stand; days are Seoul days on which they ended, both included."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, empty_label=_("All"), method="by_state")
    rejected = django_filters.ChoiceFilter(
        label=_("Rejected rows"), choices=REJECTED, empty_label=_("All"), method="by_rejected"
    )
    ended_from = _day(_("Ended from"), "from_day")
    ended_to = _day(_("Ended up to"), "up_to_day")

    class Meta:
        model = ClaimImport
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)

    def by_state(self, rows: QuerySet[ClaimImport], name: str, value: str) -> QuerySet[ClaimImport]:
        """Keep the imports in a state; "open" keeps those that a worker has, "todo" those that a person has to do."""
        return rows.filter(state__in=_TOGETHER.get(value, (value,)))

    def by_rejected(self, rows: QuerySet[ClaimImport], name: str, value: str) -> QuerySet[ClaimImport]:
        """Keep the imports that refused rows, or those that refused none."""
        return rows.filter(rows_rejected__gt=0) if value == "yes" else rows.filter(rows_rejected=0)

    def from_day(self, rows: QuerySet[ClaimImport], name: str, day: date) -> QuerySet[ClaimImport]:
        """Keep what ended on this Seoul day or later."""
        return rows.filter(ended_at__gte=start_of_day(day))

    def up_to_day(self, rows: QuerySet[ClaimImport], name: str, day: date) -> QuerySet[ClaimImport]:
        """Keep what ended on this Seoul day or before."""
        return rows.filter(ended_at__lt=end_of_day(day))


class RejectedRowFilter(django_filters.FilterSet):
    """Rejected rows that have a fault of one kind, perhaps among others."""

    fault = django_filters.ChoiceFilter(
        choices=[(code.value, text) for code, text in SENTENCES.items()], method="by_fault"
    )

    class Meta:
        model = RejectedRow
        fields: tuple[str, ...] = ()

    def by_fault(self, rows: QuerySet[RejectedRow], name: str, value: str) -> QuerySet[RejectedRow]:
        """Keep the rows that have this fault."""
        return rows.filter(faults__contains=[{"code": value}])
