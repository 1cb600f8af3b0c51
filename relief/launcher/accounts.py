"""Under whom the database server runs: PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relief.launcher.places import LauncherError

ORDINARY = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A system account to run programs as; `uid` None stands for the present user."""

    uid: int | None = None
    gid: int | None = None
    name: str = ""

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program as this account from a folder every account can enter, with its output captured as text.

        Raises LauncherError where the system does not let root become somebody else.
        """
        options = {"cwd": "/", "text": True, "stdin": subprocess.DEVNULL, **options}
        if "stdout" not in options:
            options["capture_output"] = True
        if options.get("input") is not None:
            del options["stdin"]
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        # The library path of the caller could lead the server to other libraries than its own.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        try:
            return subprocess.run(command, env=environment, check=False, **options)
        except PermissionError as error:
            # Where the program itself is out of reach, the error names it.
            if self.uid is not None and error.filename is None:
                raise LauncherError(
                    f"Root may not become {self.name} here, and PostgreSQL refuses to run as root. "
                    "Run this as an ordinary user, or name your own server in DATABASE_URL."
                ) from error
            raise

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account can cross every folder down to this one and enter it."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def own(self, path: Path) -> None:
        """Make this account the owner of a folder that the launcher has just made."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_account(data: Path | None) -> Account:
    """Return the account of the server: the present user, or for root the owner of the data or an unprivileged one.

    Raises LauncherError where the data belongs to somebody the present user is not and cannot become.
    """
    user = os.geteuid()
    owner = data.stat().st_uid if data is not None and data.exists() else None
    if user != 0:
        if owner is not None and owner != user:
            raise LauncherError(
                f"The database in {data} belongs to the user with number {owner}. "
                "Work as that user, or name another folder in RELIEF_STATE_DIR."
            )
        return Account()
    if owner:
        return _account(pwd.getpwuid(owner))
    for name in ORDINARY:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LauncherError("No unprivileged account found: PostgreSQL refuses to run as root, and there is no `nobody`.")


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
