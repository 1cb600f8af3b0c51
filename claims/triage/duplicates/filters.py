"""Narrowing the list of groups, and the register by what duplicates say of a claim."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from claims.triage.duplicates.holds import standing_closures, waiting_members
from claims.triage.duplicates.models import DuplicateGroup, GroupState
from claims.triage.duplicates.selectors import on_shared_accounts
from claims.triage.duplicates.words import REASON_WORDS

ALL = "all"
_STATES = (*((state.value, state.label) for state in GroupState if state != GroupState.OPEN), (ALL, _("All")))
_RISKS = (("yes", _("With a shared account")), ("no", _("Without a shared account")))
_SIZES = (("2", _("Two claims")), ("3", _("Three claims or more")), ("50", _("More than 50 claims")))
_WORDS = (
    ("open", _("In an open group")),
    ("closed", _("Closed as a duplicate")),
    ("risk", _("On a shared account")),
    ("none", _("Neither")),
)


class GroupFilter(django_filters.FilterSet):
    """Groups by where they stand and what they are made of; without a word about the state, the open ones."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=_STATES, empty_label=GroupState.OPEN.label, method="by_state"
    )
    reason = django_filters.ChoiceFilter(
        label=_("Reason"), choices=[(one.value, word) for one, word in REASON_WORDS.items()], empty_label=_("All"),
        method="by_reason",
    )  # fmt: skip
    risk = django_filters.ChoiceFilter(
        label=_("Shared account"), choices=_RISKS, empty_label=_("All"), method="by_risk"
    )
    size = django_filters.ChoiceFilter(label=_("Size"), choices=_SIZES, empty_label=_("All"), method="by_size")

    class Meta:
        model = DuplicateGroup
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[DuplicateGroup]) -> QuerySet[DuplicateGroup]:
        rows: QuerySet[DuplicateGroup] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state=GroupState.OPEN)

    def by_state(self, rows: QuerySet[DuplicateGroup], name: str, value: str) -> QuerySet[DuplicateGroup]:
        """Keep the groups in a state, or all."""
        return rows if value == ALL else rows.filter(state=value)

    def by_reason(self, rows: QuerySet[DuplicateGroup], name: str, value: str) -> QuerySet[DuplicateGroup]:
        """Keep the groups in which a pair has this likeness or difference."""
        return rows.filter(reasons__contains=[value])

    def by_risk(self, rows: QuerySet[DuplicateGroup], name: str, value: str) -> QuerySet[DuplicateGroup]:
        """Keep the groups with a member on a shared account, or without."""
        return rows.filter(is_risk=value == "yes")

    def by_size(self, rows: QuerySet[DuplicateGroup], name: str, value: str) -> QuerySet[DuplicateGroup]:
        """Keep pairs, or what is larger."""
        return {
            "2": rows.filter(member_count=2),
            "3": rows.filter(member_count__gte=3),
            "50": rows.filter(member_count__gt=50),
        }[value]


class DuplicatesFilter(django_filters.ChoiceFilter):
    """Claims by what duplicates say of them."""

    def filter(self, qs: QuerySet[Claim], value: str) -> QuerySet[Claim]:
        tests = {
            "open": Exists(waiting_members().filter(claim=OuterRef("pk")).order_by()),
            "closed": Exists(standing_closures().filter(claim=OuterRef("pk")).order_by()),
            "risk": Exists(on_shared_accounts().order_by()),
        }
        if value == "none":
            return qs.exclude(tests["open"] | tests["closed"] | tests["risk"])
        return qs.filter(tests[value]) if value in tests else qs


register_claim_filter("duplicates", DuplicatesFilter(label=_("Duplicates"), choices=_WORDS, empty_label=_("All")))
