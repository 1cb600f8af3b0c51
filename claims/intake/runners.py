"""What workers carry out for the intake: reading a file into staging, registering it, taking it out again."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.intake.accepting import RegisterMoved, accept_staged
from claims.intake.facts import Amendment, AmendmentState, StagedClaim
from claims.intake.loading import clear, refuse_repeated, stage
from claims.intake.models import IMPORT_STATES, ClaimImport, ImportState
from claims.intake.services import ACCEPT, IMPORT, PERMISSION, UNDO
from claims.intake.summary import Summary, summarise
from claims.intake.undoing import take_out
from claims.register.models import Claim
from claims.triage.duplicates.detecting import look_for_duplicates
from claims.triage.selectors import newest_rule_set
from claims.triage.services import classify
from relief import clock
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs
from relief.jobs.keeping import kept_alive
from relief.jobs.models import Job

SUBJECT = "claims.claimimport"
MANY_ROWS = 10_000


def _import_of(run: jobs.Run) -> ClaimImport:
    return ClaimImport.objects.select_related("incident", "stored_file").get(pk=run.job.subject_key)


def _counts(summary: Summary) -> dict[str, Any]:
    return {
        "rows_read": summary.read,
        "rows_new": summary.new,
        "rows_same": summary.same,
        "rows_changed": summary.changed,
        "rows_rejected": summary.rejected,
        "sum_of_losses": summary.sum_of_losses,
        "summary": summary.as_json(),
    }


def _reading_ended(job: Job) -> None:
    """Follow a reading that ended without success: nothing of the file stands, the import says why it ended."""
    claim_import = ClaimImport.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    state = ImportState.CANCELLED if job.state == Job.State.CANCELLED else ImportState.FAILED
    if IMPORT_STATES.allows(claim_import.state, state):
        IMPORT_STATES.move(claim_import, state, ended_at=clock.now())
        clear(claim_import.pk)


@jobs.runner(IMPORT, permission=PERMISSION, on_end=_reading_ended, label=_("Reading of a claim file"), subject=SUBJECT)
def read_file(run: jobs.Run) -> dict[str, Any]:
    """Read a stored file into staging, chunk by chunk, and sum up what accepting it would do.

    A worker that dies leaves the chunks that it finished; the next one goes on after them.
    Raises RuleBroken where the file as a whole is refused.
    """
    claim_import = _import_of(run)
    if claim_import.state == ImportState.STAGED:
        return dict(claim_import.summary)
    if claim_import.state != ImportState.LOADING:
        IMPORT_STATES.move(claim_import, ImportState.LOADING, ended_at=None)
    layout, rows = stage(claim_import, run)
    with kept_alive(run, stage="summing up", done=rows), database_rules(), transaction.atomic():
        _know_what_is_staged()
        refuse_repeated(claim_import, layout)
        summary = summarise(claim_import)
        # Held at the end: until then the lease is renewed.
        run.hold()
        IMPORT_STATES.move(claim_import, ImportState.STAGED, profile=layout.as_json(), **_counts(summary))
    return summary.as_json()


def _know_what_is_staged() -> None:
    """Let the planner know the rows that have just come, before it is asked about them."""
    with connection.cursor() as cursor:
        # A rough idea is enough: rows are wide, and a good sample takes as long as an import of a thousand rows.
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute("ANALYZE claims_stagedclaim")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")


def _registering_ended(job: Job) -> None:
    """Follow a registering that did not come to its end: the file waits for acceptance again."""
    claim_import = ClaimImport.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    if IMPORT_STATES.allows(claim_import.state, ImportState.STAGED):
        IMPORT_STATES.move(claim_import, ImportState.STAGED)
    elif claim_import.state == ImportState.ACCEPTED and job.state == Job.State.CANCELLED:
        # Its claims are registered: a cancelled job is not carried out again, and nobody else looks at them.
        with acting(by=job.by, act=ACCEPT):
            _classify(claim_import)
            _look_for_duplicates(claim_import)


@jobs.runner(
    ACCEPT,
    permission=PERMISSION,
    on_end=_registering_ended,
    label=_("Registering of a claim file"),
    subject=SUBJECT,
)
def register_file(run: jobs.Run) -> dict[str, Any]:
    """Register a staged import in one transaction, then classify its claims and look for duplicates.

    A worker that dies before the commit leaves nothing, one that dies after it leaves the classification to the next.
    Raises RuleBroken(register_moved) where the register is no longer what the summary said.
    """
    claim_import = _import_of(run)
    if claim_import.state != ImportState.ACCEPTED:
        if claim_import.state != ImportState.ACCEPTING:
            raise RuleBroken(_("The file waits for acceptance; accept it again."), code="not_accepted")
        _restage_what_a_crash_took(claim_import, run)
        with kept_alive(run, stage="registering"):
            _register(claim_import, run)
        if claim_import.rows_new >= MANY_ROWS:
            _know_what_is_registered()
    outcome = dict(claim_import.summary)
    if newest_rule_set(claim_import.incident_id) is not None:
        with kept_alive(run, stage="classifying", done=claim_import.rows_read), database_rules(), transaction.atomic():
            outcome["classified"] = _classify(claim_import)
            run.hold()
    stage = "looking for duplicates"
    with kept_alive(run, stage=stage, done=claim_import.rows_read), database_rules(), transaction.atomic():
        outcome["groups"] = _look_for_duplicates(claim_import)
        run.hold()
    return outcome


def _classify(claim_import: ClaimImport) -> int:
    """Classify the claims of an import and those that it changed, or put back; return how many were set."""
    rule_set = newest_rule_set(claim_import.incident_id)
    return 0 if rule_set is None else classify(rule_set, which=_touched(claim_import))


def _look_for_duplicates(claim_import: ClaimImport, *, left: list[int] | None = None) -> int:
    """Look for the likes of the claims of an import and of those that it changed; return the groups opened.

    `left` are claims that stood in groups with claims that are gone now.
    """
    which = Claim.objects.filter(_touched(claim_import) | Q(pk__in=left or []), incident=claim_import.incident_id)
    return look_for_duplicates(claim_import.incident_id, which).opened


def _touched(claim_import: ClaimImport) -> Q:
    """Return the condition that a claim is of the import, or was changed or put back by it."""
    changed = Amendment.objects.filter(
        claim_import=claim_import,
        replaced_version__isnull=False,
        state__in=(AmendmentState.APPLIED, AmendmentState.WITHDRAWN),
    )
    return Q(claim_import=claim_import) | Q(pk__in=changed.order_by().values("claim_id"))


def _know_what_is_registered() -> None:
    """Let the planner know a register that has just grown; autovacuum would take a minute to come by."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute("ANALYZE claims_claim, claims_claimant")


