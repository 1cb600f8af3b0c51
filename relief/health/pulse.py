"""The worker's own sign of life, sent from its main process so that long work in its children does not hide it."""

from __future__ import annotations

from typing import Any

from celery import bootsteps

EVERY_SECONDS = 15.0


def beat() -> None:
    """Write the worker's heartbeat over a connection that lasts no longer: a forked child would share it."""
    # Django is set up only after the worker has read this module.
    from django.db import connection

    from relief.health import services
    from relief.health.models import Heartbeat

    services.beat(Heartbeat.Part.WORKER)
    connection.close()


class Pulse(bootsteps.StartStopStep):
    """Writes the heartbeat from a timer for as long as the worker runs."""

    requires = frozenset({"celery.worker.components:Timer"})

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._entry: Any = None

    def start(self, worker: Any) -> None:
        """Beat once at once, then every few seconds."""
        beat()
        self._entry = worker.timer.call_repeatedly(EVERY_SECONDS, beat)

    def stop(self, _worker: Any) -> None:
        """Beat no more; the last mark grows old by itself."""
        if self._entry is not None:
            self._entry.cancel()
            self._entry = None
