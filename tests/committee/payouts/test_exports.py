"""The way to the bank: from frozen lines, once, and the same bytes ever after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.urls import reverse

from committee.models import BankFile, Payment
from committee.payouts.exports import download, export
from relief.audit.models import Disclosure
from relief.errors import NotAllowed, RuleBroken
from relief.sealed import SealBroken
from tests import factories
from tests.committee.factories import approved, decided, drafted, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]


def downloaded(by: Any, row: BankFile, reason: str) -> bytes:
    with download(by=by, bank_file=row, reason=reason) as file:
        return file.read()


def test_export_stores_the_file_with_control_totals(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = approved(incident)
    finance = user_as("finance")
    row = export(by=finance, batch=batch)
    content = downloaded(finance, row, "은행 전송")
    assert hashlib.sha256(content).hexdigest() == row.sha256 == row.stored_file.sha256
    assert (row.line_count, row.line_sum, row.layout) == (2, 80_000, "bulk_transfer")
    batch.refresh_from_db()
    assert batch.state == "exported"


def test_every_download_gives_the_same_bytes_and_is_recorded(incident: Any, user_as: Any) -> None:
    decided(incident)
    finance = user_as("finance")
    row = export(by=finance, batch=approved(incident))
    contents = {downloaded(finance, row, reason) for reason in ("첫째", "둘째")}
    assert len(contents) == 1
    records = Disclosure.objects.order_by("pk").values_list("by", "kind", "subject", "subject_key", "reason")
    assert list(records) == [
        (finance.pk, "download", "committee.bankfile", str(row.pk), "첫째"),
        (finance.pk, "download", "committee.bankfile", str(row.pk), "둘째"),
    ]


def test_download_without_reason_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    finance = user_as("finance")
    row = export(by=finance, batch=approved(incident))
    with pytest.raises(RuleBroken) as refused:
        download(by=finance, bank_file=row, reason="  ")
    assert (refused.value.code, Disclosure.objects.count()) == ("reason_missing", 0)


def test_download_from_another_incident_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    row = export(by=user_as("finance"), batch=approved(incident))
    stranger = factories.UserFactory(finance=True, incident=factories.IncidentFactory())
    with pytest.raises(NotAllowed):
        download(by=stranger, bank_file=row, reason="x")
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_export_and_download_need_their_permission(incident: Any, user_as: Any, role: str) -> None:
    decided(incident)
    batch = approved(incident)
    with pytest.raises(NotAllowed):
        export(by=user_as(role), batch=batch)
    row = export(by=user_as("finance"), batch=batch)
    with pytest.raises(NotAllowed):
        download(by=user_as(role), bank_file=row, reason="x")


@pytest.mark.parametrize("make", [drafted, submitted])
def test_export_before_approval_is_refused(incident: Any, user_as: Any, make: Callable[..., Any]) -> None:
    decided(incident)
    with pytest.raises(RuleBroken) as refused:
        export(by=user_as("finance"), batch=make(incident))
    assert (refused.value.code, BankFile.objects.count()) == ("batch_moves_as_its_table_says", 0)


def test_export_twice_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    finance, batch = user_as("finance"), approved(incident)
    export(by=finance, batch=batch)
    with pytest.raises(RuleBroken) as refused:
        export(by=finance, batch=batch)
    assert (refused.value.code, BankFile.objects.count()) == ("batch_moves_as_its_table_says", 1)


@pytest.mark.parametrize("change", ["amount = 30001", "payee_name = '남'", "bank_code = '088'", "line = 7"])
def test_export_of_lines_altered_past_the_triggers_is_refused(incident: Any, user_as: Any, change: str) -> None:
    decided(incident)
    batch = approved(incident)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE committee_payment SET {change} WHERE line = 1")
    with pytest.raises(RuleBroken) as refused:
        export(by=user_as("finance"), batch=batch)
    assert (refused.value.code, BankFile.objects.count()) == ("lines_altered", 0)


def test_export_of_an_account_moved_from_another_claim_is_refused(incident: Any, user_as: Any) -> None:
    decided(incident)
    batch = approved(incident)
    with pgtrigger.ignore():
        other = Payment.objects.get(line=2).account_sealed
        Payment.objects.filter(line=1).update(account_sealed=other)
    with pytest.raises(SealBroken):
        export(by=user_as("finance"), batch=batch)
    assert BankFile.objects.count() == 0


def test_bank_file_leaves_by_its_own_page_alone(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    finance = user_as("finance")
    row = export(by=finance, batch=approved(incident))
    answer = signed_in(finance).get(reverse("stored_file", args=(row.stored_file_id,)))
    assert (answer.status_code, Disclosure.objects.filter(kind="download").count()) == (403, 0)
