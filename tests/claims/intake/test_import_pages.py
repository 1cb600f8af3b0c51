"""The acts on an import through their pages: what each shows, what it does, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.intake.services import accept
from claims.models import Claim, ClaimImport, RejectedRow
from relief.accounts.models import User
from tests.claims.intake.conftest import carried_out, csv_of, decided

pytestmark = pytest.mark.django_db(transaction=True)

NEGATIVE = {"매출 손실 규모액": "-5"}
ACTS = ("accept", "refuse", "reopen", "undo", "corrected", "rejected_rows")


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_claimimport_{name}", args=args)


def refusals(response: Any) -> list[str]:
    assert response.status_code == 200
    return [str(error) for error in response.context["form"].non_field_errors()]


@pytest.fixture
def desk(signed_in: Callable[[User], Client], staff: User) -> Client:
    """Intake staff at work."""
    return signed_in(staff)


def seen(desk: Client, row: ClaimImport) -> dict[str, Any]:
    """Return the hidden words of the page that accepts."""
    return dict(desk.get(address("accept", row.pk)).context["form"].initial)


@pytest.mark.parametrize("role", ["committee_member", "finance", "manager", "auditor", "administrator"])
def test_acts_are_closed_to_other_roles(read_in: Any, signed_in: Any, user_as: Any, role: str) -> None:
    row = read_in(csv_of({}, NEGATIVE))
    client = signed_in(user_as(role))
    for name in ACTS:
        assert client.get(address(name, row.pk)).status_code == 403
        assert client.post(address(name, row.pk), {"reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "staged"


def test_accepting_registers_the_claims_and_leads_to_the_page(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}, NEGATIVE))
    answer = desk.post(address("accept", row.pk), seen(desk, row))
    assert answer.headers["Location"] == address("change", row.pk)
    row, _job = carried_out(row)
    assert (row.state, row.rows_new, Claim.objects.count()) == ("accepted", 1, 1)


def test_second_acceptance_is_refused_by_a_sentence(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}))
    words = seen(desk, row)
    assert desk.post(address("accept", row.pk), words).status_code == 302
    assert len(refusals(desk.post(address("accept", row.pk), words))) == 1
    carried_out(row)
    assert len(refusals(desk.post(address("accept", row.pk), words))) == 1
    assert str(desk.get(address("accept", row.pk)).context["warning"])
    assert Claim.objects.count() == 1


def test_acceptance_of_a_summary_that_is_no_longer_the_present_one_is_refused(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}))
    words = seen(desk, row) | {"seen": row.job_id - 1}
    assert len(refusals(desk.post(address("accept", row.pk), words))) == 1
    row.refresh_from_db()
    assert row.state == "staged"


def test_totals_that_differ_need_a_reason(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}), declared_rows=2)
    page = desk.get(address("accept", row.pk))
    words = dict(page.context["form"].initial)
    assert page.context["warning"]
    assert len(refusals(desk.post(address("accept", row.pk), words))) == 1
    assert desk.post(address("accept", row.pk), words | {"reason": "둘째 행은 따로 옴"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("accepting", "둘째 행은 따로 옴")


def test_refusing_needs_a_reason_and_leaves_nothing(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}, NEGATIVE))
    assert list(desk.post(address("refuse", row.pk)).context["form"].errors) == ["reason"]
    assert desk.post(address("refuse", row.pk), {"reason": "보낸 곳이 물림"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.end_reason, row.rows_read) == ("refused", "보낸 곳이 물림", 0)
    assert (Claim.objects.count(), RejectedRow.objects.count()) == (0, 0)


def test_refusing_an_accepted_import_is_refused(take_in: Any, desk: Client) -> None:
    row, _job = take_in(csv_of({}))
    assert desk.get(address("refuse", row.pk)).context["warning"]
    assert len(refusals(desk.post(address("refuse", row.pk), {"reason": "x"}))) == 1
    assert Claim.objects.count() == 1


def test_reopened_import_leads_to_its_columns(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of({}))
    assert desk.post(address("reopen", row.pk)).headers["Location"] == address("columns", row.pk)
    row.refresh_from_db()
    assert (row.state, row.rows_read) == ("proposed", 0)
    assert len(refusals(desk.post(address("reopen", row.pk)))) == 1


def test_undoing_takes_the_claims_out(take_in: Any, desk: Client) -> None:
    row, _job = take_in(csv_of({}, {}))
    page = desk.get(address("undo", row.pk))
    assert [value for _label, value in page.context["facts"]][3] == "2"
    assert list(desk.post(address("undo", row.pk)).context["form"].errors) == ["reason"]
    assert desk.post(address("undo", row.pk), {"reason": "다른 사고의 파일"}).status_code == 302
    row, _job = carried_out(row)
    assert (row.state, Claim.objects.count()) == ("undone", 0)


def test_undoing_what_is_decided_is_refused_before_and_after_the_click(take_in: Any, desk: Client) -> None:
    row, _job = take_in(csv_of({}, {}))
    decided(Claim.objects.first())
    warning = str(desk.get(address("undo", row.pk)).context["warning"])
    assert refusals(desk.post(address("undo", row.pk), {"reason": "x"})) == [warning]
    row.refresh_from_db()
    assert row.state == "accepted"


def test_corrected_rows_become_an_import_that_continues(take_in: Any, desk: Client, staff: User) -> None:
    row, _job = take_in(csv_of({}, NEGATIVE))
    download = desk.post(address("rejected_rows", row.pk), {"reason": "고쳐서 다시 냄"})
    workbook = b"".join(download.streaming_content)
    upload = SimpleUploadedFile("고침.xlsx", workbook)
    answer = desk.post(address("corrected", row.pk), {"file": upload})
    after = ClaimImport.objects.exclude(pk=row.pk).get()
    assert answer.headers["Location"] == address("change", after.pk)
    assert (after.continues_id, after.state, after.imported_by) == (row.pk, "waiting", staff)
    after, _job = carried_out(after)
    assert (after.state, after.rows_rejected) == ("staged", 1)
    # The same workbook again is known, whatever its name.
    upload.seek(0)
    assert len(refusals(desk.post(address("corrected", row.pk), {"file": upload}))) == 1
    accept(by=staff, claim_import=after)
    carried_out(after)
    page = desk.get(address("change", row.pk), {"tab": "rejected"})
    assert [shown.corrected_by for shown in page.context["rejected_rows"]] == [after.pk]
    assert page.context["still_open"] == 0


def test_corrected_rows_of_an_import_that_is_not_accepted_are_refused(read_in: Any, desk: Client) -> None:
    row = read_in(csv_of(NEGATIVE))
    assert desk.get(address("corrected", row.pk)).context["warning"]
    upload = SimpleUploadedFile("고침.xlsx", b"x")
    assert len(refusals(desk.post(address("corrected", row.pk), {"file": upload}))) == 1
    assert ClaimImport.objects.count() == 1
