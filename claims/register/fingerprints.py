"""Values that tell claims apart or give them away as the same, from slices that the register does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

Rows = Callable[[], QuerySet[Any]]

_declared: dict[str, Rows] = {}
_followers: list[Callable[[int, Iterable[int]], None]] = []


def declare_fingerprint(kind: str, rows: Rows) -> None:
    """Add a kind of fingerprint ("evidence"): `rows` returns rows with a `claim_id` and a `fingerprint`.

    Two claims of one incident with the same fingerprint of a kind are exact duplicates by that kind.
    """
    _declared[kind] = rows


def fingerprints() -> Mapping[str, Rows]:
    """Return the declared kinds."""
    return dict(_declared)


def follow_fingerprints(act: Callable[[int, Iterable[int]], None]) -> None:
    """Call `act(incident key, claim keys)` where fingerprints of claims changed, inside the change's transaction."""
    if act not in _followers:
        _followers.append(act)


def fingerprints_changed(*, incident_id: int, claims: Iterable[int]) -> None:
    """Tell who compares claims that fingerprints of these have changed; to be called inside the transaction."""
    keys = list(claims)
    for follow in _followers:
        follow(incident_id, keys)
