"""The rules of the house that code can check by reading code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("relief", "claims", "committee")
LONGEST_FILE = 320
FORBIDDEN_NAMES = frozenset({"utils", "helpers", "misc", "handlers", "managers", "common"})
WRITES = frozenset(
    {"create", "bulk_create", "update", "bulk_update", "delete", "save", "get_or_create", "update_or_create"}
)
CLOCK_READERS = frozenset({("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("timezone", "now")})


def sources(*, room: str | None = None) -> Iterator[Path]:
    """Yield the Python files of the three packages, without migrations; `room` narrows to one file name."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and (room is None or path.name == room):
                yield path


def calls(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield (line, receiver's last name, method) of every attribute call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
            yield node.lineno, name, node.func.attr


def imported(tree: ast.AST) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_file_longer_than_two_rooms_is_refused() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert too_long == {}


def test_name_that_says_nothing_is_refused() -> None:
    bad = [str(path.relative_to(ROOT)) for path in sources() if {*path.parts[:-1], path.stem} & FORBIDDEN_NAMES]
    assert bad == []


def test_rules_read_neither_clock_nor_database_nor_chance() -> None:
    shut = ("django.db.connection", "django.db.transaction", "relief.clock", "random", "secrets", "datetime.now")
    offenders = {
        str(path.relative_to(ROOT)): sorted(imported(ast.parse(path.read_text())) & set(shut))
        for path in sources(room="rules.py")
        if imported(ast.parse(path.read_text())) & set(shut)
    }
    assert offenders == {}


@pytest.mark.parametrize("room", ["admin.py", "selectors.py", "filters.py", "tasks.py"])
def test_room_that_only_reads_writes_nothing(room: str) -> None:
    writes = [
        f"{path.relative_to(ROOT)}:{line} {receiver}.{method}"
        for path in sources(room=room)
        for line, receiver, method in calls(ast.parse(path.read_text()))
        if method in WRITES and receiver not in {"services", "hashlib", "context", "facts", "digest"}
    ]
    assert writes == []


def test_only_the_clock_reads_the_time() -> None:
    readers = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if path != ROOT / "relief" / "clock.py" and "launcher" not in path.parts
        for line, receiver, method in calls(ast.parse(path.read_text()))
        if (receiver, method) in CLOCK_READERS
    ]
    assert readers == []


def test_tests_mirror_the_source() -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path.parent.relative_to(ROOT / "tests").parts[:1] not in {("flows",), ("browser",), ("house",)}
        and not (ROOT / path.parent.relative_to(ROOT / "tests")).is_dir()
    ]
    assert strangers == []
