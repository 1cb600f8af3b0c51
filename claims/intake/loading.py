"""A file into staging, chunk by chunk: a worker that dies goes on, under another worker, after its last chunk."""

from __future__ import annotations

import gc
import os
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.intake.checking import ROWS_A_BATCH, Batch, Checker, Parcel, checked
from claims.intake.copying import REJECTED_COLUMNS, STAGED_COLUMNS, Rejected, rejected_line
from claims.intake.facts import StagedClaim
from claims.intake.faults import Fault, Found
from claims.intake.layout import Layout, Row
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.reading import open_import, rows_at
from claims.intake.rules import text_of
from claims.intake.selectors import vocabulary
from relief.errors import RuleBroken, declared_constraints
from relief.jobs.models import Job
from relief.jobs.services import Run

ROWS_A_CHUNK = 10_000
# Where the system's own libraries do not bear a fork, one process does it all.
PROCESSES = min(2, os.cpu_count() or 1) if sys.platform == "linux" else 0
_TURN_SECONDS = 0.0005
_REPEATED = """
    DELETE FROM claims_stagedclaim staged USING (
        SELECT receipt_number, min(line) AS first FROM claims_stagedclaim WHERE claim_import_id = %(import)s
        GROUP BY receipt_number HAVING count(*) > 1
    ) repeated
    WHERE staged.claim_import_id = %(import)s AND staged.receipt_number = repeated.receipt_number
        AND staged.line > repeated.first
    RETURNING staged.line
"""


class RowsRefused(Exception):
    """The database refused rows for a reason that no rule names; the message is the error's class and SQLSTATE.

    What the database says quotes the row, and rows are personal data: they must not reach a log.
    """


@contextmanager
def without_values() -> Iterator[None]:
    """Turn what the database says into a refusal under its rule, or into `RowsRefused`."""
    try:
        yield
    except (psycopg.Error, DatabaseError) as error:
        cause = error.__cause__ if isinstance(error, DatabaseError) else error
        name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
        sentence = declared_constraints().get(name)
        if sentence is not None:
            raise RuleBroken(sentence, code=name) from None
        raise RowsRefused(f"{type(cause).__name__} {getattr(cause, 'sqlstate', '')}") from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the interpreter from what costs time here for nothing.

    Rows make no cycles, so the collector would walk through live values in vain; and a thread gets its turn soon
    after the database answers, not only after five milliseconds.
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


def stage(claim_import: ClaimImport, run: Run) -> tuple[Layout, int]:
    """Read the file into staging and its refused rows beside it; return its layout and how many rows it has.

    Chunks that stand already are passed over.

    Raises RuleBroken(file_without_rows), and whatever refuses the file as a whole; JobCancelled, LeaseLost.
    """
    done = _resumed(claim_import, run)
    with open_import(claim_import) as opened, _undisturbed():
        total = None if opened.sheet.lines is None else max(opened.sheet.lines - 1, 0)
        run.advance(done=done, total=total, stage="loading")
        checker = Checker(
            claim_import_id=claim_import.pk, layout=opened.layout, words=vocabulary(claim_import.incident)
        )
        rows = islice(opened.rows, done, None)
        for chunk in _chunks(checked(checker, _batches(rows), processes=PROCESSES)):
            done += sum(parcel.read for parcel in chunk)
            _write(run, chunk, done)
            run.advance(done=done)
        if done == 0:
            raise RuleBroken(
                _("The file has a heading and no row beneath it. Ask the sender for the file with its rows."),
                code="file_without_rows",
            )
        run.advance(done=done, total=done)
        return opened.layout, done


def _resumed(claim_import: ClaimImport, run: Run) -> int:
    """Return how many rows stand in staging, or 0 with all of them cleared where a crash of the server emptied it."""
    read: int = run.job.outcome.get("read", 0)
    staged = StagedClaim.objects.filter(claim_import=claim_import).count()
    rejected = RejectedRow.objects.filter(claim_import=claim_import).count()
    if staged + rejected != read:
        clear(claim_import.pk)
        return 0
    return read


def clear(claim_import_id: int) -> None:
    """Remove what an import has in staging, its refused rows among it."""
    StagedClaim.objects.filter(claim_import_id=claim_import_id).delete()
    RejectedRow.objects.filter(claim_import_id=claim_import_id).delete()


def _batches(rows: Iterator[Row]) -> Iterator[Batch]:
    while batch := list(islice(rows, ROWS_A_BATCH)):
        yield batch, reserve_keys("claims_claim", len(batch))


def _chunks(parcels: Iterator[Parcel]) -> Iterator[list[Parcel]]:
    chunk: list[Parcel] = []
    for parcel in parcels:
        chunk.append(parcel)
        if sum(one.read for one in chunk) >= ROWS_A_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write(run: Run, chunk: list[Parcel], done: int) -> None:
    """Write one chunk and how far it reaches, in one transaction, under a live lease."""
    with transaction.atomic(), without_values():
        run.hold()
        # What is sent by COPY passes no wrapper: the driver itself.
        with psycopg.Cursor(connection.connection) as cursor:
            _copy(cursor, "claims_stagedclaim", STAGED_COLUMNS, [parcel.staged_lines for parcel in chunk])
            _copy(cursor, "claims_rejectedrow", REJECTED_COLUMNS, [parcel.rejected_lines for parcel in chunk])
        # Who comes to the end of a chunk is not killed by it: lost workers are counted from here on.
        Job.objects.filter(pk=run.job.pk).update(outcome={"read": done}, attempts=1)


def _copy(cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...], texts: Sequence[bytes]) -> None:
    if not any(texts):
        return
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for text in texts:
            copy.write(text)


def refuse_repeated(claim_import: ClaimImport, layout: Layout) -> int:
    """Move the rows whose receipt number stands on an earlier row to the refused ones; return how many.

    To be called inside a transaction. Their cells are read from the file once more: staging has none.
    """
    with connection.cursor() as asked:
        asked.execute(_REPEATED, {"import": claim_import.pk})
        repeated = array("Q", sorted(line for (line,) in asked))
    if not repeated:
        return 0
    with open_import(claim_import) as opened, without_values():
        number = layout.columns["receipt_number"]
        lines = (
            rejected_line(
                claim_import.pk,
                Rejected(line, cells, [Found("receipt_number", Fault.DUPLICATE, text_of(cells[number]))]),
                layout,
            ).encode()
            for line, cells in rows_at(opened.rows, repeated)
        )
        with psycopg.Cursor(connection.connection) as cursor:
            while texts := list(islice(lines, ROWS_A_CHUNK)):
                _copy(cursor, "claims_rejectedrow", REJECTED_COLUMNS, texts)
    return len(repeated)


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
