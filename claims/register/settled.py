"""Which claims are decided: the slices above say so here, because the register knows none of them."""

from __future__ import annotations

_settled: list[tuple[str, str]] = []


def declare_settled(*, table: str, column: str) -> None:
    """Tell that a claim named in `column` of `table` is decided: a file may no longer change or remove it."""
    if (table, column) not in _settled:
        _settled.append((table, column))


def settled(claim: str) -> str:
    """Return SQL that is true where the claim of this SQL expression (its key) is decided."""
    tests = [f"EXISTS (SELECT FROM {table} WHERE {table}.{column} = {claim})" for table, column in _settled]
    return f"({' OR '.join(tests) or 'FALSE'})"
