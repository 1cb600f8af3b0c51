"""The home page counts the groups that wait, for who settles them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.models import DuplicateGroup
from claims.triage.duplicates.cards import open_groups_card
from tests import factories

pytestmark = pytest.mark.django_db


def test_card_counts_open_groups_of_the_incident(incident: Any, user_as: Callable[..., Any]) -> None:
    clerk = user_as("intake_staff")
    assert open_groups_card(clerk) is None
    for of in (incident, incident, factories.IncidentFactory()):
        factories.DuplicateGroupFactory(claims=factories.ClaimFactory.create_batch(2, incident=of))
    DuplicateGroup.objects.filter(pk=DuplicateGroup.objects.earliest("pk").pk).update(state="settled")
    card = open_groups_card(clerk)
    assert card is not None
    assert card.count == 1
