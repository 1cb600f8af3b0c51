"""Reading the environment: one sentence for what is missing, and the shapes that settings share."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from relief.launcher.env_file import read_env_file

read_env_file()
env = Env()

KEY_LENGTH = 32
MAX_KEY_ID = 255


def required(name: str, meaning: str) -> str:
    """Return a value that has no default.

    Raises ImproperlyConfigured with a sentence that names the variable where it is missing or empty.
    """
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. It is {meaning}; .env.example describes it.")
    return value


def key_from_text(name: str, text: str) -> bytes:
    """Decode a base64 key of 32 bytes. Raises ImproperlyConfigured, without showing the value."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_LENGTH:
        raise ImproperlyConfigured(
            f"{name} must hold {KEY_LENGTH} bytes in base64; .env.example says how to make them."
        )
    return key


def seal_keys(name: str, text: str) -> dict[int, bytes]:
    """Read "1:base64,2:base64" into keys by their id. Raises ImproperlyConfigured."""
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        key_id, colon, encoded = part.strip().partition(":")
        if not colon or not key_id.isdecimal() or int(key_id) > MAX_KEY_ID or int(key_id) in keys:
            raise ImproperlyConfigured(f'{name} must read "1:base64,2:base64", each id once, 255 at most.')
        keys[int(key_id)] = key_from_text(name, encoded)
    return keys


def database(url: str, *, pool_size: int = 0) -> dict[str, Any]:
    """Turn "postgres://user:password@host:port/name?sslmode=…" into Django's description of a database.

    A pool and lasting connections exclude each other, so `pool_size` above 0 sets CONN_MAX_AGE to 0.
    Raises ImproperlyConfigured where the address is not one of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// - this project runs on PostgreSQL only.")
    options: dict[str, Any] = {"connect_timeout": 10, **dict(parse_qsl(parts.query))}
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0 if pool_size else 60,
        "CONN_HEALTH_CHECKS": not pool_size,
        "OPTIONS": options,
    }
