"""Telling one process from a later one with the same number."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_ZOMBIE = "Z"


def birth(pid: int) -> str | None:
    """Return a mark of when this process began, None where no living process has the number."""
    if (_PROC / "self" / "stat").exists():
        try:
            fields = (
                (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            )
        except OSError:
            return None
        if fields[0] == _ZOMBIE:
            return None
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{fields[19]}"
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],  # noqa: S607 - ps lies elsewhere on each system
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return None if not shown or shown.startswith(_ZOMBIE) else shown.partition(" ")[2]


def command_line(pid: int) -> str:
    """Return what a process was called with, empty where that is not to be seen."""
    try:
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" "))
    except OSError:
        pass
    return subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607 - ps lies elsewhere on each system
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()


def members(group: int) -> list[int]:
    """Return the living processes of a process group."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid=,stat="],  # noqa: S607 - ps lies elsewhere on each system
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    if not shown and _PROC.exists():
        return _members_by_proc(group)
    rows = (line.split(None, 2) for line in shown.splitlines())
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and not state.startswith(_ZOMBIE)]


def _members_by_proc(group: int) -> list[int]:
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != _ZOMBIE and int(fields[2]) == group:
                found.append(int(entry.name))
    return found


def wait_until_gone(pid: int, mark: str | None, patience: float) -> bool:
    """Wait until the process with this number and birth has ended; False where it still lives after `patience`."""
    end = time.monotonic() + patience
    while birth(pid) == mark is not None:
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that has ended meanwhile is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
