"""The reading side of an import: a thread that reads, validates and seals while the database takes the batch before.

The thread has a connection of its own, on which it reserves keys, tells the progress and keeps the job's lease; the
import itself is one transaction on the caller's connection.
"""

from __future__ import annotations

import gc
import queue
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, Self

from django.db import connection, connections

from claims.intake.columns import Profile, propose
from claims.intake.copying import Checked, Prepared, Preparer, Rejected
from claims.intake.models import ClaimImport
from claims.intake.rules import Cell, text_of
from claims.intake.selectors import vocabulary
from claims.intake.validation import Report, Validator
from relief.jobs.services import Run
from relief.spreadsheets import open_sheet

ROWS_A_BATCH = 2_500
FIRST_ROWS = 500
"""The first batch is small, so that the database has something to do soon."""
_WAITING = 2
_LEASE_SIGN_SECONDS = 10
_TURN_SECONDS = 0.0005
_TELL_SECONDS = 0.5


@dataclass(slots=True)
class Batch:
    """Rows that were read together: the good ones prepared, the others with their faults."""

    profile: Profile
    read: int = 0
    good: list[Prepared] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    claimant_keys: list[int] = field(default_factory=list)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the interpreter from what costs half of an import's time.

    Rows make no cycles, so the collector would walk through millions of live values for nothing; and the loader's
    thread gets its turn soon after the database answers, not only after five milliseconds.
    """
    interval, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_TURN_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()


class Reader:
    """Reads one file in its own thread; `batches` yields what it made, in the order of the file.

    Whatever stops it (a refusal of the file, a cancelled job, a lost lease) is raised from `batches`.
    """

    def __init__(self, *, claim_import: ClaimImport, file: IO[bytes], run: Run) -> None:
        self._import = claim_import
        self._file = file
        self._run = run
        self._ready: queue.Queue[Batch | BaseException | None] = queue.Queue(_WAITING)
        self._ended = threading.Event()
        self._done = 0
        self._quiet = ExitStack()
        self._thread = threading.Thread(target=self._work, name=f"import-{claim_import.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._quiet.enter_context(_undisturbed())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._quiet.close()

    def batches(self) -> Iterator[Batch]:
        """Yield batches until the file ends; raises what stopped the reading."""
        while True:
            ready = self._ready.get()
            if ready is None:
                return
            if isinstance(ready, BaseException):
                raise ready
            yield ready

    def _work(self) -> None:
        try:
            with closing(self._read()) as batches:
                for batch in batches:
                    self._hand_over(batch)
            self._hand_over(None)
            # The database still works on the last batches: the lease must not end meanwhile.
            while not self._ended.wait(_LEASE_SIGN_SECONDS):
                self._run.advance(done=self._done)
        except BaseException as error:  # noqa: BLE001 - it is raised again on the other side
            self._hand_over(error)
        finally:
            connections.close_all()

    def _hand_over(self, ready: Batch | BaseException | None) -> None:
        while not self._ended.is_set():
            try:
                self._ready.put(ready, timeout=_LEASE_SIGN_SECONDS)
            except queue.Full:
                if not isinstance(ready, BaseException):
                    self._run.advance(done=self._done)
            else:
                return

    def _read(self) -> Generator[Batch, None, None]:
        sheet = open_sheet(self._file)
        with closing(sheet.rows) as rows:
            _, heading = next(rows, (0, []))
            profile = propose([text_of(cell).strip() for cell in heading])
            validator = Validator(profile, vocabulary(self._import.incident))
            preparer = Preparer(incident=self._import.incident, claim_import_id=self._import.pk)
            total = None if sheet.lines is None else max(sheet.lines - 1, 0)
            self._run.advance(done=0, total=total, stage="loading")
            told = time.monotonic()
            for batch, good in _validated(rows, profile, validator):
                batch.good = preparer.prepare(good, reserve_keys("claims_claim", len(good)))
                identities = {row.identity for row in batch.good if row.identity}
                batch.claimant_keys = reserve_keys("claims_claimant", len(identities))
                self._done += batch.read
                yield batch
                if time.monotonic() > told + _TELL_SECONDS:
                    self._run.advance(done=self._done)
                    told = time.monotonic()
        self._run.advance(done=self._done, total=self._done)


def _validated(
    rows: Iterator[tuple[int, list[Cell]]], profile: Profile, validator: Validator
) -> Iterator[tuple[Batch, list[Checked]]]:
    batch, good = Batch(profile), []
    most = min(FIRST_ROWS, ROWS_A_BATCH)
    for line, cells in rows:
        batch.read += 1
        outcome = validator.check(cells)
        if isinstance(outcome, Report):
            good.append((line, cells, outcome, validator.admission(outcome)))
        else:
            batch.rejected.append(Rejected(line, cells, outcome))
        if batch.read == most:
            yield batch, good
            most = ROWS_A_BATCH
            batch, good = Batch(profile), []
    if batch.read:
        yield batch, good


def reserve_keys(table: str, count: int) -> list[int]:
    """Return `count` fresh keys of a table; sealed values are bound to the key of their row."""
    with connection.cursor() as cursor:
        # OFFSET 0 keeps the sequence's name from being looked up for every key.
        cursor.execute(
            "SELECT nextval(named.sequence) FROM generate_series(1, %s), "
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) named",
            [count, table],
        )
        return [key for (key,) in cursor.fetchall()]
