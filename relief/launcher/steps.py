"""What stands between an empty checkout and a site that can start, each step told with its time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from relief.launcher import server
from relief.launcher.places import CHECKOUT, LauncherError, say, state_folder, write_private

# left: somebody may have worked in the database since the load was broken off.
_LOADING, _LOADED, _LEFT = "loading", "loaded", "left"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Tell a step before it begins and its time when it has ended."""
    begin = time.monotonic()
    say(f"· {title} …")
    yield
    say(f"  done in {time.monotonic() - begin:.1f} s")


def manage(*arguments: str) -> int:
    """Run a command of manage.py with its output shown; returns its exit code."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    return subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, check=False).returncode


def prepare() -> bool:
    """Bring database, roles and messages up to the code; returns whether this call started the embedded database.

    Raises LauncherError where a step fails.
    """
    started = False
    if not os.environ.get("DATABASE_URL"):
        with step("Embedded database"):
            started = server.ensure_running().started
    with step("Tables, roles and messages"):
        if manage("prepare") != 0:
            raise LauncherError("The database could not be brought up to the code; the lines above say why.")
    return started


def load_demo() -> bool:
    """Load the demo data into the embedded database the first time.

    A load that was broken off goes on where it was, and where it cannot, begins anew with an empty database: nobody
    has worked in it yet, unless DEMO=0 has opened it meanwhile. Returns whether the database was started for that.
    Raises LauncherError where the load fails.
    """
    if os.environ.get("DATABASE_URL"):
        return False
    mark = _Mark()
    if os.environ.get("DEMO") == "0":
        if mark.state == _LOADING:
            mark.state = _LEFT
        return False
    if mark.state == _LOADED:
        return False
    broken_off = mark.state == _LOADING
    mark.state = _LOADING
    with step("Demo data (the first time only)"):
        loaded = manage("demo") == 0
    if not loaded and broken_off:
        say("The last load was broken off where it cannot go on: beginning anew with an empty database.")
        discard()
        started = prepare()
        return load_demo() or started
    if not loaded:
        mark.state = _LEFT
        raise LauncherError("The demo data could not be loaded; the lines above say why. DEMO=0 starts without it.")
    mark.state = _LOADED
    return False


class _Mark:
    """How far the demo data of the present cluster is, kept beside it in the state folder."""

    def __init__(self) -> None:
        cluster = server.known_cluster()
        if cluster is None:
            raise LauncherError("The embedded database is not there; `make setup` makes it.")
        self._path = state_folder() / "demo.json"
        self._cluster = cluster.identity

    @property
    def state(self) -> str:
        """The state, empty where this cluster has seen no demo data."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ""
        return str(found["state"]) if found.get("cluster") == self._cluster else ""

    @state.setter
    def state(self, state: str) -> None:
        write_private(self._path, json.dumps({"cluster": self._cluster, "state": state}) + "\n")


def discard() -> None:
    """Throw the embedded database and the private files away; secrets, logs and the environment stay."""
    server.discard()
    shutil.rmtree(state_folder() / "private", ignore_errors=True)
    (state_folder() / "demo.json").unlink(missing_ok=True)
