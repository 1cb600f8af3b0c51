"""The history of an import: one sentence a step, who, why, and who took its file."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from claims.intake.import_history import history_of
from claims.intake.rejected_workbook import Wanted, hand_out
from claims.intake.services import refuse, reopen, undo
from relief.accounts.models import User
from tests.claims.intake.conftest import carried_out, csv_of

pytestmark = pytest.mark.django_db(transaction=True)

NEGATIVE = {"매출 손실 규모액": "-5"}


def test_history_tells_every_step_once_with_who_and_why(take_in: Any, staff: User, signed_in: Any) -> None:
    row, _job = take_in(csv_of({}, NEGATIVE))
    handed = hand_out(by=staff, claim_import=row, wanted=Wanted(), reason="고쳐서 다시 냄")
    assert handed.file is not None
    handed.file.close()
    signed_in(staff).get(reverse("stored_file", args=[row.stored_file_id])).close()
    row, _job = carried_out(undo(by=staff, claim_import=row, reason="다른 사고의 파일"))
    lines = history_of(row)
    # Handed in, confirmed, begun, read, accepted, registered, two downloads, undoing asked for, undone.
    assert len(lines) == len({str(line.sentence) for line in lines}) == 10
    assert {line.who for line in lines} == {str(staff)}
    assert [line.reason for line in lines if line.reason] == ["다른 사고의 파일", "고쳐서 다시 냄"]
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)


def test_history_tells_of_columns_corrected_and_a_file_refused(read_in: Any, staff: User) -> None:
    row = reopen(by=staff, claim_import=read_in(csv_of({})))
    refuse(by=staff, claim_import=row, reason="보낸 곳이 물림")
    lines = history_of(row)
    assert (len(lines), lines[0].reason) == (6, "보낸 곳이 물림")


def test_history_of_a_failed_reading_says_so(queue: Any) -> None:
    row, job = carried_out(queue(csv_of()))
    assert (job.state, len(history_of(row))) == ("failed", 4)
