"""The virtual environment `.venv`, from the locked requirements with their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from relief.launcher.locks import locked
from relief.launcher.places import CHECKOUT, LauncherError, made_folder, say, state_folder

FOLDER = CHECKOUT / ".venv"
PYTHON = FOLDER / "bin" / "python"
REQUIREMENTS = CHECKOUT / "requirements"
_STAMP = FOLDER / ".relief-installed.json"
_SHOWN_LINES = 25


def needs_installing(*, development: bool) -> bool:
    """Tell whether `ensure_environment` would have anything to do."""
    return bool(_missing(_wanted(development=development)))


def ensure_environment(*, development: bool) -> None:
    """Make `.venv` hold the locked packages, with those of tests and lint where `development` says so.

    The stamp of an installation is removed before it begins and written when it has ended, so one that was broken
    off is done again. Raises LauncherError with pip's own last words where it fails.
    """
    with locked(
        made_folder(state_folder() / "run") / "setup.lock",
        patience=1800,
        waiting="Another command of this checkout is installing; waiting for it …",
    ):
        missing = _missing(_wanted(development=development))
        if missing:
            _install(missing)


def _wanted(*, development: bool) -> list[str]:
    own_server = bool(os.environ.get("DATABASE_URL"))
    return ["base", *([] if own_server else ["embedded"]), *(["dev"] if development else [])]


def _fingerprint(name: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{name}.txt").read_bytes()).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _works() -> bool:
    try:
        answer = subprocess.run([str(PYTHON), "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def _missing(wanted: list[str]) -> list[str]:
    stamp = _stamp()
    if not _works():
        return wanted
    return [name for name in wanted if stamp.get(name) != _fingerprint(name)]


def _install(missing: list[str]) -> None:
    stamp = _stamp() if _works() else {}
    _STAMP.unlink(missing_ok=True)
    if not _works():
        _make()
        missing = sorted({*missing, "base"})
    for name in missing:
        done = _pip_install(name)
        if done.returncode != 0:
            said = "\n".join(done.stdout.strip().splitlines()[-_SHOWN_LINES:])
            if name != "embedded":
                raise LauncherError(
                    f"The packages of requirements/{name}.txt could not be installed; pip said:\n{said}"
                )
            say(
                "  no embedded database for this platform: PostgreSQL of this machine is used instead "
                f"(pip said: {said.splitlines()[-1] if said else 'nothing'})",
            )
        stamp[name] = _fingerprint(name)
    _STAMP.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def _make() -> None:
    if (FOLDER / "pyvenv.cfg").exists():
        shutil.rmtree(FOLDER)
    elif FOLDER.exists() and any(FOLDER.iterdir()):
        raise LauncherError(f"{FOLDER} is there but is no virtual environment. Move it away, then try again.")
    made = _run([sys.executable, "-m", "venv", str(FOLDER)])
    if made.returncode != 0:
        # Debian ships Python without the parts that put pip into an environment; its own pip can still fill one.
        shutil.rmtree(FOLDER, ignore_errors=True)
        made = _run([sys.executable, "-m", "venv", "--without-pip", str(FOLDER)])
        if made.returncode != 0:
            raise LauncherError(f"The virtual environment could not be made: {made.stdout.strip()[-800:]}")


def _pip() -> list[str]:
    if _run([str(PYTHON), "-m", "pip", "--version"]).returncode == 0:
        return [str(PYTHON), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if _run([*outside, "--version"]).returncode == 0:
        return outside
    raise LauncherError(
        f"{sys.executable} has no pip 22.3 or newer. Install pip (on Debian: python3-venv), then try again."
    )


def _pip_install(name: str) -> subprocess.CompletedProcess[str]:
    options = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check", "--no-cache-dir"]
    if os.geteuid() == 0:
        options.append("--root-user-action=ignore")
    return _run([*_pip(), "install", *options, "--require-hashes", "-r", str(REQUIREMENTS / f"{name}.txt")])


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "PYTHONPATH"}}
    return subprocess.run(
        command,
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def enter(module: str, arguments: list[str]) -> None:
    """Go on in the environment's own Python; returns only where that is the present one."""
    if Path(sys.prefix).resolve() != FOLDER.resolve():
        sys.stdout.flush()
        os.chdir(CHECKOUT)
        os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])
