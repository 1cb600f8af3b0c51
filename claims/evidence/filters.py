"""Narrowing the list of evidence, and the list of claims by how far their documents are."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.evidence.models import Evidence, EvidenceState, Kind
from claims.evidence.selectors import claims_by_documents
from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from relief.clock import end_of_day, start_of_day

ALL = "all"
DOCUMENTS = (
    ("none", _("Not needed")),
    ("missing", _("Missing")),
    ("check", _("To check")),
    ("complete", _("Documents complete")),
)


def _day(label: Any, method: str) -> Any:
    return django_filters.DateFilter(label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}))


class EvidenceFilter(django_filters.FilterSet):
    """Evidence by state (what waits for a check, where no state is asked for), kind and Seoul day, both included."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[*EvidenceState.choices, (ALL, _("All"))], empty_label=None, method="by_state"
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices, empty_label=_("All"))
    uploaded_from = _day(_("Uploaded from"), "from_day")
    uploaded_to = _day(_("Uploaded up to"), "up_to_day")

    class Meta:
        model = Evidence
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        asked = data.copy() if data is not None else {}
        if not asked.get("state"):
            asked["state"] = EvidenceState.RECEIVED
        super().__init__(asked, *args, **kwargs)

    def by_state(self, rows: QuerySet[Evidence], name: str, value: str) -> QuerySet[Evidence]:
        """Keep the items in a state."""
        return rows if value == ALL else rows.filter(state=value)

    def from_day(self, rows: QuerySet[Evidence], name: str, day: date) -> QuerySet[Evidence]:
        """Keep what was handed in on this Seoul day or later."""
        return rows.filter(uploaded_at__gte=start_of_day(day))

    def up_to_day(self, rows: QuerySet[Evidence], name: str, day: date) -> QuerySet[Evidence]:
        """Keep what was handed in on this Seoul day or before."""
        return rows.filter(uploaded_at__lt=end_of_day(day))


def by_documents(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    """Keep the claims whose documents stand as the word says."""
    return claims_by_documents(rows, value)


register_claim_filter(
    "documents",
    django_filters.ChoiceFilter(label=_("Documents"), choices=DOCUMENTS, empty_label=_("All"), method=by_documents),
)
