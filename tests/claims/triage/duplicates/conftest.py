"""Claims that are alike only where a test says so, and the search over them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from claims.models import Claim, Service
from claims.triage.duplicates.detecting import Found, look_for_duplicates
from tests import factories

_serials = count(1)


@pytest.fixture
def service(incident: Any) -> Service:
    return factories.ServiceFactory(incident=incident)


@pytest.fixture
def claim(incident: Any, service: Service) -> Callable[..., Claim]:
    """Make a general user's claim that shares nothing with any other but its service and its day."""

    def make(**given: Any) -> Claim:
        serial = next(_serials)
        word = "".join(chr(0xAC00 + (serial * 7919 + place * 1301) % 11_000) for place in range(24))
        facts: dict[str, Any] = {
            "incident": incident,
            "service": service,
            "name": "".join(chr(0xAC00 + (serial * 977 + place * 331) % 11_000) for place in range(5)),
            "description": word,
            "claimed_loss": None,
            "registration_number": None,
            "account": None,
            "bank_code": "",
            "reporter_type": "general_user",
        }
        return factories.ClaimFactory(**(facts | given))

    return make


@pytest.fixture
def look(incident: Any) -> Callable[..., Found]:
    """Look over all claims of the incident, or over those given."""

    def search(*claims: Claim) -> Found:
        which = Claim.objects.filter(incident=incident)
        if claims:
            which = which.filter(pk__in=[one.pk for one in claims])
        with transaction.atomic():
            return look_for_duplicates(incident.pk, which)

    return search
