"""Rejected rows that come back corrected: under their own lines, as the same import, each once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.services import accept, load, receive_file, undo
from claims.register.models import Claim
from relief.accounts.models import User
from relief.errors import RuleBroken
from tests.claims.intake.conftest import GOOD, carried_out, csv_of

pytestmark = pytest.mark.django_db(transaction=True)

BAD = {"매출 손실 규모액": "-5"}


def workbook_of(*rows: tuple[int | str, dict[str, str]], headings: list[str] | None = None) -> bytes:
    """Return corrected rows as people hand them in: the line, the source's own columns, the reasons."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings or ["행", *GOOD, "사유"])
    for line, row in rows:
        number = f"K-{int(line) - 1 if str(line).isdecimal() else 0:06}"
        writer.writerow([line, *(GOOD | {"접수번호": number} | row).values(), "금액은 음수일 수 없습니다."])
    return text.getvalue().encode()


@pytest.fixture
def corrected(staff: User) -> Callable[..., tuple[ClaimImport, Any]]:
    """Hand corrected rows in to an import and read them; accepted where that comes to staging."""

    def corrected(before: ClaimImport, content: bytes) -> tuple[ClaimImport, Any]:
        after = receive_file(
            by=staff, incident=before.incident, chunks=[content], name="corrected.csv", continues=before
        )
        after, job = carried_out(load(by=staff, claim_import=after))
        if after.state != "staged":
            return after, job
        return carried_out(accept(by=staff, claim_import=after))

    return corrected


def test_corrected_rows_become_claims_under_their_lines(
    take_in: Callable[..., Any], corrected: Callable[..., Any]
) -> None:
    before, _job = take_in(csv_of({}, BAD, {}, BAD))
    after, _job = corrected(before, workbook_of((5, {}), (3, {"매출 손실 규모액": "1"})))
    assert (after.state, after.rows_read, after.rows_new, after.continues_id) == ("accepted", 2, 2, before.pk)
    assert list(Claim.objects.order_by("source_line").values_list("source_line", "claimed_loss", "claim_import")) == [
        (2, 420_000, before.pk),
        (3, 1, after.pk),
        (4, 420_000, before.pk),
        (5, 420_000, after.pk),
    ]
    assert set(RejectedRow.objects.values_list("line", "corrected_by")) == {(3, after.pk), (5, after.pk)}


def test_row_that_is_still_bad_is_rejected_again_and_can_come_again(
    take_in: Callable[..., Any], corrected: Callable[..., Any]
) -> None:
    before, _job = take_in(csv_of(BAD, BAD))
    after, _job = corrected(before, workbook_of((2, {}), (3, BAD)))
    assert (after.rows_new, after.rows_rejected) == (1, 1)
    assert RejectedRow.objects.get(corrected_by=None).claim_import_id == after.pk
    last, _job = corrected(after, workbook_of((3, {})))
    assert (last.rows_new, RejectedRow.objects.filter(corrected_by=None).count()) == (1, 0)
    assert Claim.objects.count() == 2


@pytest.mark.parametrize("line", ["2", "99", "", "3.5", "=3"])
def test_row_of_a_line_that_is_not_open_refuses_the_file(
    take_in: Callable[..., Any], corrected: Callable[..., Any], line: str
) -> None:
    before, _job = take_in(csv_of({}, BAD))
    after, job = corrected(before, workbook_of((line, {})))
    assert (after.state, job.state, Claim.objects.count()) == ("failed", "failed", 1)
    assert job.error


def test_line_that_comes_twice_refuses_the_file(take_in: Callable[..., Any], corrected: Callable[..., Any]) -> None:
    before, _job = take_in(csv_of(BAD))
    after, _job = corrected(before, workbook_of((2, {}), (2, {"접수번호": "K-9"})))
    assert (after.state, Claim.objects.count()) == ("failed", 0)


def test_file_with_other_columns_is_refused(take_in: Callable[..., Any], corrected: Callable[..., Any]) -> None:
    before, _job = take_in(csv_of(BAD))
    after, job = corrected(before, workbook_of((2, {}), headings=["행", "하나", *list(GOOD)[1:], "사유"]))
    assert (after.state, Claim.objects.count()) == ("failed", 0)
    assert job.error


def test_corrected_rows_before_the_acceptance_are_refused(read_in: Callable[..., ClaimImport], staff: User) -> None:
    before = read_in(csv_of({}, BAD))
    with pytest.raises(RuleBroken) as refused:
        receive_file(by=staff, incident=before.incident, chunks=[b"x"], name="x.csv", continues=before)
    assert refused.value.code == "import_not_continued"


def test_import_with_a_continuation_is_undone_after_it(
    take_in: Callable[..., Any], corrected: Callable[..., Any], staff: User
) -> None:
    before, _job = take_in(csv_of({}, BAD))
    after, _job = corrected(before, workbook_of((3, {})))
    with pytest.raises(RuleBroken) as refused:
        undo(by=staff, claim_import=before, reason="x")
    assert refused.value.code == "import_continued"
    carried_out(undo(by=staff, claim_import=after, reason="x"))
    assert RejectedRow.objects.get(claim_import=before).corrected_by is None
    assert carried_out(undo(by=staff, claim_import=before, reason="x"))[0].state == "undone"
    assert Claim.objects.count() == 0


def test_row_that_came_twice_stays_with_the_file_that_was_first(
    take_in: Callable[..., Any], corrected: Callable[..., Any], staff: User
) -> None:
    before, _job = take_in(csv_of(BAD))
    late = receive_file(
        by=staff,
        incident=before.incident,
        chunks=[workbook_of((2, {"이름": "이서연"}))],
        name="b.csv",
        continues=before,
    )
    late, _job = carried_out(load(by=staff, claim_import=late))
    first, _job = corrected(before, workbook_of((2, {})))
    late, _job = carried_out(accept(by=staff, claim_import=late))
    assert (late.state, late.rows_changed) == ("staged", 1)
    late, _job = carried_out(accept(by=staff, claim_import=late))
    assert late.state == "accepted"
    carried_out(undo(by=staff, claim_import=late, reason="x"))
    assert RejectedRow.objects.get().corrected_by_id == first.pk
