"""Queueing, carrying out, cancelling, retrying and reaping jobs. A runner is registered once per kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from relief import clock
from relief.audit.services import acting
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.jobs.models import Job

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)


class JobCancelled(Exception):
    """Raised inside a runner at its next `advance` after somebody asked to cancel."""


class LeaseLost(Exception):
    """Raised inside a runner whose lease was taken over: it must write nothing more."""


@dataclass
class Run:
    """What a runner holds of its job: the row, and the way to tell how far it is."""

    job: Job
    token: uuid.UUID

    def advance(self, *, done: int, total: int | None = None, stage: str | None = None) -> None:
        """Write progress and renew the lease; call at least every 30 seconds, outside or at the end of a chunk.

        `stage` is an English msgid of the catalogue ("reading"): it is shown in the language of who looks.

        Raises JobCancelled where cancelling was asked for, LeaseLost where another worker holds the job now.
        """
        changes: dict[str, Any] = {"done": done, "lease_until": clock.now() + LEASE}
        if total is not None:
            changes["total"] = total
        if stage is not None:
            changes["stage"] = stage
        held = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, lease_token=self.token)
        if held.update(**changes) != 1:
            raise LeaseLost
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise JobCancelled

    def hold(self) -> None:
        """Lock the job row inside the caller's transaction, so that a chunk commits only under a live lease.

        Raises JobCancelled where cancelling was asked for, LeaseLost where another worker has taken over.
        """
        held = Job.objects.select_for_update().filter(pk=self.job.pk, state=Job.State.RUNNING, lease_token=self.token)
        asked = held.values_list("cancel_asked", flat=True).first()
        if asked is None:
            raise LeaseLost
        if asked:
            raise JobCancelled


Runner = Callable[[Run], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its runner, the permission that cancels and retries it, what follows its end, and its words."""

    runner: Runner
    permission: str
    on_end: Callable[[Job], None] | None = None
    label: StrOrPromise = ""
    subject: str = ""


_kinds: dict[str, Kind] = {}


def runner(
    kind: str,
    *,
    permission: str,
    on_end: Callable[[Job], None] | None = None,
    label: StrOrPromise = "",
    subject: str = "",
) -> Callable[[Runner], Runner]:
    """Register the function that carries out jobs of a kind; it returns the outcome as a JSON object.

    `on_end` is called in the transaction that ends the job as failed or cancelled, to put the subject right.
    `label` names the kind to people; `subject` is the model ("claims.claimimport") that `subject_key` is a row of.
    """

    def register(function: Runner) -> Runner:
        _kinds[kind] = Kind(function, permission, on_end, label, subject)
        return function

    return register


def kind_label(kind: str) -> StrOrPromise:
    """Return the words for a kind of job, or its code where it has none."""
    known = _kinds.get(kind)
    return known.label if known and known.label else kind


def kind_labels() -> list[tuple[str, StrOrPromise]]:
    """Return every registered kind with its words, for a filter."""
    return [(kind, kind_label(kind)) for kind in sorted(_kinds)]


def subject_model(kind: str) -> str:
    """Return the model ("claims.claimimport") that jobs of a kind are about, or an empty text."""
    known = _kinds.get(kind)
    return known.subject if known else ""


def enqueue(
    *, kind: str, by: User, subject_key: int, incident_id: int | None, parameters: dict[str, Any] | None = None
) -> Job:
    """Write a queued job and send it to the broker after commit; losing the message loses nothing (see `reap`).

    Raises RuleBroken(one_open_job_per_subject) where the same work is open for the same row.
    """
    with database_rules(), transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            by=by,
            subject_key=subject_key,
            incident_id=incident_id,
            parameters=parameters or {},
            created_at=clock.now(),
        )
        send(job.pk)
    return job


def send(job_id: int) -> None:
    """Send the job's key to the broker once the transaction commits; a broker that is down is not an error."""
    from relief.jobs.tasks import carry_out_job

    def deliver() -> None:
        try:
            carry_out_job.delay(job_id)
        except Exception:
            log.warning("job_not_sent", job=job_id, exc_info=True)

    transaction.on_commit(deliver)


