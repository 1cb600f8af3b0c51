"""One migrated database that every test database is copied from, made anew only when a migration or a lock changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "relief_template_"
_LOCK = 1_015_2022


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "requirements/*.txt", "relief/accounts/roles.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _address(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


@contextmanager
def _alone(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Hold a lock of the whole server, so that one process makes the template and the others wait for it."""
    with psycopg.connect(_address(url, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield connection


def ensure_template(url: str) -> str:
    """Return the name of the migrated template on the server of `url`, making it where it is missing."""
    # Each checkout has its own: two at work on one server would remove each other's.
    prefix = f"{PREFIX}{hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]}_"
    name = prefix + _fingerprint()
    with _alone(url) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        known = {row[0] for row in found}
        if name not in known:
            for stale in known:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(stale)))
            making = f"{prefix}making"
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(making)))
            _migrate(_address(url, making))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name))
            )
    return name


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "relief.settings.test"}
    for arguments in (("migrate", "-v", "0"), ("sync_roles", "-v", "0")):
        subprocess.run([sys.executable, str(ROOT / "manage.py"), *arguments], env=environment, check=True)
