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

_LOADING, _LOADED = "loading", "loaded"


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


def has_command(name: str) -> bool:
    """Tell whether manage.py has a command."""
    return any(CHECKOUT.glob(f"*/management/commands/{name}.py"))


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
    """Load the demo data into the embedded database the first time; returns whether it did.

    A load that was broken off leaves its mark; nobody can have worked in that database yet, so the next call
    begins with an empty one. Raises LauncherError where the load fails.
    """
    mark = state_folder() / "demo.json"
    if os.environ.get("DATABASE_URL") or os.environ.get("DEMO") == "0" or not has_command("demo"):
        return False
    cluster = server.known_cluster()
    if cluster is None:
        raise LauncherError("The embedded database is not there; `make setup` makes it.")
    now = {"cluster": cluster.identity}
    found = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    if found == now | {"state": _LOADED}:
        return False
    if found == now | {"state": _LOADING}:
        say("The demo data was being loaded when the last run was broken off: starting it anew.")
        discard()
        prepare()
        return load_demo()
    write_private(mark, json.dumps(now | {"state": _LOADING}) + "\n")
    with step("Demo data (the first time only)"):
        if manage("demo") != 0:
            raise LauncherError("The demo data could not be loaded; the lines above say why. DEMO=0 starts without it.")
    write_private(mark, json.dumps(now | {"state": _LOADED}) + "\n")
    return True


def discard() -> None:
    """Throw the embedded database and the private files away; secrets, logs and the environment stay."""
    server.discard()
    shutil.rmtree(state_folder() / "private", ignore_errors=True)
    (state_folder() / "demo.json").unlink(missing_ok=True)
