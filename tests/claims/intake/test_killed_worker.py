"""A worker killed in the middle of an import: nothing half-done is seen, and the next one ends in the same register."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from claims.intake.models import ClaimImport, RejectedRow
from claims.register.models import Claim, Claimant
from relief import clock
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.reaping import reap
from relief.jobs.services import carry_out, retry
from tests.claims.intake.conftest import csv_of

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 12_000
PATIENCE = 60
CHILD = """
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
settings.STORAGES["private"]["OPTIONS"]["location"] = {folder!r}
from relief.jobs.services import carry_out, retry
carry_out({job})
"""


def _rows() -> list[dict[str, str]]:
    """Good rows with two claims a claimant, and a bad one in every hundred."""
    return [
        {"사업자등록번호": "", "연락처": f"010-{1000 + n // 20_000}-{n // 2 % 10_000:04}"}
        | ({"매출 손실 규모액": "-5"} if n % 100 == 0 else {})
        for n in range(ROWS)
    ]


def _asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]


def _wait_until(held: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not held():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


# Of this database alone: other databases of the server have tables of the same number.
WRITERS = """
    FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND relation = 'claims_claim'::regclass AND mode = 'RowExclusiveLock'
        AND pid <> pg_backend_pid()
"""


def _writes_already() -> bool:
    return bool(_asked(f"SELECT count(*) {WRITERS}"))


def _backends() -> int:
    return int(_asked("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"))


@pytest.mark.parametrize("moments", [(0.0, 0.1, 0.2)], ids=["three times"])
def test_worker_killed_again_and_again_ends_in_the_same_register(
    hand_in: Callable[..., ClaimImport], private_folder: Any, moments: tuple[float, ...]
) -> None:
    claim_import = hand_in(csv_of(*_rows()))
    child = CHILD.format(database=connection.settings_dict["NAME"], folder=str(private_folder), job=claim_import.job_id)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    for attempt, moment in enumerate(moments, start=1):
        worker = subprocess.Popen([sys.executable, "-c", child], env=environment)
        try:
            _wait_until(_writes_already)
            time.sleep(moment)
            worker.send_signal(signal.SIGKILL)
        finally:
            worker.kill()
            assert worker.wait(PATIENCE) == -signal.SIGKILL
        _wait_until(lambda: _backends() == 1)
        assert (Claim.objects.count(), Claimant.objects.count(), RejectedRow.objects.count()) == (0, 0, 0)
        job = Job.objects.get(pk=claim_import.job_id)
        assert (job.state, job.attempts) == ("running", attempt)
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now())
        assert reap() == 1
    assert carry_out(job.pk) == "done"
    claim_import.refresh_from_db()
    assert (claim_import.state, claim_import.rows_read) == ("accepted", ROWS)
    assert (claim_import.rows_new, claim_import.rows_rejected) == (ROWS - ROWS // 100, ROWS // 100)
    assert Claim.objects.count() == claim_import.rows_new
    assert Claimant.objects.count() == ROWS // 2
    numbers = Claim.objects.order_by("source_line").values_list("source_line", "receipt_number", "claimed_loss")
    assert list(numbers) == [(n + 2, f"K-{n + 1:06}", 420_000) for n in range(ROWS) if n % 100]
    assert list(RejectedRow.objects.order_by("line").values_list("line", flat=True)) == [
        n + 2 for n in range(0, ROWS, 100)
    ]
    assert {claim.reveal("phone")[-4:] for claim in Claim.objects.order_by("pk")[:4]} == {"0000", "0001", "0002"}


def test_backend_terminated_in_the_middle_fails_the_job_and_leaves_nothing(
    hand_in: Callable[..., ClaimImport], elsewhere: Callable[..., Any], staff: User
) -> None:
    claim_import = hand_in(csv_of(*_rows()))
    ending = elsewhere(carry_out, claim_import.job_id)
    _wait_until(_writes_already)
    _asked(f"SELECT pg_terminate_backend(pid) {WRITERS}")
    assert ending.result(PATIENCE) == "failed"
    claim_import.refresh_from_db()
    assert (Claim.objects.count(), claim_import.state) == (0, "failed")
    job = Job.objects.get(pk=claim_import.job_id)
    assert "AdminShutdown" not in job.error
    retry(job=job, by=staff)
    assert carry_out(job.pk) == "done"
    assert Claim.objects.count() == ROWS - ROWS // 100


def test_error_of_the_database_quotes_no_row(
    hand_in: Callable[..., ClaimImport], caplog: pytest.LogCaptureFixture
) -> None:
    claim_import = hand_in(csv_of({"이름": "아무도몰라야할이름", "피해 내용": "아무도몰라야할내용"}))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_claim ADD CONSTRAINT unnamed CHECK (claimed_loss < 0) NOT VALID")
    try:
        assert carry_out(claim_import.job_id) == "failed"  # type: ignore[arg-type]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE claims_claim DROP CONSTRAINT unnamed")
    assert "CopyBroken" in caplog.text
    assert "CheckViolation 23514" in caplog.text
    assert "아무도" not in caplog.text
    assert Claim.objects.count() == 0
