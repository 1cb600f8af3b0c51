"""Celery entry point of the schedule's sign of life."""

from celery import shared_task

from relief.health import services
from relief.health.models import Heartbeat


@shared_task(name="relief.beat_schedule", ignore_result=True)
def beat_schedule() -> None:
    """Mark that a scheduled task came through; sent by beat every 30 seconds."""
    services.beat(Heartbeat.Part.SCHEDULE)
