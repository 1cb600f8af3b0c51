"""Narrowing the register of claims; shared by the list and whoever selects claims from outside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import IntakeRound, Operator, Pricing, ReporterType, Service
from claims.register.assigning import assignees
from claims.register.models import Claim, Claimant
from claims.register.selectors import COMPLETE
from claims.register.standing import at_stage, stage_choices
from relief.clock import end_of_day, now, start_of_day
from relief.money import MAX_WON

COMPLETENESS = (("complete", _("Complete")), ("incomplete", _("Incomplete")))
SAME_NUMBER = (("yes", _("Known under another name too")),)
AGES = ((7, _("Older than 7 days")), (14, _("Older than 14 days")), (30, _("Older than 30 days")))
CLASSIFIED = (("yes", _("Classified")), ("no", _("Not classified")))


def register_claim_filter(name: str, narrowing: django_filters.Filter) -> None:
    """Let the list of claims be narrowed by one more word; for slices that the register does not know.

    The filter stands beside the register's own, and the composer of whoever selects claims has it too.
    """
    ClaimFilter.base_filters[name] = narrowing


def _natures() -> Any:
    """Return the choices of the third axis; the slice above names them."""
    return apps.get_model("claims", "Classification")._meta.get_field("nature").choices


def _choice(label: Any, choices: Any, **kwargs: Any) -> Any:
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=_("All"), **kwargs)


def _of(label: Any, model: Any, **kwargs: Any) -> Any:
    return django_filters.ModelChoiceFilter(label=label, queryset=model.objects.none(), empty_label=_("All"), **kwargs)


def _won(label: Any, lookup: str) -> Any:
    return django_filters.NumberFilter(
        label=label,
        field_name="claimed_loss",
        lookup_expr=lookup,
        min_value=0,
        max_value=MAX_WON,
        decimal_places=0,
        widget=forms.NumberInput(attrs={"step": 1}),
    )


def _day(label: Any, method: str) -> Any:
    return django_filters.DateFilter(label=label, method=method, widget=forms.DateInput(attrs={"type": "date"}))


class ClaimFilter(django_filters.FilterSet):
    """Claims by what was reported and where they stand; days are Seoul days, both included, losses whole won.

    The axes are the classification's where there is one, else what was reported. `incident_id` bounds the choices;
    None offers none.
    """

    state = _choice(_("State"), stage_choices, method="by_state")
    assignee = _choice(_("Assignee"), (("me", _("Me")), ("nobody", _("Nobody"))), method="by_assignee")
    intake_round = _of(_("Intake round"), IntakeRound)
    reporter_type = _choice(_("Reporter type"), ReporterType.choices, method="by_axis")
    service = _of(_("Service"), Service)
    pricing = _choice(
        _("Paid or free"), [(kind.value, kind.label) for kind in Pricing if kind != Pricing.BOTH], method="by_axis"
    )
    nature = _choice(_("Monetary loss or inquiry"), _natures, field_name="classification__nature")
    operator_kind = _choice(_("Own company or affiliate"), Operator.Kind.choices, field_name="service__operator__kind")
    classified = _choice(_("Classification"), CLASSIFIED, method="by_classified")
    admission = _choice(_("Admission"), Claim.Admission.choices)
    completeness = _choice(_("Completeness"), COMPLETENESS, method="by_completeness")
    same_number = _choice(_("Claimant's number"), SAME_NUMBER, method="by_same_number")
    age = _choice(_("Age"), AGES, method="by_age")
    claim_import = _of(_("Import"), Claim)
    loss_from = _won(_("Loss from (won)"), "gte")
    loss_to = _won(_("Loss up to (won)"), "lte")
    received_from = _day(_("Received from"), "from_day")
    received_to = _day(_("Received up to"), "up_to_day")

    class Meta:
        model = Claim
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        imports: Any = apps.get_model("claims", "ClaimImport")._default_manager
        within = {"incident_id": incident_id}
        self.filters["intake_round"].queryset = IntakeRound.objects.filter(**within).order_by("number")
        self.filters["service"].queryset = Service.objects.filter(**within).order_by("name")
        people = [(str(person.pk), str(person)) for person in assignees(incident_id)]
        self.filters["assignee"].extra["choices"] = (("me", _("Me")), ("nobody", _("Nobody")), *people)
        self.filters["claim_import"].queryset = imports.filter(**within).select_related("stored_file").order_by("-pk")

    def by_state(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep the claims that have come as far as this stage and no further."""
        return at_stage(rows, value)

    def by_assignee(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep what is assigned to who asks, to nobody, or to a person."""
        if value == "nobody":
            return rows.filter(assignment__isnull=True)
        asks = getattr(getattr(self.request, "user", None), "pk", None)
        return rows.filter(assignment__user=asks if value == "me" else int(value))

    def by_age(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep what was received more than so many days ago."""
        return rows.filter(received_at__lt=now() - timedelta(days=int(value)))

    def by_axis(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep what the classification says on an axis, and the unclassified that were reported so."""
        reported = Q(classification__isnull=True, **{name: value})
        return rows.filter(Q(**{f"classification__{name}": value}) | reported)

    def by_classified(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep what has a classification, or what has none."""
        return rows.filter(classification__isnull=value == "no")

    def by_completeness(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep what can be paid as far as name, contact and account go, or what lacks one of them."""
        return rows.filter(COMPLETE if value == "complete" else ~COMPLETE)

    def by_same_number(self, rows: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Keep the claims whose claimant's number stands under another name too, on other claims."""
        others = Claimant.objects.filter(
            Exists(Claim.objects.filter(claimant=OuterRef("pk"))),
            incident=OuterRef("incident"),
            identity_kind=OuterRef("claimant__identity_kind"),
            identity_index=OuterRef("claimant__identity_index"),
        ).exclude(pk=OuterRef("claimant"))
        return rows.filter(Exists(others))

    def from_day(self, rows: QuerySet[Claim], name: str, day: date) -> QuerySet[Claim]:
        """Keep what was received on this Seoul day or later."""
        return rows.filter(received_at__gte=start_of_day(day))

    def up_to_day(self, rows: QuerySet[Claim], name: str, day: date) -> QuerySet[Claim]:
        """Keep what was received on this Seoul day or before."""
        return rows.filter(received_at__lt=end_of_day(day))
