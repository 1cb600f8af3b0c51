"""One measure as a line and as JSON: a figure, the limit it is held against, and the ratio that must not be passed."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`figure` and `limit` in `unit`, `goal` the highest ratio between them, rows, and peak memory in MB."""

    name: str
    figure: float
    limit: float
    goal: float
    rows: int
    peak_memory_mb: int
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.figure / self.limit if self.limit else float("inf")

    @property
    def holds(self) -> bool:
        return self.ratio <= self.goal

    def line(self) -> str:
        verdict = "ok" if self.holds else "MISSED"
        return (
            f"{self.name:<28} {self.figure:>9.2f} {self.unit:<2} limit {self.limit:>9.2f} {self.unit:<2} "
            f"ratio {self.ratio:>5.2f}  goal ≤ {self.goal:<4}  rows {self.rows:>9,}  "
            f"memory {self.peak_memory_mb:>4} MB  {verdict}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": round(self.ratio, 3), "holds": self.holds}


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_memory_mb() -> int:
    """Return the highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def memory_of_tree(pid: int) -> int:
    """Return the megabytes that a process and its descendants hold, pages that they share counted once (PSS, Linux)."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            # It ended while we looked.
            continue
    return total // 1024
