"""Workers killed at random moments: nothing half-done is seen, and whoever comes after ends in the same register."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from claims.intake.facts import StagedClaim
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.services import accept
from claims.register.models import Claim, Claimant
from relief import clock
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.reaping import reap
from relief.jobs.services import carry_out, retry
from tests.claims.intake.conftest import csv_of

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 12_000
KILLS = 10
SEED = 20221015
PATIENCE = 60
CHILD = """
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
settings.STORAGES["private"]["OPTIONS"]["location"] = {folder!r}
from claims.intake import loading
loading.ROWS_A_BATCH, loading.ROWS_A_CHUNK = 500, 1_000
from relief.jobs.services import carry_out
print("begun", flush=True)
carry_out({job})
print("ended", flush=True)
"""


def _rows() -> list[dict[str, str]]:
    """Good rows with two claims a claimant, a bad one in every hundred and a repeated one in every thousand."""
    return [
        {"사업자등록번호": "", "연락처": f"010-{1000 + n // 20_000}-{n // 2 % 10_000:04}"}
        | ({"매출 손실 규모액": "-5"} if n % 100 == 0 else {})
        | ({"접수번호": "K-000002"} if n % 1_000 == 999 else {})
        for n in range(ROWS)
    ]


BAD, REPEATED = ROWS // 100, ROWS // 1_000
GOOD = ROWS - BAD - REPEATED


def _asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]


def _wait_until(held: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not held():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def _backends() -> int:
    return int(_asked("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"))


def _killed(job_id: int, folder: Any, moment: float) -> bool:
    """Start a worker on the job and kill it after so many seconds; say whether it was still at work."""
    child = CHILD.format(database=connection.settings_dict["NAME"], folder=str(folder), job=job_id)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    with subprocess.Popen([sys.executable, "-c", child], env=environment, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        time.sleep(moment)
        worker.send_signal(signal.SIGKILL)
        said = worker.stdout.read()
    _wait_until(lambda: _backends() == 1)
    return said == b""


def test_worker_killed_at_ten_random_moments_ends_in_the_same_register(
    queue: Callable[..., ClaimImport], private_folder: Any, staff: User
) -> None:
    moments = random.Random(SEED)
    claim_import = queue(csv_of(*_rows()))
    kills = 0
    while claim_import.state != "accepted":
        if claim_import.state == "staged":
            claim_import = accept(by=staff, claim_import=claim_import)
        elif claim_import.job is not None and claim_import.job.state == "failed":
            retry(job=claim_import.job, by=staff)
        job_id = claim_import.job_id
        assert job_id is not None
        if kills == KILLS:
            carry_out(job_id)
        elif _killed(job_id, private_folder, moments.uniform(0.0, 0.25)):
            kills += 1
            assert (Claim.objects.count(), Claimant.objects.count()) in {(0, 0), (GOOD, ROWS // 2)}
            staged, rejected = StagedClaim.objects.count(), RejectedRow.objects.count()
            assert (staged + rejected) % 1_000 == 0 or Claim.objects.exists()
            Job.objects.filter(pk=job_id, state="running").update(lease_until=clock.now() - timedelta(seconds=1))
            reap()
        claim_import.refresh_from_db()
    assert kills == KILLS
    assert (claim_import.rows_read, claim_import.rows_new, claim_import.rows_rejected) == (ROWS, GOOD, BAD + REPEATED)
    numbers = Claim.objects.order_by("source_line").values_list("source_line", "receipt_number", "claimed_loss")
    assert list(numbers) == [(n + 2, f"K-{n + 1:06}", 420_000) for n in range(ROWS) if n % 100 and n % 1_000 != 999]
    assert list(RejectedRow.objects.order_by("line").values_list("line", flat=True)) == [
        n + 2 for n in range(ROWS) if n % 100 == 0 or n % 1_000 == 999
    ]
    assert StagedClaim.objects.count() == 0
    assert {claim.reveal("phone")[-4:] for claim in Claim.objects.order_by("source_line")[:3]} == {"0000", "0001"}


def test_backend_terminated_in_the_middle_fails_the_job_and_leaves_nothing(
    queue: Callable[..., ClaimImport], elsewhere: Callable[..., Any], staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.intake.loading.ROWS_A_CHUNK", 500)
    claim_import = queue(csv_of(*_rows()))
    ending = elsewhere(carry_out, claim_import.job_id)
    _wait_until(StagedClaim.objects.exists)
    _asked(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert ending.result(PATIENCE) == "failed"
    claim_import.refresh_from_db()
    assert (StagedClaim.objects.count(), RejectedRow.objects.count(), claim_import.state) == (0, 0, "failed")
    job = Job.objects.get(pk=claim_import.job_id)
    assert "AdminShutdown" not in job.error
    retry(job=job, by=staff)
    assert carry_out(job.pk) == "done"
    claim_import.refresh_from_db()
    assert (claim_import.state, claim_import.rows_new) == ("staged", GOOD)


def test_processes_beside_a_killed_worker_end_with_it(queue: Callable[..., ClaimImport], private_folder: Any) -> None:
    claim_import = queue(csv_of(*_rows()))
    assert claim_import.job_id is not None
    group = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    before = group.count("loading.ROWS_A_BATCH")
    _killed(claim_import.job_id, private_folder, 0.3)

    def alive() -> int:
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        return listed.count("loading.ROWS_A_BATCH")

    _wait_until(lambda: alive() == before)
