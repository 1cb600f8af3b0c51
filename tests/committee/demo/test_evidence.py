from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from claims.models import Evidence
from committee.demo.evidence import lay_evidence
from tests.committee import factories as committee


@pytest.mark.django_db
def test_demo_claims_above_the_bound_get_documents_in_mixed_states(
    private_folder: Path, incident: Any, user_as: Any
) -> None:
    clerk = user_as("intake_staff")
    committee.classified(incident, [600_000] * 5 + [500_000])
    assert lay_evidence(by=clerk, incident=incident) == 13
    assert Counter(Evidence.objects.values_list("state", flat=True)) == {
        "received": 6,
        "accepted": 5,
        "refused": 1,
        "replaced": 1,
    }
    assert lay_evidence(by=clerk, incident=incident) == 0
