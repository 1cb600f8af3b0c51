"""The filter a batch is composed from; the list of decisions narrows by the same words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from claims.catalogue.models import Pricing, Service
from committee.decisions.models import Decision
from committee.plan.policies import Tier
from relief.clock import end_of_day, start_of_day
from relief.korea.banks import BANKS

if TYPE_CHECKING:
    from claims.catalogue.models import Incident


class CandidateFilter(django_filters.FilterSet):
    """Decisions narrowed by tier, amount, service, price, bank and day of receipt (Seoul days, both included)."""

    tier = django_filters.ChoiceFilter(
        label=_("Tier"), field_name="tier__number", empty_label=_("All"), widget=UnfoldAdminSelectWidget
    )
    amount_from = django_filters.NumberFilter(
        label=_("Amount from (won)"), field_name="amount", lookup_expr="gte", widget=UnfoldAdminIntegerFieldWidget
    )
    amount_to = django_filters.NumberFilter(
        label=_("Amount up to (won)"), field_name="amount", lookup_expr="lte", widget=UnfoldAdminIntegerFieldWidget
    )
    service = django_filters.ModelChoiceFilter(
        label=_("Service"),
        field_name="claim__service",
        queryset=Service.objects.none(),
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )
    pricing = django_filters.ChoiceFilter(
        label=_("Paid or free"),
        field_name="fact_pricing",
        choices=[(c.value, c.label) for c in Pricing if c != Pricing.BOTH],
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )
    bank = django_filters.ChoiceFilter(
        label=_("Bank"),
        field_name="claim__bank_code",
        choices=[(bank.code, bank.name) for bank in BANKS],
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )
    received_from = django_filters.DateFilter(
        label=_("Received from"), method="from_day", widget=UnfoldAdminSingleDateWidget
    )
    received_to = django_filters.DateFilter(
        label=_("Received up to"), method="up_to_day", widget=UnfoldAdminSingleDateWidget
    )

    class Meta:
        model = Decision
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident: Incident | int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = incident if isinstance(incident, int) else incident.pk
        numbers = Tier.objects.filter(policy__incident_id=key, policy__runs__isnull=False)
        choices = [(n, str(n)) for n in numbers.values_list("number", flat=True).distinct().order_by("number")]
        self.filters["tier"].extra["choices"] = choices
        self.filters["service"].queryset = Service.objects.filter(incident_id=key, operator__kind="company")

    def from_day(self, rows: QuerySet[Decision], name: str, day: date) -> QuerySet[Decision]:
        """Keep what was received on this Seoul day or later."""
        return rows.filter(claim__received_at__gte=start_of_day(day))

    def up_to_day(self, rows: QuerySet[Decision], name: str, day: date) -> QuerySet[Decision]:
        """Keep what was received on this Seoul day or before."""
        return rows.filter(claim__received_at__lt=end_of_day(day))

    @classmethod
    def selection_of(cls, data: Any) -> dict[str, str]:
        """Return the words of the filter out of a form's data, empty ones left out: what a batch keeps."""
        return {name: data[name] for name in cls.base_filters if data.get(name)}
