"""Keeping a job's lease while one long statement leaves its runner no moment to do so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from relief.jobs.services import JobCancelled, LeaseLost, Run

SIGN_SECONDS = 10


@contextmanager
def kept_alive(run: Run, *, stage: str, done: int = 0, total: int | None = None) -> Iterator[None]:
    """Tell the stage, and renew the lease from a thread with a connection of its own until the block ends.

    A cancelling, or a lease that is lost, is not raised here: the block meets it at its next `hold` or `advance`.
    """
    run.advance(done=done, total=total, stage=stage)
    ended = threading.Event()

    def renew() -> None:
        try:
            while not ended.wait(SIGN_SECONDS):
                run.advance(done=done)
        except (JobCancelled, LeaseLost):
            return
        finally:
            connections.close_all()

    thread = threading.Thread(target=renew, name=f"lease-{run.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