def _register(claim_import: ClaimImport, run: jobs.Run) -> None:
    stored = {key: value for key, value in claim_import.summary.items() if key in Summary.__dataclass_fields__}
    try:
        with database_rules(), transaction.atomic():
            same_of = accept_staged(claim_import, accepted=Summary(**stored))
            run.hold()
            summary = claim_import.summary | {"same_of": same_of}
            IMPORT_STATES.move(claim_import, ImportState.ACCEPTED, ended_at=clock.now(), summary=summary)
    except RegisterMoved:
        with transaction.atomic():
            changes = _counts(summarise(claim_import))
            run.hold()
            ClaimImport.objects.filter(pk=claim_import.pk).update(**changes)
        raise RuleBroken(
            _(
                "Meanwhile another file or a person changed the register: the summary is new. "
                "Look at it and accept the file again."
            ),
            code="register_moved",
        ) from None


def _restage_what_a_crash_took(claim_import: ClaimImport, run: jobs.Run) -> None:
    """Read the file again where a crash of the database emptied the staging of a file that waited for acceptance."""
    staged = claim_import.rows_new + claim_import.rows_same + claim_import.rows_changed
    if StagedClaim.objects.filter(claim_import=claim_import).count() == staged:
        return
    clear(claim_import.pk)
    layout, rows = stage(claim_import, run)
    with kept_alive(run, stage="summing up", done=rows), database_rules(), transaction.atomic():
        _know_what_is_staged()
        refuse_repeated(claim_import, layout)
        run.hold()


def _undoing_ended(job: Job) -> None:
    """Follow an undoing that did not come to its end: the import stands as before."""
    claim_import = ClaimImport.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    if IMPORT_STATES.allows(claim_import.state, ImportState.ACCEPTED):
        IMPORT_STATES.move(claim_import, ImportState.ACCEPTED)


@jobs.runner(UNDO, permission=PERMISSION, on_end=_undoing_ended, label=_("Undoing of an import"), subject=SUBJECT)
def undo_file(run: jobs.Run) -> dict[str, Any]:
    """Take an accepted import out of the register in one transaction; returns {"removed"}.

    Raises RuleBroken where somebody has built on its claims meanwhile.
    """
    claim_import = _import_of(run)
    if claim_import.state == ImportState.UNDONE:
        return dict(run.job.outcome)
    with kept_alive(run, stage="undoing"), database_rules(), transaction.atomic():
        removed, left = take_out(claim_import)
        _classify(claim_import)
        _look_for_duplicates(claim_import, left=left)
        run.hold()
        IMPORT_STATES.move(claim_import, ImportState.UNDONE, ended_at=clock.now())
    return {"removed": removed}
