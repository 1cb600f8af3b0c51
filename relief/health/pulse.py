"""The worker's own sign of life, sent from its main process so that long work in its children does not hide it."""

from __future__ import annotations

import threading
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
    """Writes the heartbeat for as long as the worker runs.

    From a thread of its own: the worker's timer sleeps through a whole interval before it lets the worker stop.
    """

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._ended = threading.Event()

    def start(self, _worker: Any) -> None:
        """Begin to beat, at once and then every few seconds."""
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def _run(self) -> None:
        beat()
        while not self._ended.wait(EVERY_SECONDS):
            beat()

    def stop(self, _worker: Any) -> None:
        """Beat no more; the last mark grows old by itself."""
        self._ended.set()
