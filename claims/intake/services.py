"""Taking claim files in: a file is stored, a job carries it into the register as a whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.intake.batches import Reader
from claims.intake.loading import Loader, Tally
from claims.intake.models import IMPORT_STATES, ClaimImport, ImportState
from claims.intake.selectors import import_of_same_bytes
from claims.triage.selectors import newest_rule_set
from claims.triage.services import classify
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.files import services as files
from relief.jobs import services as jobs
from relief.jobs.models import Job
from relief.spreadsheets import Limits

if TYPE_CHECKING:
    from relief.accounts.models import User

IMPORT = "claims.import"
PERMISSION = "claims.import_claims"
PURPOSE = "claim_file"
_LOCK_SECONDS = 1


def receive_file(
    *, by: User, incident: Incident, chunks: Iterable[bytes], name: str, source: str = "", content_type: str = ""
) -> ClaimImport:
    """Store a claim file and queue its import; returns the import in state "waiting".

    Raises NotAllowed; RuleBroken(file_empty, file_too_large); RuleBroken(one_import_per_file) where the same bytes
    were handed in before, whatever their name.
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.receive_file"):
        stored = files.store(
            chunks=chunks,
            name=name,
            content_type=content_type or "application/octet-stream",
            purpose=PURPOSE,
            by=by,
            incident_id=incident.pk,
            max_size=Limits().size,
        )
        before = import_of_same_bytes(incident, stored.sha256)
        if before is not None:
            raise RuleBroken(
                _(
                    'This very file is import no. %(number)s, "%(name)s", handed in by %(by)s on %(on)s. '
                    "No row was taken again."
                )
                % {
                    "number": before.pk,
                    "name": before.stored_file.name,
                    "by": before.imported_by,
                    "on": clock.seoul_date(before.created_at),
                },
                code="one_import_per_file",
            )
        claim_import = ClaimImport.objects.create(
            incident=incident,
            stored_file=stored,
            sha256=stored.sha256,
            source=source,
            imported_by=by,
            created_at=clock.now(),
        )
        job = jobs.enqueue(kind=IMPORT, by=by, subject_key=claim_import.pk, incident_id=incident.pk)
        ClaimImport.objects.filter(pk=claim_import.pk).update(job=job)
        claim_import.job = job
    return claim_import


def _put_right(job: Job) -> None:
    """Follow a job that ended without success: nothing of the file stands, the import says why it ended."""
    claim_import = ClaimImport.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    state = ImportState.CANCELLED if job.state == Job.State.CANCELLED else ImportState.FAILED
    if IMPORT_STATES.allows(claim_import.state, state):
        IMPORT_STATES.move(claim_import, state, ended_at=clock.now())


@jobs.runner(
    IMPORT, permission=PERMISSION, on_end=_put_right, label=_("Import of a claim file"), subject="claims.claimimport"
)
def carry_in(run: jobs.Run) -> dict[str, Any]:
    """Carry a stored file into the register: all good rows in one transaction, or none; then classify them.

    A worker that dies leaves nothing behind, and the next one begins anew; one that dies after the commit finds the
    import accepted and goes on with the classification. Raises RuleBroken where the file as a whole is refused.
    """
    claim_import = ClaimImport.objects.select_related("incident", "stored_file").get(pk=run.job.subject_key)
    outcome: dict[str, Any] = dict(run.job.outcome)
    if claim_import.state != ImportState.ACCEPTED:
        if claim_import.state != ImportState.LOADING:
            IMPORT_STATES.move(claim_import, ImportState.LOADING, ended_at=None)
        outcome = _load(claim_import, run).as_json()
    rule_set = newest_rule_set(claim_import.incident_id)
    if rule_set is not None:
        run.advance(done=claim_import.rows_read, stage="classifying")
        with database_rules(), transaction.atomic():
            run.hold()
            outcome["classified"] = classify(rule_set, claim_import_id=claim_import.pk)
    return outcome


def _load(claim_import: ClaimImport, run: jobs.Run) -> Tally:
    """Register the file's good rows and keep its refused ones, in one transaction.

    Raises RuleBroken(file_without_rows), and whatever refuses the file as a whole.
    """
    profile: dict[str, Any] = {}
    with (
        _alone_in_incident(claim_import.incident_id, run),
        closing(files.open_stored(claim_import.stored_file)) as file,
        database_rules(),
        transaction.atomic(),
        Reader(claim_import=claim_import, file=file, run=run) as reader,
    ):
        _prepare_transaction(claim_import)
        loader = Loader(claim_import)
        for batch in reader.batches():
            loader.load(batch)
            profile = batch.profile.as_json()
        if loader.tally.read == 0:
            raise RuleBroken(
                _("The file has a heading and no row beneath it. Ask the sender for the file with its rows."),
                code="file_without_rows",
            )
        run.hold()
        _accept(claim_import, loader.tally, profile)
        # With the rows, so that a worker that dies before the job's end does not take the summary along.
        Job.objects.filter(pk=run.job.pk).update(outcome=loader.tally.as_json())
    return loader.tally


@contextmanager
def _alone_in_incident(incident_id: int, run: jobs.Run) -> Iterator[None]:
    """Let one import at a time write into an incident; who waits keeps his lease and can be cancelled.

    The lock belongs to the connection: it goes with a worker that dies.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [IMPORT, incident_id])
            if cursor.fetchone() == (True,):
                break
            run.advance(done=0, stage="waiting")
            time.sleep(_LOCK_SECONDS)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [IMPORT, incident_id])


def _prepare_transaction(claim_import: ClaimImport) -> None:
    """Settle how the transaction works, and carry who and what to the history of its rows."""
    with connection.cursor() as cursor:
        # A plan that a trigger made when the tables were small would read all of them for every batch.
        cursor.execute("DISCARD PLANS")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        # Thousands of short look-ups by index: compiling a plan costs more than it saves, and fresh tables have no
        # statistics that would speak for the index.
        for setting in ("jit", "enable_seqscan", "enable_bitmapscan"):
            cursor.execute(f"SET LOCAL {setting} = off")
    # COPY passes no wrapper that could carry the context: one statement on the import does.
    ClaimImport.objects.filter(pk=claim_import.pk, state=ImportState.LOADING).update(rows_read=0)


def _accept(claim_import: ClaimImport, tally: Tally, profile: dict[str, Any]) -> None:
    IMPORT_STATES.move(
        claim_import,
        ImportState.ACCEPTED,
        ended_at=clock.now(),
        profile=profile,
        rows_read=tally.read,
        rows_new=tally.new,
        rows_same=tally.same,
        rows_rejected=tally.rejected,
        sum_of_losses=tally.sum_of_losses,
    )
