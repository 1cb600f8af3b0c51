"""The composer does not approve his own batch: not by page, by post, by ORM or by SQL, and no superuser does."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from committee.models import Approval, Batch, Payment
from committee.payouts.services import approve, send_back, submit
from relief.errors import RuleBroken, database_rules
from tests import factories
from tests.committee.factories import approved, decided, drafted, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["both roles", "superuser"])
def composer(request: Any, incident: Any) -> Any:
    """Somebody whose permissions would let him compose and approve."""
    if request.param == "superuser":
        return factories.UserFactory(is_superuser=True, incident=incident)
    return factories.UserFactory(roles=("finance", "manager"), incident=incident)


@pytest.fixture
def batch(incident: Any, composer: Any) -> Batch:
    decided(incident)
    return submitted(incident, by=composer)


def refused_by(write: Any) -> str:
    """Return the name of the database rule that refuses a write."""
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        write()
    return refused.value.code


def approval_of(batch: Batch, by: Any) -> dict[str, Any]:
    return {
        "batch": batch,
        "submission": batch.submission,
        "lines_sha256": batch.lines_sha256,
        "verdict": "approved",
        "approved_by": by,
        "at": factories.WHEN,
    }


def test_page_shows_the_button_shut(batch: Batch, composer: Any, signed_in: Any) -> None:
    page = signed_in(composer).get(reverse("admin:committee_batch_change", args=(batch.pk,)))
    (shut,) = [act for act in page.context["panel"].acts if act.url.endswith("/approve/")]
    assert str(shut.why_not)


def test_post_to_the_page_is_refused(batch: Batch, composer: Any, signed_in: Any) -> None:
    address = reverse("admin:committee_batch_approve", args=(batch.pk,))
    answer = signed_in(composer).post(address, {"lines_sha256": batch.lines_sha256})
    assert len(answer.context["form"].non_field_errors()) == 1
    batch.refresh_from_db()
    assert (batch.state, Approval.objects.count()) == ("submitted", 0)


@pytest.mark.parametrize("act", [approve, send_back])
def test_service_refuses(batch: Batch, composer: Any, act: Any) -> None:
    extra = {"reason": "x"} if act is send_back else {}
    with pytest.raises(RuleBroken) as refused:
        act(by=composer, batch=batch, lines_sha256=batch.lines_sha256, **extra)
    assert refused.value.code == "approver_is_not_composer"


def test_orm_refuses(batch: Batch, composer: Any) -> None:
    code = refused_by(lambda: Approval.objects.create(**approval_of(batch, composer)))
    assert code == "approver_is_not_composer"
    assert refused_by(lambda: Batch.objects.update(state="approved")) == "approval_stands_behind_state"


def test_sql_refuses(batch: Batch, composer: Any) -> None:
    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO committee_approval (batch_id, submission, lines_sha256, verdict, reason, "
                "approved_by_id, at) VALUES (%s, 1, %s, 'approved', '', %s, now())",
                [batch.pk, batch.lines_sha256, composer.pk],
            )

    def move() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE committee_batch SET state = 'approved'")

    assert refused_by(insert) == "approver_is_not_composer"
    assert refused_by(move) == "approval_stands_behind_state"


def test_composer_cannot_be_changed_to_slip_past(batch: Batch, incident: Any) -> None:
    other = factories.UserFactory(incident=incident)
    assert refused_by(lambda: Batch.objects.update(composed_by=other)) == "composer_stays"


def test_approval_of_other_lines_is_refused_by_the_database(batch: Batch, user_as: Any) -> None:
    other = {**approval_of(batch, user_as("manager")), "lines_sha256": "0" * 64}
    assert refused_by(lambda: Approval.objects.create(**other)) == "approval_binds_the_lines"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1},
        {"account_sealed": b"other"},
        {"payee_name": "남"},
        {"bank_code": "088"},
        {"line": 9},
        {"is_live": False},
    ],
)
@pytest.mark.parametrize("make", [submitted, approved])
def test_line_edited_after_submission_is_refused(incident: Any, make: Any, change: dict[str, Any]) -> None:
    decided(incident)
    make(incident)
    lines = Payment.objects.filter(line=1)
    assert refused_by(lambda: lines.update(**change)) == "submitted_lines_are_frozen"


def test_line_added_or_removed_after_submission_is_refused(incident: Any) -> None:
    decided(incident, (1, 2))
    batch = drafted(incident, amount_from="1")
    payment = batch.payments.get(line=2)
    Payment.objects.filter(pk=payment.pk).update(is_live=False)
    submit(by=batch.composed_by, batch=batch)
    assert refused_by(lambda: Payment.objects.filter(line=1).delete()) == "submitted_lines_are_frozen"
    payment.pk, payment.line = None, 3
    assert refused_by(payment.save) == "submitted_lines_are_frozen"


@pytest.mark.parametrize("change", [{"line_sum": 1}, {"line_count": 1}, {"lines_sha256": "x"}, {"submission": 9}])
def test_totals_edited_after_submission_are_refused(incident: Any, change: dict[str, Any]) -> None:
    decided(incident)
    submitted(incident)
    assert refused_by(lambda: Batch.objects.update(**change)) == "frozen_totals_stay"


def test_batches_approvals_and_payments_are_never_deleted(incident: Any) -> None:
    decided(incident)
    approved(incident)
    assert refused_by(lambda: Approval.objects.all().delete()) == "approvals_are_append_only"
    assert refused_by(lambda: Approval.objects.update(reason="x")) == "approvals_are_append_only"
    with connection.cursor() as cursor:
        assert refused_by(lambda: cursor.execute("DELETE FROM committee_batch")) == "batches_are_never_deleted"


@pytest.mark.parametrize("table", ["committee_payment", "committee_approval", "committee_decision"])
def test_tables_of_record_are_not_truncated(table: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
