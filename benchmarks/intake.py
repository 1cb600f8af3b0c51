"""Intake: a claim file from the first byte read to the commit, held against a bare COPY of the rows it became.

The import runs as the command does, in a process of its own; its time is that of its two jobs, reading into staging and
registering, less the search for duplicates with which the second ends (it is searched once more and that time taken
off; `benchmarks.duplicates` has a figure of its own for it). Its memory is what that process and those it forks hold
at their highest together. The limit COPYs the resulting rows, prepared beforehand, into clones of the same tables with
the same indexes and checks, without foreign keys and triggers. Small sizes run several times, each in a new database;
the best of both is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from benchmarks.measuring import Figure, memory_of_tree, seconds
from benchmarks.register_data import scratch_database, settle
from claims.catalogue.models import Incident, IntakeRound, Operator, Service
from claims.register.models import Claim
from claims.triage.duplicates.detecting import look_for_duplicates
from claims.triage.duplicates.services import LOOK
from committee.demo.catalogue import OUTAGE
from committee.demo.files import write_scaled_file
from relief.accounts.models import User
from relief.audit.services import acting
from relief.jobs.models import Job

SMALL, LARGE = 105_116, 1_051_160
ROUNDS = 3
GOAL_CSV, GOAL_XLSX = 1.5, 2.0
MOST_MEMORY_MB = 250
TABLES = ("claims_claimant", "claims_claim", "claims_claimevent", "claims_rejectedrow")
_BLOCK = 1024 * 1024
# A look costs the looked-at some milliseconds.
_LOOK_SECONDS = 0.5


def lay_catalogue() -> None:
    """Lay the catalogue of the demo's first incident, and somebody who may import."""
    User.objects.create(username="bench", is_superuser=True, is_staff=True)
    incident = Incident.objects.create(code=OUTAGE.code, name=OUTAGE.name, started_at=OUTAGE.started_at)
    operators = {
        one.code: Operator.objects.create(incident=incident, code=one.code, name=one.name, kind=one.kind)
        for one in OUTAGE.operators
    }
    for one in OUTAGE.services:
        Service.objects.create(
            incident=incident, operator=operators[one.operator], code=one.code, name=one.name,
            name_en=one.name_en, aliases=list(one.aliases), pricing=str(one.pricing), outage_from=one.outage_from,
        )  # fmt: skip
    for one in OUTAGE.rounds:
        IntakeRound.objects.create(
            incident=incident, number=one.number, opens_on=one.opens_on, closes_on=one.closes_on,
            admits=[str(word) for word in one.admits],
        )  # fmt: skip


def take_in(path: Path, folder: Path) -> tuple[float, int]:
    """Import and accept the file by command; return the seconds of its jobs and the processes' peak memory in MB."""
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {"DATABASE_URL": url, "RELIEF_PRIVATE_DIR": str(folder / "private")}
    command = [
        sys.executable,
        "manage.py",
        "import_claims",
        str(path),
        "--incident",
        OUTAGE.code,
        "--as",
        "bench",
        "--accept",
    ]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [*command, "--json"], env=environment, stdout=said, stderr=subprocess.DEVNULL, cwd=settings.BASE_DIR
        ) as process,
    ):
        peak = 0
        while process.poll() is None:
            peak = max(peak, memory_of_tree(process.pid))
            time.sleep(_LOOK_SECONDS)
        said.seek(0)
        outcome = json.loads(said.read())
    if process.returncode != 0:
        raise SystemExit(f"the import ended with {process.returncode}: {outcome.get('error')}")
    spans = Job.objects.values_list("started_at", "ended_at")
    return sum((ended - started).total_seconds() for started, ended in spans), peak  # type: ignore[operator]


def _bare_copy(folder: Path) -> float:
    """COPY what stands in the tables into empty clones, table by table; return the seconds in all."""
    return sum(_bare_copy_of(table, folder / table) for table in TABLES)


def _bare_copy_of(table: str, path: Path) -> float:
    clone = f"bare_{table}"
    with connection.cursor() as cursor:
        with path.open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            for block in copy:
                file.write(block)
        cursor.execute(f"CREATE TABLE {clone} (LIKE {table} INCLUDING ALL)")
        settle()

        def load() -> None:
            with path.open("rb") as file, cursor.copy(f"COPY {clone} FROM STDIN") as copy:
                while block := file.read(_BLOCK):
                    copy.write(block)

        took = seconds(load)
        cursor.execute(f"DROP TABLE {clone}")
    path.unlink()
    return took


def search() -> float:
    """Search the whole register for duplicates, as the end of an import does; return the seconds."""
    incident, by = Incident.objects.get(), User.objects.get(username="bench")

    def look() -> None:
        with transaction.atomic(), acting(by=by, act=LOOK):
            look_for_duplicates(incident.pk, Claim.objects.filter(incident=incident))

    return seconds(look)


def _measure(rows: int, ending: str, *, goal: float, rounds: int) -> list[Figure]:
    figures, limits, memory = [], [], 0
    with tempfile.TemporaryDirectory(prefix="relief-bench-") as name:
        folder = Path(name)
        path = write_scaled_file(folder / f"claims.{ending}", rows=rows).path
        for _ in range(rounds):
            with scratch_database():
                lay_catalogue()
                settle()
                took, peak = take_in(path, folder)
                figures.append(took - search())
                memory = max(memory, peak)
                limits.append(_bare_copy(folder))
    measured = [Figure(f"intake {ending} {rows:,}", min(figures), min(limits), goal, rows, memory)]
    if ending == "csv":
        measured.append(Figure(f"intake memory {rows:,}", memory, MOST_MEMORY_MB, 1.0, rows, memory, unit="MB"))
    return measured


def run(rows: int | None) -> list[Figure]:
    """Measure CSV at both sizes (or at `rows`), its memory, and XLSX at the small one."""
    if rows:
        return _measure(rows, "csv", goal=GOAL_CSV, rounds=ROUNDS if rows <= SMALL else 1)
    return [
        *_measure(SMALL, "csv", goal=GOAL_CSV, rounds=ROUNDS),
        *_measure(SMALL, "xlsx", goal=GOAL_XLSX, rounds=ROUNDS),
        *_measure(LARGE, "csv", goal=GOAL_CSV, rounds=1),
    ]
