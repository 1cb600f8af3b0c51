"""Processes forked beside this one for work that needs no database: bytes in, bytes out, in order.

The standard pools cannot be had inside a Celery worker, whose processes may have no children of their kind; and their
children would outlive a worker that is killed. These end with the connection to it, whatever happened to it.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Self

AHEAD = 4
"""Pieces of work that wait at each process while it is busy."""

Work = Callable[[bytes], bytes]


class CrewLost(Exception):
    """A process of the crew ended before its work did: killed, or ended by a defect of that work."""


class Crew:
    """A number of processes that do one kind of work, as long as the `with` block lasts.

    `work` is inherited by the fork, with all it refers to; it must not touch connections or files of this process.
    """

    def __init__(self, work: Work, size: int) -> None:
        self._work = work
        self._size = size
        self._members: list[tuple[int, Connection]] = []

    def __enter__(self) -> Self:
        for _ in range(self._size):
            ours, theirs = Pipe()
            pid = os.fork()
            if pid == 0:
                _live(self._work, theirs, foreign=[ours, *(other for _, other in self._members)])
            theirs.close()
            self._members.append((pid, ours))
        return self

    def __exit__(self, *_: object) -> None:
        for pid, connection in self._members:
            connection.close()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def results(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what became of each piece, in their order; `pieces` is read no further ahead than needed.

        Raises CrewLost.
        """
        under_way: deque[Connection] = deque()
        try:
            for number, piece in enumerate(pieces):
                connection = self._members[number % self._size][1]
                connection.send_bytes(piece)
                under_way.append(connection)
                if len(under_way) > self._size * AHEAD:
                    yield under_way.popleft().recv_bytes()
            while under_way:
                yield under_way.popleft().recv_bytes()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise CrewLost from error


def _live(work: Work, connection: Connection, *, foreign: list[Connection]) -> None:
    """Be a process of the crew until the connection ends; never returns.

    Reading and writing have threads of their own: whoever sends never waits for somebody who is sending to him.
    """
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # Held open here, the ends of others would keep those others alive.
        for other in foreign:
            other.close()
        coming: queue.Queue[bytes | None] = queue.Queue()
        going: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_read, args=(connection, coming), daemon=True).start()
        threading.Thread(target=_write, args=(connection, going), daemon=True).start()
        while (piece := coming.get()) is not None:
            going.put(work(piece))
    finally:
        os._exit(1)


def _read(connection: Connection, coming: queue.Queue[bytes | None]) -> None:
    try:
        while True:
            coming.put(connection.recv_bytes())
    except (EOFError, OSError):
        # At once: what is still being worked on is wanted by nobody.
        os._exit(0)


def _write(connection: Connection, going: queue.Queue[bytes]) -> None:
    try:
        while True:
            connection.send_bytes(going.get())
    except OSError:
        os._exit(0)
