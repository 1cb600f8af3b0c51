"""Narrowing requests, letters, and the list of claims by their requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.letters.models import (
    Channel,
    Code,
    Delivery,
    DeliveryState,
    DocumentRequest,
    RequestState,
)
from claims.helpdesk.letters.rules import REMIND_DAYS
from claims.helpdesk.letters.selectors import claims_by_request
from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from claims.register.stages import Stage, declare_stage
from relief import clock

REQUESTS = (
    ("open", _("Waiting for documents")),
    ("soon", _("Due in 3 days")),
    ("lapsed", _("Deadline passed")),
    ("none", _("Nothing asked for")),
)


def _choice(label: Any, choices: Any, **kwargs: Any) -> Any:
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=_("All"), **kwargs)


class RequestFilter(django_filters.FilterSet):
    """Requests by state, and those due within three days."""

    state = _choice(_("State"), [("soon", _("Due in 3 days")), *RequestState.choices], method="by_state")

    class Meta:
        model = DocumentRequest
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)

    def by_state(self, rows: QuerySet[DocumentRequest], name: str, value: str) -> QuerySet[DocumentRequest]:
        """Keep the requests in a state, or the open ones that are due soon."""
        if value != "soon":
            return rows.filter(state=value)
        return rows.filter(state=RequestState.OPEN, deadline_on__lte=clock.today() + timedelta(days=REMIND_DAYS))


class LetterFilter(django_filters.FilterSet):
    """Letters by whether they went, and by their channel."""

    code = _choice(_("Letter"), Code.choices)
    state = _choice(_("State"), DeliveryState.choices)
    job = django_filters.NumberFilter(label=_("Work number"), field_name="job_id", widget=forms.NumberInput)
    channel = _choice(_("Sent by"), Channel.choices)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        # No choice of this filter depends on the incident.
        super().__init__(*args, **kwargs)


def by_request(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    """Keep the claims whose requests stand as the word says."""
    return claims_by_request(rows, value)


register_claim_filter("request", _choice(_("Request for documents"), REQUESTS, method=by_request))
declare_stage(
    Stage(
        30,
        "documents_requested",
        _("Documents requested"),
        lambda: DocumentRequest.objects.filter(state=RequestState.OPEN),
        "warning",
    )
)
