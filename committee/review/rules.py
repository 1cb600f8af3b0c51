"""Who may examine an objection, and by when things are due: pure functions over keys and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Part(StrEnum):
    """The part a person had in what an objection is about."""

    DECIDED = "decided"
    CLASSIFIED = "classified"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Parts:
    """The keys of the people who had a part.

    `decided` made a decision of the claim or ran one that did; `classified` set an axis of the claim by hand;
    `recorded` wrote the objection down. Who wrote or adopted the policy has no part in the single decision.
    """

    decided: frozenset[int] = frozenset()
    classified: frozenset[int] = frozenset()
    recorded: frozenset[int] = frozenset()


def part_of(person: int, parts: Parts) -> Part | None:
    """Return the part that keeps a person from examining the objection, or None where there is none."""
    taken = ((Part.DECIDED, parts.decided), (Part.CLASSIFIED, parts.classified), (Part.RECORDED, parts.recorded))
    return next((part for part, people in taken if person in people), None)


def all_of(parts: Parts) -> frozenset[int]:
    """Return the keys of everybody who had any part."""
    return parts.decided | parts.classified | parts.recorded


def last_day(begins_on: date, days: int) -> date:
    """Return the last day of a term that begins on a Seoul day; the day itself does not count."""
    return begins_on + timedelta(days=days)


def is_late(received_on: date, deadline_on: date) -> bool:
    """Say whether an objection came after its deadline; the deadline's own day is in time."""
    return received_on > deadline_on


def days_open(received_on: date, ended_on: date | None, today: date) -> int:
    """Return for how many days an objection has waited, or waited until it ended."""
    return ((ended_on or today) - received_on).days
