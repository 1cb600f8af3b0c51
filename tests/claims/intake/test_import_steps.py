"""The next step of an import: its sentence and its buttons follow from where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from claims.intake.import_steps import next_step
from claims.intake.services import refuse
from claims.models import Claim
from tests.claims.intake.conftest import csv_of, decided

pytestmark = pytest.mark.django_db(transaction=True)

NEGATIVE = {"매출 손실 규모액": "-5"}


def buttons(row: Any, user: Any) -> list[tuple[str, str]]:
    return [(button.address, button.variant) for button in next_step(row, user).buttons]


def test_file_that_would_lose_more_than_half_its_rows_says_so(read_in: Any, staff: Any) -> None:
    half = next_step(read_in(csv_of({}, NEGATIVE)), staff)
    most = next_step(read_in(csv_of({"접수번호": "A-1", **NEGATIVE})), staff)
    assert str(half.sentence).startswith("모든 행을 읽었고")
    assert str(most.sentence).startswith("절반이 넘는 행이 반려되어")


def test_refused_file_leads_to_the_page_that_takes_files(read_in: Any, staff: Any) -> None:
    row = read_in(csv_of({}))
    refuse(by=staff, claim_import=row, reason="wrong file")
    row.refresh_from_db()
    assert buttons(row, staff) == [(reverse("admin:claims_claimimport_receive"), "default")]


def test_changes_that_wait_are_the_next_step_of_an_accepted_file(take_in: Any, staff: Any) -> None:
    take_in(csv_of({}))
    decided(Claim.objects.get())
    later, _job = take_in(csv_of({"매출 손실 규모액": "777000"}))
    step = next_step(later, staff)
    assert "변경 1건이 담당자 확인을 기다립니다." in str(step.sentence)
    changes = reverse("admin:claims_claimimport_change", args=(later.pk,)) + "?tab=changes&state=waiting"
    assert buttons(later, staff)[0] == (changes, "primary")
