"""Secrets of a developer's machine, drawn once into the state folder."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

from relief.launcher.locks import locked
from relief.launcher.places import LauncherError, made_folder, state_folder, write_private


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def development_secrets() -> dict[str, str]:
    """Return the development secrets by the name of their variable; the first call on a machine draws them.

    Raises LauncherError where the file is there but cannot be read: new keys would make sealed rows unreadable.
    """
    folder = made_folder(state_folder() / "secrets")
    path = folder / "development.json"
    if not path.exists():
        with locked(folder / "lock"):
            if not path.exists():
                _draw(path)
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LauncherError(
            f"{path} cannot be read ({error}). Put it back, or start anew with `make reset`."
        ) from error
    return found


def _draw(path: Path) -> None:
    values = {
        "RELIEF_SECRET_KEY": secrets.token_urlsafe(64),
        "RELIEF_SEAL_KEYS": f"1:{_key()}",
        "RELIEF_SEAL_ACTIVE_KEY": "1",
        "RELIEF_BLIND_INDEX_KEY": _key(),
    }
    write_private(path, json.dumps(values, indent=2) + "\n")
