"""One at a time: locks that the system lets go of when their holder dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from relief.launcher.places import LauncherError, say


@contextmanager
def locked(path: Path, *, patience: float = 300, waiting: str = "") -> Iterator[IO[str]]:
    """Hold the lock of a file, waiting up to `patience` seconds; `waiting` is printed once where it has to wait.

    Raises LauncherError where the lock is still held after that.
    """
    with path.open("a+", encoding="utf-8") as file:
        path.chmod(0o600)
        end = time.monotonic() + patience
        told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise LauncherError(
                        f"Another command of this checkout holds {path}. Wait for it to end, then try again."
                    ) from None
                if waiting and not told:
                    say(waiting)
                    told = True
                time.sleep(0.05)
        yield file


def is_held(path: Path) -> bool:
    """Tell whether some living program holds the lock of a file."""
    if not path.exists():
        return False
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
