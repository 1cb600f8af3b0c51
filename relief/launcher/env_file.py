"""The file `.env` in the checkout: settings of one machine, for who does not want to export them each time."""

from __future__ import annotations

import os
import re
from pathlib import Path

from relief.launcher.places import CHECKOUT, LauncherError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def read_env_file(path: Path = CHECKOUT / ".env") -> None:
    """Put the file's values into the environment; what is set there already wins. No file is no error.

    Raises LauncherError for a line that is neither NAME=value, nor empty, nor a comment.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _LINE.fullmatch(stripped)
        if found is None:
            raise LauncherError(f"Line {number} of {path} does not read NAME=value.")
        name, value = found.groups()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        os.environ.setdefault(name, value)
