"""What differs between two lists of rules: added, removed, changed, or asked in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that differs; `before` or `after` is None where it was added or removed; `kind` says how."""

    kind: str
    axis: str
    name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def _keyed(rules: Sequence[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    seen: Counter[tuple[str, str]] = Counter()
    keyed: dict[Key, Mapping[str, Any]] = {}
    for rule in rules:
        pair = rule["axis"], rule["name"]
        keyed[(*pair, seen[pair])] = rule
        seen[pair] += 1
    return keyed


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Return what became of each rule, by axis and name: "removed", "added", "changed" or "moved"."""
    old, new = _keyed(before), _keyed(after)
    found = [Difference("removed", key[0], key[1], old[key], None) for key in old if key not in new]
    found += [Difference("added", key[0], key[1], None, new[key]) for key in new if key not in old]
    for axis in dict.fromkeys(key[0] for key in new):
        was = [key for key in old if key in new and key[0] == axis]
        now = [key for key in new if key in old and key[0] == axis]
        for key, other in zip(now, was, strict=True):
            if old[key] != new[key]:
                found.append(Difference("changed", axis, key[1], old[key], new[key]))
            elif key != other:
                found.append(Difference("moved", axis, key[1], old[key], new[key]))
    return found
