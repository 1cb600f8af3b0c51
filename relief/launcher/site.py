"""Web server, worker and beat as one process group: started, watched and stopped together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from relief.launcher import server
from relief.launcher.cluster import is_free
from relief.launcher.locks import is_held, locked
from relief.launcher.places import CHECKOUT, LauncherError, made_folder, say, state_folder, write_private
from relief.launcher.processes import birth, command_line, members, signal_process, wait_until_gone

HEALTH_PATIENCE = 60.0
STOP_PATIENCE = 15.0
_LOG_LIMIT = 10 * 1024 * 1024
_FALLS = 3
_SHORT_LIFE = 20.0
_CHECK_DATABASE_EVERY = 5.0
_PORTS_TRIED = 100


def commands(listen: str, port: int) -> dict[str, list[str]]:
    """Return the command of each part of the site; called as modules, for a path may have a space in it."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "relief"]
    return {
        "web": [
            *[*python, "gunicorn", "relief.wsgi", "--bind", f"{listen}:{port}", "--no-control-socket"],
            *["--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "10"],
        ],
        "worker": [*celery, "worker", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--pidfile", ""],
    }


@dataclass
class Part:
    """One supervised program."""

    name: str
    command: list[str]
    environment: dict[str, str]
    program: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    falls: int = 0

    @property
    def log(self) -> Path:
        return made_folder(state_folder() / "log") / f"{self.name}.log"

    def start(self, group: int) -> None:
        """Start the program in the group, 0 for a new one that it leads."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as sink:
            self.program = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                process_group=group,
            )
        self.begun = time.monotonic()

    def last_words(self) -> str:
        """Return the end of the program's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])


@dataclass
class Site:
    """The running site. `group` is the process group of its parts, apart from the terminal's: a Ctrl-C reaches the
    supervisor alone, which then stops them in order.
    """

    listen: str
    port: int
    parts: list[Part]
    group: int = 0
    ending: bool = False
    database_started: bool = False

    @property
    def address(self) -> str:
        return f"http://{'127.0.0.1' if self.listen == '0.0.0.0' else self.listen}:{self.port}/"  # noqa: S104 - compared

    def start(self) -> None:
        """Start every part and note them down for whoever has to clean up after a kill."""
        for part in self.parts:
            self._start(part)

    def _start(self, part: Part) -> None:
        try:
            part.start(self.group)
        except (PermissionError, ProcessLookupError):
            # The group ended with its last program.
            self.group = 0
            part.start(0)
        if self.group == 0 and part.program is not None:
            self.group = part.program.pid
        self._note()

    def _note(self) -> None:
        living = {part.name: part.program.pid for part in self.parts if part.program is not None}
        note = {
            "supervisor": os.getpid(),
            "address": self.address,
            "group": self.group,
            "parts": {name: {"pid": pid, "birth": birth(pid)} for name, pid in living.items()},
        }
        write_private(_note_path(), json.dumps(note, indent=2) + "\n")

    def watch(self) -> None:
        """Keep the parts running until asked to end. Raises LauncherError for a part that keeps falling."""
        checked = time.monotonic()
        while not self.ending:
            time.sleep(0.2)
            for part in self.parts:
                if part.program is not None and part.program.poll() is not None and not self.ending:
                    self._restart(part)
            if not os.environ.get("DATABASE_URL") and time.monotonic() - checked > _CHECK_DATABASE_EVERY:
                checked = time.monotonic()
                if server.ensure_running().started:
                    self.database_started = True
                    say("The embedded database had stopped; it runs again.")

    def _restart(self, part: Part) -> None:
        code = part.program.returncode if part.program is not None else 0
        part.falls = part.falls + 1 if time.monotonic() - part.begun < _SHORT_LIFE else 1
        if part.falls >= _FALLS:
            raise LauncherError(
                f"The {part.name} keeps ending (exit code {code}). {part.log} ends with:\n{part.last_words()}"
            )
        say(f"The {part.name} ended (exit code {code}); starting it again.")
        time.sleep(1)
        self._start(part)

    def stop(self) -> None:
        """Stop the parts: asked first, then told, then killed with all their children."""
        running = [part.program for part in reversed(self.parts) if part.program is not None]
        for program in running:
            signal_process(program.pid, signal.SIGTERM)
        end = time.monotonic() + STOP_PATIENCE
        while any(program.poll() is None for program in running) and time.monotonic() < end:
            time.sleep(0.05)
        _kill_group(self.group)
        for program in running:
            program.wait()
        _note_path().unlink(missing_ok=True)

    def await_health(self, hurried: Callable[[], bool]) -> str:
        """Wait until the site says that it is well; returns the last answer where it does not in time."""
        end = time.monotonic() + HEALTH_PATIENCE
        said = "no answer"
        while time.monotonic() < end and not hurried():
            try:
                with urllib.request.urlopen(f"{self.address}healthz", timeout=5) as answer:  # noqa: S310 - our own site
                    answer.read()
                    return ""
            except urllib.error.HTTPError as refusal:
                said = refusal.read().decode(errors="replace")
            except OSError:
                pass
            for part in self.parts:
                if part.program is not None and part.program.poll() is not None:
                    return f"the {part.name} ended"
            time.sleep(0.2)
        return said


def _note_path() -> Path:
    return made_folder(state_folder() / "run") / "site.json"


def _lock_path() -> Path:
    return made_folder(state_folder() / "run") / "site.lock"


def _read_note() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_note_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _kill_group(group: int) -> None:
    if group > 1 and members(group):
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def end_orphans() -> bool:
    """End what a killed supervisor left running; returns whether there was anything.

    A number may belong to a stranger by now: a group is ended only where a program noted down still lives in it, or
    one of its members was called from this checkout's environment.
    """
    note = _read_note()
    if not note:
        return False
    left = {entry["pid"]: entry["birth"] for entry in note["parts"].values() if birth(entry["pid"]) == entry["birth"]}
    ours = bool(left) or any(sys.executable in command_line(pid) for pid in members(note["group"]))
    if ours:
        for pid in left:
            signal_process(pid, signal.SIGTERM)
        for pid, mark in left.items():
            wait_until_gone(pid, mark, STOP_PATIENCE)
        _kill_group(note["group"])
    _note_path().unlink(missing_ok=True)
    return ours


def choose_port(wanted: int, listen: str) -> int:
    """Return the wanted port, or the next free one with a word about it. Raises LauncherError where none is."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        if is_free(port, listen):
            if port != wanted:
                say(f"Port {wanted} is taken by another program; the site comes up on {port} instead.")
            return port
    raise LauncherError(f"No free port from {wanted} on. Name another with PORT=….")


def refuse_second() -> None:
    """Raise LauncherError where the site of this checkout runs already."""
    if is_held(_lock_path()):
        raise LauncherError(
            f"The site of this checkout runs already at {_read_note().get('address', 'an unknown address')}. "
            "`make stop` stops it."
        )


def run(*, port: int, listen: str, welcome: Callable[[str], None]) -> bool:
    """Run the site until SIGINT, SIGTERM or SIGHUP; `welcome` is called with its address once it answers.

    Returns whether it had to start the embedded database again.

    Raises LauncherError where the site of this checkout runs already, or a part does not stay up.
    """
    refuse_second()
    with locked(_lock_path(), patience=1):
        if end_orphans():
            say("Ended what the last run had left behind when it was killed.")
        chosen = choose_port(port, listen)
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "relief.settings.development"),
            "PYTHONUNBUFFERED": "1",
        }
        parts = [
            Part(name, command, environment | ({"RELIEF_DATABASE_POOL": "8"} if name == "web" else {}))
            for name, command in commands(listen, chosen).items()
        ]
        site = Site(listen, chosen, parts)

        def end(_number: int, _frame: FrameType | None) -> None:
            site.ending = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, end)
        try:
            site.start()
            trouble = site.await_health(lambda: site.ending)
            if trouble and not site.ending:
                say(f"The site is not well yet: {trouble}. Its logs are in {state_folder() / 'log'}.")
            if not site.ending:
                welcome(site.address)
            site.watch()
        finally:
            say("Stopping …")
            site.stop()
        return site.database_started


def status() -> str:
    """Return one sentence on the site."""
    if not is_held(_lock_path()):
        return "The site is stopped."
    return f"The site runs at {_read_note().get('address', 'an address it has not noted down yet')}."


def stop() -> bool:
    """Stop the running site, or what a killed one left; returns whether there was anything to stop."""
    note = _read_note()
    supervisor = note.get("supervisor")
    if not is_held(_lock_path()) or supervisor is None:
        return end_orphans()
    mark = birth(supervisor)
    signal_process(supervisor, signal.SIGTERM)
    if not wait_until_gone(supervisor, mark, 2 * STOP_PATIENCE):
        raise LauncherError(f"The site (process {supervisor}) does not stop. End it, then try again.")
    return True
