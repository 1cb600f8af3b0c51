"""Keeping a job's lease while one long statement or transaction holds the runner's own connection."""

from __future__ import annotations

import threading
from typing import Self

from django.db import connections

from relief.jobs.services import JobCancelled, LeaseLost, Run

_SIGN_SECONDS = 10.0


class Keeper:
    """A thread with a connection of its own that renews the lease and writes progress until the block ends.

    `tell` says how far the work is; `check` raises JobCancelled or LeaseLost where the thread met it: call it before
    committing, and between statements.
    """

    def __init__(self, run: Run, *, stage: str) -> None:
        self._run = run
        self._done = 0
        self._total: int | None = None
        self._stage = stage
        self._stopped: JobCancelled | LeaseLost | None = None
        self._ended = threading.Event()
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"lease-{run.job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._told.set()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._told.set()
        self._thread.join()

    def tell(self, *, done: int, total: int | None = None) -> None:
        """Let the thread write how far the work is."""
        self._done, self._total = done, total
        self._told.set()

    def check(self) -> None:
        """Raise what stopped the job meanwhile."""
        if self._stopped is not None:
            raise self._stopped

    def _work(self) -> None:
        try:
            while not self._ended.is_set():
                self._told.wait(_SIGN_SECONDS)
                self._told.clear()
                if not self._ended.is_set():
                    self._run.advance(done=self._done, total=self._total, stage=self._stage)
        except (JobCancelled, LeaseLost) as stopped:
            self._stopped = stopped
        finally:
            connections.close_all()
