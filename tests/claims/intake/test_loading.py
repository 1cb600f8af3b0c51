"""A file into staging: chunk by chunk, resumable, and gone without a trace where it is given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from claims.catalogue.models import Incident
from claims.intake import loading
from claims.intake.facts import StagedClaim
from claims.intake.models import ClaimImport, RejectedRow
from claims.register.models import Claim, Claimant
from relief.accounts.models import User
from relief.jobs import services as jobs
from relief.jobs.models import Job
from tests.claims.intake.conftest import carried_out, csv_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a batch and a chunk."""
    monkeypatch.setattr(loading, "ROWS_A_BATCH", 2)
    monkeypatch.setattr(loading, "ROWS_A_CHUNK", 2)


def traces() -> tuple[int, int, int, int]:
    """Return how many claims, claimants, staged claims and rejected rows stand."""
    return (
        Claim.objects.count(),
        Claimant.objects.count(),
        StagedClaim.objects.count(),
        RejectedRow.objects.count(),
    )


def test_file_that_is_read_stands_in_staging_alone(read_in: Callable[..., Any]) -> None:
    claim_import = read_in(csv_of({}, {"매출 손실 규모액": "-5"}, {}))
    assert traces() == (0, 0, 2, 1)
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_rejected) == (3, 2, 1)
    assert claim_import.summary["sum_of_losses"] == 840_000


