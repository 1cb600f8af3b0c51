"""What other slices show on the page of a claim and in the list; the register knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from claims.register.models import Claim

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class Mark:
    """A coloured word: `tone` is "success", "warning", "danger", "info" or "default"."""

    word: StrOrPromise
    tone: str = "default"


@dataclass(frozen=True, slots=True)
class ClaimPanel:
    """A box on the page of a claim; `mark` stands in the page's head too, `address` leads to the whole of it."""

    title: StrOrPromise
    rows: Sequence[tuple[StrOrPromise, StrOrPromise]] = ()
    sentence: StrOrPromise = ""
    mark: Mark | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a claim's history: when, the key of who, the act ("claims.correct_claim"), what happened and why."""

    at: datetime
    by: int | None
    act: str
    sentence: StrOrPromise
    reason: str = ""


PanelMaker = Callable[[Claim, "User"], ClaimPanel | None]
Marker = Callable[[Sequence[int]], Mapping[int, Mark]]
Historian = Callable[[Claim], Iterable[Event]]

_panels: list[tuple[int, str, PanelMaker]] = []
_markers: list[tuple[str, Marker]] = []
_historians: list[tuple[str, Historian]] = []


def register_claim_panel(*, place: int, permission: str, panel: PanelMaker) -> None:
    """Show the box that `panel(claim, user)` returns to who holds the permission; None shows nothing.

    Boxes stand in the order of their places: the order in which work on a claim goes on.
    """
    _panels.append((place, permission, panel))
    _panels.sort(key=lambda registered: registered[0])


def register_claim_marks(*, permission: str, marks: Marker) -> None:
    """Fill the list's column "decision" with `marks(keys of the claims of the page)`, asked once a page."""
    _markers.append((permission, marks))


def register_claim_history(*, permission: str, events: Historian) -> None:
    """Add the lines that `events(claim)` returns to the history of a claim."""
    _historians.append((permission, events))


def panels_of(claim: Claim, user: User) -> list[ClaimPanel]:
    """Return the boxes that the user may see, in the order of their places."""
    made = (panel(claim, user) for _place, permission, panel in _panels if user.has_perm(permission))
    return [panel for panel in made if panel is not None]


def may_see_marks(user: User) -> bool:
    """Say whether the list has the column "decision" for the user."""
    return any(user.has_perm(permission) for permission, _marks in _markers)


def marks_of(keys: Sequence[int], user: User) -> dict[int, Mark]:
    """Return the mark of each claim that has one."""
    found: dict[int, Mark] = {}
    for permission, marks in _markers:
        if user.has_perm(permission):
            found.update(marks(keys))
    return found


def events_of(claim: Claim, user: User) -> list[Event]:
    """Return what happened to the claim as far as the user may see it, newest first."""
    events = [event for permission, historian in _historians if user.has_perm(permission) for event in historian(claim)]
    # Events of one transaction carry one instant; each slice yields its own in their order.
    places = sorted(range(len(events)), key=lambda place: (events[place].at, place), reverse=True)
    return [events[place] for place in places]
