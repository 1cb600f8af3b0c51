"""The search for duplicates after an import, held against the intake of the same rows without it.

Goal: an intake with the search takes at most twice the time of one without, so the search takes no longer than that.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.intake import SMALL, lay_catalogue, search, take_in
from benchmarks.measuring import Figure
from benchmarks.register_data import scratch_database, settle
from committee.demo.files import write_scaled_file

GOAL = 1.0


def run(rows: int | None) -> list[Figure]:
    """Import a file of `rows` claims, search its claims once more, and hold that against the rest of the import."""
    count = rows or SMALL
    with tempfile.TemporaryDirectory(prefix="relief-bench-") as name, scratch_database():
        folder = Path(name)
        path = write_scaled_file(folder / "claims.csv", rows=count).path
        lay_catalogue()
        settle()
        took, peak = take_in(path, folder)
        searched = search()
    return [Figure(f"duplicates {count:,}", searched, took - searched, GOAL, count, peak)]
