"""Who may see which job, and how far a job is, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relief import clock
from relief.jobs.models import Job
from relief.jobs.services import kind_label, may_steer

if TYPE_CHECKING:
    from relief.accounts.models import User


def readable_by(user: User) -> QuerySet[Job]:
    """Return the user's own jobs and, with the permission, those of the incident he works on."""
    seen = Q(by=user)
    if user.has_perm("relief.view_job"):
        seen |= Q(pk__in=Job.objects.visible_to(user).values("pk"))
    return Job.objects.filter(seen)


def _span(seconds: float) -> str:
    """Return a span of time in words, rounded up to what a person plans by."""
    if seconds < 60:
        count = max(1, round(seconds))
        return ngettext("%(count)s second", "%(count)s seconds", count) % {"count": count}
    count = round(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}


def _pace(job: Job, now: datetime) -> tuple[str, str]:
    """Return the rate and the time left of a running job as sentences, empty where nothing is known yet."""
    elapsed = now - (job.started_at or now)
    if job.state != Job.State.RUNNING or job.done <= 0 or elapsed < timedelta(seconds=1):
        return "", ""
    per_second = job.done / elapsed.total_seconds()
    rate = _("%(count)s a second") % {"count": f"{per_second:,.0f}" if per_second >= 1 else f"{per_second:.1f}"}
    if not job.total or job.total <= job.done:
        return rate, ""
    return rate, _("about %(span)s left") % {"span": _span((job.total - job.done) / per_second)}


def progress_of(job: Job, *, user: User) -> dict[str, Any]:
    """Return what the progress bar shows, as JSON values in the active language; `percent` is None while unknown."""
    rate, left = _pace(job, clock.now())
    finished = job.state == Job.State.DONE
    percent = 100 if finished else min(100, job.done * 100 // job.total) if job.total else None
    steers = may_steer(job=job, by=user)
    return {
        "kind": str(kind_label(job.kind)),
        "state": job.state,
        "state_label": str(job.get_state_display()),
        "open": job.state in Job.OPEN,
        "stage": _("Stopping…")
        if job.cancel_asked and job.state == Job.State.RUNNING
        else _(job.stage)
        if job.stage and not finished
        else "",
        "counted": f"{job.done:,} / {job.total:,}" if job.total else f"{job.done:,}" if job.done else "",
        "percent": percent,
        "rate": rate,
        "left": left,
        "error": job.error,
        "can_cancel": steers and job.state in Job.OPEN and not job.cancel_asked,
        "can_retry": steers and job.state == Job.State.FAILED,
    }
