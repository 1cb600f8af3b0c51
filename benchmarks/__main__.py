"""``python -m benchmarks``: every module of this folder with a `run`; exits 1 where a goal is missed.

``--only intake`` runs one, ``--rows N`` asks it for another size, ``--json PATH`` says where the figures go.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results" / "figures.json"


def modules() -> list[str]:
    """Return the names of the modules that measure something, in alphabetical order."""
    found = sorted(module.name for module in iter_modules([str(FOLDER)]) if not module.name.startswith("_"))
    return [name for name in found if hasattr(import_module(f"benchmarks.{name}"), "run")]


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", help="the name of one module")
    parser.add_argument("--rows", type=int, help="another size than the module's own")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the figures are written")
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.settings.development")
    # What is measured must not be slowed down by what is printed.
    os.environ.setdefault("RELIEF_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from django.db import connection

    names = modules()
    if options.only and options.only not in names:
        parser.error(f"--only takes one of: {', '.join(names)}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    print(f"PostgreSQL {version}, fsync {fsync}, Python {platform.python_version()}, {os.cpu_count()} processors")
    figures = []
    for name in [options.only] if options.only else names:
        for figure in import_module(f"benchmarks.{name}").run(options.rows):
            print(figure.line(), flush=True)
            figures.append(figure)
    report = {"postgresql": version, "fsync": fsync, "figures": [figure.as_json() for figure in figures]}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
