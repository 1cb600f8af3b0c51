"""What only developers call: the linters, and the lock of the requirements."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from relief.launcher.environment import REQUIREMENTS
from relief.launcher.places import CHECKOUT, LauncherError, say

LINTERS = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "."]),
    (
        "import-linter",
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
    ),
    ("djlint", ["-m", "djlint", "--lint", "templates", "relief", "claims", "committee"]),
)
_LOCK_OPTIONS = (
    *("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--upgrade"),
)


def lint() -> int:
    """Run every linter, whether or not one before it complained; returns 0 where all are content."""
    failed = []
    for title, words in LINTERS:
        say(f"· {title}")
        if subprocess.run([sys.executable, *words], cwd=CHECKOUT, check=False).returncode != 0:
            failed.append(title)
    say(f"Complaints from: {', '.join(failed)}." if failed else "All clean.")
    return 1 if failed else 0


def lock() -> int:
    """Write requirements/*.txt anew with hashes and without any index address, by uv in an environment of its own.

    Raises LauncherError where uv cannot be installed or finds no solution.
    """
    with tempfile.TemporaryDirectory(prefix="relief-lock-") as folder:
        python = Path(folder) / "bin" / "python"
        _must([sys.executable, "-m", "venv", folder])
        _must([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "uv"])
        compiled = [str(python), "-m", "uv", "pip", "compile", "--no-cache", *_LOCK_OPTIONS]
        beside = ["-c", str(REQUIREMENTS / "base.txt")]
        _must([*compiled, "pyproject.toml", "-o", str(REQUIREMENTS / "base.txt")])
        _must([*compiled, *beside, "--extra", "dev", "pyproject.toml", "-o", str(REQUIREMENTS / "dev.txt")])
        _must([*compiled, *beside, "--group", "embedded", "-o", str(REQUIREMENTS / "embedded.txt")])
    say("Locked. The next `make` installs what changed.")
    return 0


def _must(command: list[str]) -> None:
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode != 0:
        raise LauncherError("The requirements could not be locked; the lines above say why.")
