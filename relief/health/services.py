"""Writing and judging the signs of life."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection

from relief import clock
from relief.celery import app
from relief.health.models import Heartbeat

log = structlog.get_logger(__name__)

# Four beats of the worker, three turns of the schedule.
WORKER_SILENCE = timedelta(seconds=60)
SCHEDULE_SILENCE = timedelta(seconds=100)
BROKER_SECONDS = 3


@dataclass(frozen=True)
class Part:
    """How one part is: `ok`, or `down` with the reason in a word; `age_seconds` since its last sign of life."""

    state: str
    age_seconds: int | None = None


def beat(part: Heartbeat.Part) -> None:
    """Write that a part lives now; a database that is away is logged, not raised: the next beat tries again."""
    try:
        Heartbeat.objects.update_or_create(part=part, defaults={"at": clock.now()})
    except DatabaseError:
        log.warning("heartbeat_not_written", part=part.value, exc_info=True)


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Part("unreachable")
    return Part("ok")


def _broker() -> Part:
    try:
        with app.connection_for_read(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except Exception:
        # Each broker's client has errors of its own; any of them means the same here.
        log.warning("broker_unreachable", exc_info=True)
        return Part("unreachable")
    return Part("ok")


def _silence(part: Heartbeat.Part, allowed: timedelta) -> Part:
    try:
        last = Heartbeat.objects.filter(part=part).values_list("at", flat=True).first()
    except DatabaseError:
        return Part("unknown")
    if last is None:
        return Part("never seen")
    age = clock.now() - last
    return Part("ok" if age <= allowed else "silent", int(age.total_seconds()))


def look() -> tuple[bool, dict[str, dict[str, object]]]:
    """Return whether everything is well, and the state of database, broker, worker and schedule by name."""
    parts = {
        "database": _database(),
        "broker": _broker(),
        "worker": _silence(Heartbeat.Part.WORKER, WORKER_SILENCE),
        "schedule": _silence(Heartbeat.Part.SCHEDULE, SCHEDULE_SILENCE),
    }
    return all(part.state == "ok" for part in parts.values()), {name: asdict(part) for name, part in parts.items()}
