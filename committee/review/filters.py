"""Narrowing the list of objections, and the list of claims by their objections."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from committee.review.holds import open_objections
from committee.review.models import OPEN, Ground, Objection, ObjectionState
from committee.review.selectors import due_soon, overdue
from relief.clock import today

ALL = "all"
MINE, NOBODY = "mine", "nobody"
SOON, OVERDUE, LATE = "soon", "overdue", "late"


class ObjectionFilter(django_filters.FilterSet):
    """Objections by state (the open ones where none is asked for), whose they are, their days, and their ground."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*ObjectionState.choices, (ALL, _("All"))],
        empty_label=_("All that are open"),
        method="by_state",
    )
    who = django_filters.ChoiceFilter(
        label=_("Reviewer"),
        choices=((MINE, _("Mine")), (NOBODY, _("Nobody"))),
        empty_label=_("Everybody"),
        method="by_who",
    )
    day = django_filters.ChoiceFilter(
        label=_("Days"),
        choices=(
            (SOON, _("Answer due within a week")),
            (OVERDUE, _("Answer overdue")),
            (LATE, _("Came after the last day")),
        ),
        empty_label=_("All"),
        method="by_day",
    )
    ground = django_filters.ChoiceFilter(
        label=_("Ground of the objection"), choices=Ground.choices, empty_label=_("All")
    )

    class Meta:
        model = Objection
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Objection]) -> QuerySet[Objection]:
        rows: QuerySet[Objection] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state__in=OPEN)

    def by_state(self, rows: QuerySet[Objection], name: str, value: str) -> QuerySet[Objection]:
        """Keep the objections in a state, or all."""
        return rows if value == ALL else rows.filter(state=value)

    def by_who(self, rows: QuerySet[Objection], name: str, value: str) -> QuerySet[Objection]:
        """Keep those that the user examines, or those that nobody does."""
        return rows.filter(reviewer=None if value == NOBODY else self.request.user)

    def by_day(self, rows: QuerySet[Objection], name: str, value: str) -> QuerySet[Objection]:
        """Keep the open ones that are due soon or overdue, or all that came late."""
        if value == LATE:
            return rows.filter(received_on__gt=F("deadline_on"))
        return rows.filter(due_soon(today()) if value == SOON else overdue(today()), state__in=OPEN)


def by_objection(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    """Keep the claims with an open objection, with an ended one, or with none."""
    any_one = Exists(Objection.objects.filter(claim=OuterRef("pk")).order_by())
    open_one = Exists(open_objections().filter(claim=OuterRef("pk")).order_by())
    if value == "open":
        return rows.filter(open_one)
    return rows.filter(any_one).exclude(open_one) if value == "ended" else rows.exclude(any_one)


register_claim_filter(
    "objection",
    django_filters.ChoiceFilter(
        label=_("Objection"),
        choices=(("open", _("Objection open")), ("ended", _("Objection ended")), ("none", _("No objection"))),
        empty_label=_("All"),
        method=by_objection,
    ),
)