def _take(job_id: int) -> Run | None:
    token = uuid.uuid4()
    now = clock.now()
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state=Job.State.QUEUED).first()
        if job is None:
            return None
        Job.STATES.move(
            job,
            Job.State.RUNNING,
            lease_token=token,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=job.started_at or now,
            error="",
        )
    job.refresh_from_db()
    return Run(job=job, token=token)


def carry_out(job_id: int) -> Job.State | None:
    """Take the queued job and run it to its end; returns the state it ended in, None where it was not to be had.

    The same message delivered twice runs once: only one worker can move the row from queued to running.
    """
    run = _take(job_id)
    if run is None:
        return None
    try:
        return _end(run, Job.State.DONE, outcome=_perform(run))
    except JobCancelled:
        return _end(run, Job.State.CANCELLED)
    except LeaseLost:
        log.warning("job_lease_lost", job=job_id)
        return None
    except RuleBroken as refusal:
        return _end(run, Job.State.FAILED, error=str(refusal))
    except Exception as defect:
        log.exception("job_failed", job=job_id, kind=run.job.kind)
        # Where the database ended the connection, the end of the job is written on another.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        # Only the defect's name: its text may quote personal data from a row.
        sentence = _("An unexpected error ended this work (%(name)s). Try again; if it stays, tell an administrator.")
        return _end(run, Job.State.FAILED, error=str(sentence % {"name": type(defect).__name__}))


def _perform(run: Run) -> dict[str, Any]:
    kind = _kinds.get(run.job.kind)
    if kind is None:
        raise RuleBroken(_("This version of the site does not know this kind of work."), code="unknown_kind")
    with acting(by=run.job.by, act=run.job.kind):
        return kind.runner(run)


def _end(run: Run, state: Job.State, *, outcome: dict[str, Any] | None = None, error: str = "") -> Job.State | None:
    with transaction.atomic():
        job = (
            Job.objects.select_for_update()
            .filter(pk=run.job.pk, state=Job.State.RUNNING, lease_token=run.token)
            .first()
        )
        if job is None:
            return None
        Job.STATES.move(job, state, ended_at=clock.now(), lease_until=None, outcome=outcome or {}, error=error)
        follow(job)
    return state


def follow(job: Job) -> None:
    """Let the kind put the job's subject right after the job failed or was cancelled, in the same transaction."""
    kind = _kinds.get(job.kind)
    if kind is not None and kind.on_end is not None and job.state in {Job.State.FAILED, Job.State.CANCELLED}:
        kind.on_end(job)


def may_steer(*, job: Job, by: User) -> bool:
    """Say whether the user may cancel or retry the job: his own, or one of his incident with its kind's permission."""
    if job.by_id == by.pk:
        return True
    kind = _kinds.get(job.kind)
    return kind is not None and by.has_perm(kind.permission) and Job.objects.visible_to(by).filter(pk=job.pk).exists()


def _own_or_permitted(job: Job, by: User) -> None:
    if not may_steer(job=job, by=by):
        raise NotAllowed(_("Only who started this work, or somebody with its permission, may do this."), code="job")


def cancel(*, job: Job, by: User) -> None:
    """Ask a running job to stop, or end a queued one. Raises NotAllowed, or RuleBroken where it has ended."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        _own_or_permitted(job, by)
        if job.state == Job.State.QUEUED:
            Job.STATES.move(job, Job.State.CANCELLED, ended_at=clock.now())
            follow(job)
        elif job.state == Job.State.RUNNING:
            Job.objects.filter(pk=job.pk).update(cancel_asked=True)
        else:
            raise RuleBroken(_("This work has ended already; there is nothing to cancel."), code="job_ended")


def retry(*, job: Job, by: User) -> None:
    """Queue a failed job again; it resumes where its runner left off. Raises NotAllowed or RuleBroken."""
    with database_rules(), transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        _own_or_permitted(job, by)
        Job.STATES.move(
            job,
            Job.State.QUEUED,
            attempts=0,
            cancel_asked=False,
            started_at=None,
            ended_at=None,
            lease_token=None,
            lease_until=None,
            error="",
        )
        send(job.pk)
