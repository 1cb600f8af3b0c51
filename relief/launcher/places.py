"""Where the launcher keeps things: the state folder, and a folder in the system's temporary one as its stand-in."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


class LauncherError(Exception):
    """The launcher cannot go on; the message is one sentence that says what to do."""


def state_folder() -> Path:
    """Return the folder of everything that a run leaves behind, made where it is missing.

    It is `.state` in the checkout unless RELIEF_STATE_DIR names another. The folder may be crossed by other
    users (the database's, when root runs it), not listed; what is private in it has a mode of its own.
    """
    folder = Path(os.environ.get("RELIEF_STATE_DIR") or CHECKOUT / ".state").absolute()
    made_folder(folder, 0o711)
    return folder


def made_folder(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder with exactly this mode where it is missing; an existing one keeps its own.

    Raises LauncherError where the folder cannot be made.
    """
    if folder.is_dir():
        return folder
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        folder.chmod(mode)
    except OSError as error:
        raise LauncherError(
            f"The folder {folder} cannot be made ({error.strerror}). "
            "Give this user the right to write there, or name another folder in RELIEF_STATE_DIR."
        ) from error
    return folder


def temporary_folder() -> Path:
    """Return this checkout's own folder in the system's temporary one, made where it is missing.

    Its name is a hash of the state folder's path. Raises LauncherError where somebody else owns that name: the
    temporary folder is open to all, and a stranger's folder must not be trusted with a database.
    """
    name = hashlib.sha256(os.fsencode(state_folder())).hexdigest()[:16]
    folder = made_folder(Path(tempfile.gettempdir()).absolute() / f"relief-{name}", 0o711)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LauncherError(f"{folder} belongs to somebody else. Remove it, or name another folder in TMPDIR.")
    return folder


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def say(text: str, *, error: bool = False) -> None:
    """Write a line to the terminal at once; a terminal that is gone is no reason to stop."""
    stream = sys.stderr if error else sys.stdout
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError:
        return
