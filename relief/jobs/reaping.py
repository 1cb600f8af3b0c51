"""Putting back jobs whose worker died, and sending again what the broker forgot."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relief import clock
from relief.jobs.models import Job
from relief.jobs.services import follow, send

log = structlog.get_logger(__name__)

SENT_WITHIN = timedelta(seconds=30)
RESEND_AFTER = timedelta(minutes=5)
MAX_ATTEMPTS = 5


def reap() -> int:
    """Put running jobs whose lease has ended back into the queue, and send forgotten ones again; returns how many.

    A job that lost its worker MAX_ATTEMPTS times ends as failed: it probably kills its worker. A queued job is sent
    again after SENT_WITHIN, and from then on every RESEND_AFTER (kept in `lease_until`), so that a long queue is not
    flooded with copies.
    """
    now = clock.now()
    forgotten = Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - SENT_WITHIN)
    stuck = Q(state=Job.State.RUNNING, lease_until__lt=now) | (Q(state=Job.State.QUEUED) & forgotten)
    count = 0
    for key in Job.objects.filter(stuck).order_by("pk").values_list("pk", flat=True)[:100]:
        try:
            with transaction.atomic():
                job = Job.objects.select_for_update(skip_locked=True).filter(stuck, pk=key).first()
                count += job is not None and _put_back(job)
        except Exception:
            # One job that cannot be put right must not keep the others from it.
            log.exception("job_not_reaped", job=key)
    return count


def _put_back(job: Job) -> bool:
    """Queue a stuck job again, or end it where that is hopeless or unwanted; says whether it was sent."""
    now = clock.now()
    if job.state == Job.State.RUNNING:
        if job.cancel_asked:
            Job.STATES.move(job, Job.State.CANCELLED, ended_at=now, lease_until=None)
            follow(job)
            return False
        if job.attempts >= MAX_ATTEMPTS:
            sentence = str(_("The worker was lost %(count)s times during this work.") % {"count": job.attempts})
            Job.STATES.move(job, Job.State.FAILED, ended_at=now, lease_until=None, error=sentence)
            follow(job)
            return False
        Job.STATES.move(job, Job.State.QUEUED, lease_token=None)
    Job.objects.filter(pk=job.pk).update(lease_until=now + RESEND_AFTER)
    send(job.pk)
    return True
