"""Processes beside this one: in order, in bounds, and gone when they are wanted no more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from relief.crew import AHEAD, Crew, CrewLost

PATIENCE = 20
PIECE = b"x" * 3_000_000
ORPHANS = """
import os, sys, time
from relief.crew import Crew
def work(piece):
    return str(os.getpid()).encode()
with Crew(work, 2) as crew:
    print(*(found.decode() for found in crew.results([b"a", b"b"])), flush=True)
    time.sleep(60)
"""


def _wait_until(held: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not held():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_come_in_order_from_other_processes() -> None:
    def work(piece: bytes) -> bytes:
        time.sleep(0.02 if piece == b"0" else 0)
        return piece + b" " + str(os.getpid()).encode()

    with Crew(work, 3) as crew:
        found = [result.split() for result in crew.results(str(number).encode() for number in range(20))]
    assert [int(number) for number, _pid in found] == list(range(20))
    assert len({pid for _number, pid in found}) == 3
    assert str(os.getpid()).encode() not in {pid for _number, pid in found}


def test_pieces_larger_than_any_buffer_keep_nobody_waiting_for_ever() -> None:
    with Crew(lambda piece: piece[::-1], 2) as crew:
        assert [len(result) for result in crew.results([PIECE] * 12)] == [len(PIECE)] * 12


def test_pieces_are_not_read_far_ahead() -> None:
    read = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x"

    with Crew(lambda piece: piece, 2) as crew:
        next(crew.results(pieces()))
        assert len(read) == 2 * AHEAD + 1


def test_work_that_fails_is_told() -> None:
    def work(piece: bytes) -> bytes:
        raise ValueError

    with Crew(work, 1) as crew, pytest.raises(CrewLost):
        next(crew.results([b"x"]))


def test_processes_end_with_the_block() -> None:
    with Crew(lambda _piece: str(os.getpid()).encode(), 2) as crew:
        pids = [int(pid) for pid in crew.results([b"a", b"b"])]
        assert all(map(_is_alive, pids))
    assert not any(map(_is_alive, pids))


def test_processes_end_with_a_process_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    _wait_until(lambda: not any(map(_is_alive, pids)))
