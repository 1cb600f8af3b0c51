"""What makes two claims look like one, how much each likeness weighs, and how pairs become groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """One likeness, or one difference, of two claims."""

    REGISTRATION = "registration"
    PHONE = "phone"
    ACCOUNT = "account"
    FINGERPRINT = "fingerprint"
    SERVICE = "service"
    NAME = "name"
    NEAR_NAME = "near_name"
    TEXT = "text"
    NEAR_TEXT = "near_text"
    LOSS = "loss"
    DAY = "day"
    OTHER_PHONE = "other_phone"
    OTHER_REGISTRATION = "other_registration"


WEIGHTS: Mapping[Reason, int] = {
    Reason.REGISTRATION: 60,  # one business: two claims of it are looked at, whatever they say
    Reason.FINGERPRINT: 60,  # the same paper handed in for both
    Reason.PHONE: 35,  # one household or one person; people rightly claim for several services
    Reason.ACCOUNT: 30,  # the money would go to one place
    Reason.TEXT: 30,  # letter by letter, but for spaces and punctuation
    Reason.SERVICE: 25,
    Reason.NEAR_TEXT: 20,  # counted within one service only: elsewhere people repeat themselves rightly
    Reason.NAME: 15,  # names repeat by chance
    Reason.NEAR_NAME: 10,
    Reason.LOSS: 10,  # the same amount above zero
    Reason.DAY: 4,  # tips nothing that lies a step of five below the threshold
    Reason.OTHER_REGISTRATION: -20,  # two businesses of one owner
    Reason.OTHER_PHONE: -25,  # two people of one name, unless a number or a paper says otherwise
}
THRESHOLD = 60
"""Two claims at or above it are a pair. Phone and name alone (50) are not; phone and service (60) are."""

SIMILAR = 0.6
_LONGEST_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two claims with the likenesses that the database saw; texts only where they may still be alike."""

    one: int
    two: int
    seen: frozenset[Reason]
    names: tuple[str, str]
    texts: tuple[str, str] | None


def _pairs_of_letters(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text[:_LONGEST_COMPARED].casefold()))
    return {letters[place : place + 2] for place in range(len(letters) - 1)}


def similarity(one: str, two: str) -> float:
    """Return how much of two texts is alike, from 0 to 1: the share of their pairs of letters that both have."""
    ours, theirs = _pairs_of_letters(one), _pairs_of_letters(two)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def is_slip(one: str, two: str) -> bool:
    """Say whether two names differ by one letter put, left out or replaced, or one is the other with a word more.

    One letter of a name shorter than three is no slip but another name.
    """
    short, long = sorted((one, two), key=len)
    if one == two or len(short) < 3:
        return False
    if long.startswith(short) or long.endswith(short):
        return True
    if len(long) - len(short) > 1:
        return False
    same = next(place for place in range(len(long)) if place >= len(short) or short[place] != long[place])
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def reasons_of(pair: Pair) -> frozenset[Reason]:
    """Return everything that speaks for and against the two claims being one."""
    found = set(pair.seen)
    if Reason.NAME not in found and is_slip(*pair.names):
        found.add(Reason.NEAR_NAME)
    if pair.texts is not None and Reason.SERVICE in found and similarity(*pair.texts) >= SIMILAR:
        found.add(Reason.NEAR_TEXT)
    if not found & {Reason.SERVICE, Reason.TEXT}:
        # One person's claims for several services: what they cost and when they came says nothing.
        found -= {Reason.LOSS, Reason.DAY}
    if found & {Reason.REGISTRATION, Reason.PHONE, Reason.ACCOUNT, Reason.FINGERPRINT}:
        found.discard(Reason.OTHER_PHONE)
    return frozenset(found)


def score(reasons: Iterable[Reason]) -> int:
    """Return the sum of the weights."""
    return sum(WEIGHTS[reason] for reason in reasons)


def in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Return reasons, the heaviest first."""
    return sorted(reasons, key=lambda reason: (-WEIGHTS[reason], reason))


def components(edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the sets of keys that edges hold together, each sorted, in the order of their first keys."""
    parent: dict[int, int] = {}

    def root(key: int) -> int:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for one, two in edges:
        ours, theirs = sorted((root(one), root(two)))
        parent[theirs] = ours
    found: dict[int, list[int]] = {}
    for key in sorted(parent):
        found.setdefault(root(key), []).append(key)
    return [found[key] for key in sorted(found)]