def test_staging_is_unlogged(queue: Callable[..., Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE oid = 'claims_stagedclaim'::regclass")
        assert cursor.fetchone() == ("u",)


@pytest.mark.usefixtures("small_chunks")
def test_worker_that_comes_after_goes_on_after_the_last_chunk(
    queue: Callable[..., ClaimImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_import = queue(csv_of(*[{}] * 4, {"매출 손실 규모액": "-5"}, *[{}] * 4))
    write, written = loading._write, []

    def write_twice_and_die(*arguments: Any) -> None:
        write(*arguments)
        written.append(arguments[2])
        if len(written) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_write", write_twice_and_die)
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out(claim_import.job_id)  # type: ignore[arg-type]
    keys = set(StagedClaim.objects.values_list("claim_key", flat=True))
    assert (len(keys), Job.objects.get().outcome) == (4, {"read": 4})
    Job.objects.update(state="queued", lease_token=None, lease_until=None)
    claim_import, job = carried_out(claim_import)
    assert (claim_import.state, job.state) == ("staged", "done")
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_rejected) == (9, 8, 1)
    assert keys < set(StagedClaim.objects.values_list("claim_key", flat=True))


@pytest.mark.usefixtures("small_chunks")
def test_staging_that_a_crash_emptied_is_read_anew(
    queue: Callable[..., ClaimImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_import = queue(csv_of(*[{}] * 3, {"매출 손실 규모액": "-5"}, *[{}] * 3))
    write = loading._write

    def write_and_die(*arguments: Any) -> None:
        write(*arguments)
        if arguments[2] == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_write", write_and_die)
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out(claim_import.job_id)  # type: ignore[arg-type]
    # What a crash of the server does to an UNLOGGED table.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE claims_stagedclaim")
    Job.objects.update(state="queued", lease_token=None, lease_until=None)
    claim_import, _job = carried_out(claim_import)
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_rejected) == (7, 6, 1)


def test_staging_lost_while_the_file_waited_is_read_again_on_acceptance(
    read_in: Callable[..., ClaimImport], staff: User
) -> None:
    from claims.intake.services import accept

    claim_import = read_in(csv_of({}, {"접수번호": "K-000001"}, {"매출 손실 규모액": "-5"}, {}))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE claims_stagedclaim")
    claim_import, _job = carried_out(accept(by=staff, claim_import=claim_import))
    assert claim_import.state == "accepted"
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_rejected) == (4, 2, 2)
    assert traces() == (2, 1, 0, 2)


@pytest.mark.usefixtures("small_chunks")
def test_cancel_in_the_middle_leaves_nothing(
    queue: Callable[..., ClaimImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_import = queue(csv_of(*[{}] * 40))
    write = loading._write

    def write_and_cancel(*arguments: Any) -> None:
        write(*arguments)
        Job.objects.update(cancel_asked=True)

    monkeypatch.setattr(loading, "_write", write_and_cancel)
    claim_import, job = carried_out(claim_import)
    assert (claim_import.state, job.state) == ("cancelled", "cancelled")
    assert traces() == (0, 0, 0, 0)


def test_cancelled_import_lets_its_file_come_again(
    staff: User, queue: Callable[..., ClaimImport], hand_in: Callable[..., ClaimImport]
) -> None:
    claim_import = queue(csv_of({}))
    assert claim_import.job is not None
    jobs.cancel(job=claim_import.job, by=staff)
    claim_import.refresh_from_db()
    assert claim_import.state == "cancelled"
    assert hand_in(csv_of({})).state == "proposed"


def test_failed_reading_leaves_nothing_and_can_be_tried_again(
    queue: Callable[..., ClaimImport], staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise psycopg.OperationalError("the server is gone")

    claim_import = queue(csv_of({}, {"매출 손실 규모액": "-5"}))
    with monkeypatch.context() as patch:
        patch.setattr("claims.intake.runners.refuse_repeated", broken)
        claim_import, job = carried_out(claim_import)
    assert (claim_import.state, job.state, traces()) == ("failed", "failed", (0, 0, 0, 0))
    jobs.retry(job=job, by=staff)
    assert jobs.carry_out(job.pk) == "done"
    claim_import.refresh_from_db()
    assert (claim_import.state, claim_import.rows_new, claim_import.rows_rejected) == ("staged", 1, 1)


@pytest.mark.usefixtures("small_chunks")
def test_file_that_breaks_in_the_middle_leaves_nothing(queue: Callable[..., ClaimImport]) -> None:
    content = csv_of(*[{}] * 450) + b'K-10,"' + b"x" * (5 * 1024 * 1024)
    claim_import, job = carried_out(queue(content))
    assert (claim_import.state, job.state, traces()) == ("failed", "failed", (0, 0, 0, 0))
    assert job.error


def test_error_of_the_database_quotes_no_row(
    queue: Callable[..., ClaimImport], caplog: pytest.LogCaptureFixture
) -> None:
    claim_import = queue(csv_of({"이름": "아무도몰라야할이름", "피해 내용": "아무도몰라야할내용"}))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_stagedclaim ADD CONSTRAINT unnamed CHECK (claimed_loss < 0) NOT VALID")
    try:
        claim_import, _job = carried_out(claim_import)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE claims_stagedclaim DROP CONSTRAINT unnamed")
    assert claim_import.state == "failed"
    assert "CheckViolation 23514" in caplog.text
    assert "아무도" not in caplog.text


def test_forked_processes_read_as_one_does(
    queue: Callable[..., ClaimImport], monkeypatch: pytest.MonkeyPatch, catalogue: Incident
) -> None:
    rows = [
        {"매출 손실 규모액": f"{n},000"}
        | ({"접수일시": "x"} if n % 7 == 0 else {})
        | ({"이름": ""} if n % 11 == 0 else {})
        for n in range(1, 61)
    ]
    monkeypatch.setattr(loading, "ROWS_A_BATCH", 4)
    outcomes = []
    for processes in (0, 1, 2):
        monkeypatch.setattr(loading, "PROCESSES", processes)
        claim_import, _job = carried_out(queue(csv_of(*rows) + b"\n" * processes))
        staged = StagedClaim.objects.filter(claim_import=claim_import).order_by("line")
        rejected = RejectedRow.objects.filter(claim_import=claim_import).order_by("line")
        outcomes.append(
            (
                claim_import.summary,
                list(staged.values_list("line", "receipt_number", "claimed_loss", "content_hash", "phone_index")),
                list(rejected.values_list("line", "cells", "faults")),
            )
        )
    assert outcomes[0][0]["read"] == 60
    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]


def test_chunk_of_a_worker_that_lost_its_lease_is_not_written(
    queue: Callable[..., ClaimImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_import = queue(csv_of({}, {}))
    write = loading._write

    def lose_and_write(*arguments: Any) -> None:
        Job.objects.update(lease_token="00000000-0000-0000-0000-000000000001")
        write(*arguments)

    monkeypatch.setattr(loading, "_write", lose_and_write)
    assert jobs.carry_out(claim_import.job_id) is None  # type: ignore[arg-type]
    assert traces() == (0, 0, 0, 0)


def test_two_files_are_read_at_once(queue: Callable[..., ClaimImport], elsewhere: Callable[..., Any]) -> None:
    """A file in the middle of a chunk keeps no other file waiting."""
    first, second = queue(csv_of({}, {})), queue(csv_of({}, {}, {}))
    with transaction.atomic():
        StagedClaim.objects.create(
            claim_key=1, claim_import=first, line=99, receipt_number="K", received_at="2022-10-20T00:00Z",
            service_id=1, content_hash=b"", admission="regular",
        )  # fmt: skip
        assert elsewhere(jobs.carry_out, second.job_id).result(30) == "done"
        transaction.set_rollback(True)
    assert carried_out(first)[0].state == "staged"
