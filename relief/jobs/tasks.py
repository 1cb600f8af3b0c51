"""Celery entry points of the jobs: a key in, one service."""

from celery import shared_task

from relief.jobs import reaping, services


@shared_task(name="relief.carry_out_job", ignore_result=True)
def carry_out_job(job_id: int) -> None:
    """Carry out one job; a second delivery of the same key does nothing."""
    services.carry_out(job_id)


@shared_task(name="relief.reap_jobs", ignore_result=True)
def reap_jobs() -> None:
    """Put jobs with a dead lease back; sent by beat every 30 seconds."""
    reaping.reap()
