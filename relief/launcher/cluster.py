"""The embedded database's folder: where it lies, how it is made, and what it is tuned to."""

from __future__ import annotations

import hashlib
import json
import locale
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from relief.launcher.accounts import Account, server_account
from relief.launcher.binaries import Binaries
from relief.launcher.places import LauncherError, made_folder, say, state_folder, temporary_folder, write_private

ROLE = DATABASE = "relief"
_SMALL_SHARED_MEMORY = 512 * 1024 * 1024

# For a developer's machine; what keeps data safe (fsync, full_page_writes, synchronous_commit) stays on.
TUNING = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path would have to be short, and the password guards the port.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "min_wal_size": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Statements and details of errors carry personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class Cluster:
    """A database folder: `home` is the launcher's, `data` in it the server's own."""

    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists() and (self.data / "global" / "pg_control").exists()

    @property
    def major(self) -> int | None:
        """The PostgreSQL version that made the data, None where there is none yet."""
        return int((self.data / "PG_VERSION").read_text(encoding="ascii")) if self.exists else None

    @property
    def identity(self) -> str:
        """Tells this cluster from one made later in the same place: a password is drawn with each."""
        return hashlib.sha256((self.home / "password").read_bytes()).hexdigest()[:16]

    @property
    def port(self) -> int:
        return int((self.home / "port").read_text(encoding="ascii"))

    @property
    def url(self) -> str:
        password = (self.home / "password").read_text(encoding="ascii")
        return f"postgres://{ROLE}:{password}@127.0.0.1:{self.port}/{DATABASE}"


def find_cluster() -> Cluster:
    """Return the cluster of this state folder, which may have no data yet.

    It lies in the state folder, or in the temporary folder where the server's account cannot reach the former.
    Raises LauncherError where data is there and its account cannot reach it any more.
    """
    note = state_folder() / "database.json"
    if note.exists():
        home = Path(json.loads(note.read_text(encoding="utf-8"))["home"])
        cluster = Cluster(home, server_account(home / "data"))
        if cluster.exists:
            if not cluster.account.can_enter(home):
                raise LauncherError(
                    f"The database in {home} is out of reach for {cluster.account.name or 'this user'}: a folder above "
                    "it is closed. Open that folder to others (chmod o+x), or name another one in RELIEF_STATE_DIR."
                )
            return cluster
        say(
            f"THE DATA OF THE EMBEDDED DATABASE IS LOST: {home} is gone or incomplete"
            + (" (the temporary folder was cleaned)" if home.is_relative_to(temporary_folder()) else "")
            + ". A new, empty database is made.",
            error=True,
        )
        note.unlink()
    account = server_account(None)
    home = made_folder(state_folder() / "database", 0o711)
    if not account.can_enter(home):
        home = made_folder(temporary_folder() / "database", 0o711)
        say(
            f"A folder above this checkout is closed to {account.name}, as which PostgreSQL has to run: the database "
            f"goes to {home} and lasts as long as the temporary folder does. RELIEF_STATE_DIR names a better place.",
            error=True,
        )
    return Cluster(home, account)


def make_data(cluster: Cluster, binaries: Binaries) -> None:
    """Make the data folder with its role and database, whole or not at all.

    Letters are those of Unicode where the system knows them (trigram search needs that), the order that of bytes.
    Raises LauncherError where initdb fails.
    """
    for left in (cluster.data, cluster.home / "unfinished"):
        shutil.rmtree(left, ignore_errors=True)
    unfinished = made_folder(cluster.home / "unfinished")
    cluster.account.own(unfinished)
    superuser = cluster.home / "superuser"
    write_private(superuser, secrets.token_urlsafe(24))
    cluster.account.own(superuser)
    command = [binaries.program("initdb"), "-D", str(unfinished), "--username=postgres", f"--pwfile={superuser}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    if _knows_unicode():
        command.append("--lc-ctype=C.UTF-8")
    made = cluster.account.run(command)
    superuser.unlink()
    if made.returncode != 0:
        raise LauncherError(f"The database could not be made: {(made.stderr or made.stdout).strip()[-800:]}")
    password = secrets.token_urlsafe(24)
    write_private(cluster.home / "password", password)
    _single_user(
        cluster,
        binaries,
        unfinished,
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
        f"GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO {ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    )
    unfinished.rename(cluster.data)
    write_private(state_folder() / "database.json", json.dumps({"home": str(cluster.home)}) + "\n")


def _single_user(cluster: Cluster, binaries: Binaries, data: Path, *statements: str) -> None:
    text = "".join(f"{statement};\n\n" for statement in statements)
    command = [binaries.program("postgres"), "--single", "-j", "-D", str(data), "-c", "exit_on_error=on", "postgres"]
    done = cluster.account.run(command, input=text)
    if done.returncode != 0:
        raise LauncherError(f"The database's role could not be made: {done.stderr.strip()[-800:]}")


def _knows_unicode() -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def write_configuration(cluster: Cluster, port: int) -> Path:
    """Write the server's configuration for a start on this port and return its path."""
    lines = ["# Written by relief/launcher at every start.", f"port = {port}"]
    settings = dict(TUNING)
    if _small_shared_memory():
        settings["dynamic_shared_memory_type"] = "mmap"
    lines += [f"{name} = '{value}'" for name, value in settings.items()]
    path = cluster.home / "postgresql.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o644)
    (cluster.home / "port").write_text(str(port), encoding="ascii")
    return path


def _small_shared_memory() -> bool:
    """Tell whether the system's shared memory is too small for parallel queries, as in many containers."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - only asked for its size
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _SMALL_SHARED_MEMORY


def choose_port(cluster: Cluster) -> int:
    """Return the port of the last start where it is free, or a free one."""
    try:
        if is_free(cluster.port):
            return cluster.port
    except (OSError, ValueError):
        pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether nothing listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    with socket.socket() as probe:
        # Some systems let a second program listen on one address beside a first that listens on all.
        return probe.connect_ex((host, port)) != 0
