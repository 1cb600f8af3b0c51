"""Narrowing referral files and referrals, and the list of claims by where their referral stands."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Operator
from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from claims.triage.referral.models import FileState, Referral, ReferralFile, ReferralState, SentBackCode
from claims.triage.referral.selectors import CHANGED, CONFLICT, TO_SETTLE, overdue_files, waiting_claims

SETTLE, CHANGED_SINCE, IN_CONFLICT, OVERDUE = "to_settle", "changed", "conflict", "overdue"
SIGNS = (
    (SETTLE, _("Sent back by affiliates, to be settled")),
    (CHANGED_SINCE, _("Changed since the packing")),
    (IN_CONFLICT, _("No longer the affiliate's")),
)
ON_CLAIMS = (("waiting", _("Waits for referral")), *ReferralState.choices[:1], (SETTLE, _("Sent back, to be settled")))
FILES = ((OVERDUE, _("Unacknowledged after 7 days")), *FileState.choices)


class _OfAffiliate(django_filters.FilterSet):
    """What both lists are narrowed by: the affiliate, offered within the incident."""

    operator = django_filters.ModelChoiceFilter(
        label=_("Affiliate"), queryset=Operator.objects.none(), empty_label=_("All")
    )

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        affiliates = Operator.objects.filter(incident_id=incident_id or 0, kind=Operator.Kind.AFFILIATE)
        self.filters["operator"].queryset = affiliates.order_by("name")


class ReferralFileFilter(_OfAffiliate):
    """Referral files by affiliate and state."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=FILES, empty_label=_("All"), method="by_state")

    class Meta:
        model = ReferralFile
        fields: tuple[str, ...] = ()

    def by_state(self, rows: QuerySet[ReferralFile], name: str, value: str) -> QuerySet[ReferralFile]:
        """Keep the files in a state; "overdue" keeps those that an affiliate has had for a week without a word."""
        return rows.filter(pk__in=overdue_files().values("pk")) if value == OVERDUE else rows.filter(state=value)


class ReferralFilter(_OfAffiliate):
    """Referrals by affiliate, file, state, why they came back, and what a person has to look at."""

    operator = django_filters.ModelChoiceFilter(
        label=_("Affiliate"), field_name="file__operator", queryset=Operator.objects.none(), empty_label=_("All")
    )
    file = django_filters.ModelChoiceFilter(label=_("File"), queryset=ReferralFile.objects.none(), empty_label=_("All"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=ReferralState.choices, empty_label=_("All"))
    code = django_filters.ChoiceFilter(
        label=_("Why it was sent back"), choices=SentBackCode.choices, empty_label=_("All")
    )
    sign = django_filters.ChoiceFilter(label=_("To look at"), choices=SIGNS, empty_label=_("All"), method="by_sign")

    class Meta:
        model = Referral
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, incident_id=incident_id, **kwargs)
        files = ReferralFile.objects.filter(incident_id=incident_id or 0).select_related("operator")
        self.filters["file"].queryset = files.order_by("-pk")

    def by_sign(self, rows: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        """Keep what came back and is not settled, what changed since, or what is no longer the affiliate's."""
        return rows.filter({SETTLE: TO_SETTLE, CHANGED_SINCE: CHANGED, IN_CONFLICT: CONFLICT}[value])


def _by_referral(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    if not value:
        return rows
    if value == "waiting":
        # Of other incidents none is in the list; the incident is each claim's own.
        return rows.filter(Exists(waiting_claims(OuterRef("incident")).filter(pk=OuterRef("pk"))))  # type: ignore[arg-type]
    which = TO_SETTLE if value == SETTLE else Q(state="referred")
    return rows.filter(Exists(Referral.objects.filter(which, claim=OuterRef("pk")).order_by()))


register_claim_filter(
    "referral",
    django_filters.ChoiceFilter(label=_("Referral"), choices=ON_CLAIMS, empty_label=_("All"), method=_by_referral),
)
