"""Starting, finding and stopping the embedded database."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from relief.launcher.binaries import find_binaries
from relief.launcher.cluster import Cluster, choose_port, find_cluster, is_free, make_data, write_configuration
from relief.launcher.locks import locked
from relief.launcher.places import LauncherError, made_folder, say, state_folder
from relief.launcher.processes import birth, command_line, signal_process, wait_until_gone

START_PATIENCE = 600.0
STOP_PATIENCE = 60.0
_LOG_LIMIT = 10 * 1024 * 1024
_STATUS_LINE = 7


@dataclass(frozen=True)
class Embedded:
    """A running embedded database: its address, and whether this call started it."""

    url: str
    started: bool


def ensure_running() -> Embedded:
    """Return the running embedded database, made and started where it is not.

    Safe to call from any number of processes at once. Raises LauncherError with a sentence that says what to do.
    """
    cluster = known_cluster()
    if cluster is not None and _postmaster(cluster) is not None:
        return Embedded(cluster.url, started=False)
    with locked(state_folder() / "database.lock", patience=START_PATIENCE):
        cluster = find_cluster()
        if cluster.exists and _postmaster(cluster) is not None:
            return Embedded(cluster.url, started=False)
        binaries = find_binaries(cluster.account, cluster.home, major=cluster.major)
        if not cluster.exists:
            make_data(cluster, binaries)
        _start(cluster, binaries.program("postgres"))
        return Embedded(cluster.url, started=True)


def stop() -> bool:
    """Stop the embedded database; returns whether it was running. Raises LauncherError where it does not end."""
    with locked(state_folder() / "database.lock", patience=START_PATIENCE):
        cluster = known_cluster()
        pid = _postmaster(cluster, ready=False) if cluster else None
        if pid is None:
            return False
        mark = birth(pid)
        # Fast first: sessions end, what is committed is kept; immediate only where that takes too long.
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal_process(pid, number)
            if wait_until_gone(pid, mark, STOP_PATIENCE):
                return True
        raise LauncherError(f"PostgreSQL (process {pid}) does not stop. End it, then try again.")


def discard() -> None:
    """Stop the embedded database and throw its data away; its programs and its port are kept."""
    stop()
    with locked(state_folder() / "database.lock", patience=START_PATIENCE):
        cluster = known_cluster()
        if cluster is not None:
            shutil.rmtree(cluster.data)
        (state_folder() / "database.json").unlink(missing_ok=True)


def status() -> str:
    """Return one sentence on the embedded database."""
    cluster = known_cluster()
    if cluster is None:
        return "The embedded database has not been made yet."
    pid = _postmaster(cluster)
    if pid is None:
        return f"The embedded database in {cluster.data} is stopped."
    return f"The embedded database in {cluster.data} runs on 127.0.0.1:{cluster.port} (process {pid})."


def known_cluster() -> Cluster | None:
    """Return the cluster that has data, None where there is none yet."""
    if not (state_folder() / "database.json").exists():
        return None
    cluster = find_cluster()
    return cluster if cluster.exists else None


def _postmaster(cluster: Cluster, *, ready: bool = True) -> int | None:
    """Return the server's process where it lives (and accepts connections), None where its file is stale."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if birth(pid) is None or str(cluster.data) not in command_line(pid):
        return None
    if ready and (len(lines) <= _STATUS_LINE or lines[_STATUS_LINE].strip() != "ready"):
        return None
    return pid


def _start(cluster: Cluster, program: str) -> None:
    log = made_folder(state_folder() / "log") / "postgres.log"
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    for _attempt in range(3):
        if _postmaster(cluster, ready=False) is None:
            # A number in a stale file may belong to another program by now, and PostgreSQL would believe it.
            (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        port = choose_port(cluster)
        configuration = write_configuration(cluster, port)
        begin = log.stat().st_size if log.exists() else 0
        if _launch(cluster, [program, "-D", str(cluster.data), "-c", f"config_file={configuration}"], log):
            return
        said = log.read_text(encoding="utf-8", errors="replace")[begin:]
        if "shared memory" in said:
            # The last children of a killed server still hold its memory; they end by themselves.
            time.sleep(2)
        elif is_free(port):
            break
    raise LauncherError(f"PostgreSQL did not start; {log} says:\n{said.strip()[-1500:]}")


def _launch(cluster: Cluster, command: list[str], log: Path) -> bool:
    """Start the server in a session of its own, so that no Ctrl-C reaches it; wait until it accepts connections."""
    with log.open("a", encoding="utf-8") as sink:
        # The shell leaves the server behind as nobody's child: no caller has to reap it.
        begun = cluster.account.run(
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command],
            stdout=subprocess.PIPE,
            stderr=sink,
            start_new_session=True,
        )
    pid = int(begun.stdout)
    told, end = False, time.monotonic() + START_PATIENCE
    beginning = time.monotonic()
    while time.monotonic() < end:
        if birth(pid) is None:
            return False
        if _postmaster(cluster) == pid:
            return True
        if not told and time.monotonic() - beginning > 10:
            say("The embedded database repairs itself after it was killed …", error=True)
            told = True
        time.sleep(0.05)
    raise LauncherError(f"PostgreSQL does not accept connections; see {log}.")
