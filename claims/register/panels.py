"""What other slices show on the page of a claim and in the list; the register knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from claims.register.models import Claim
from claims.register.next_steps import LeadsTo

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


@dataclass(frozen=True, slots=True)
class ClaimTab:
    """A tab on the page of a claim: its word in the address (`?tab=evidence`), its title, and who may open it.

    `context(claim, request)` returns what `template` shows; it is asked only while the tab is open. `count(claim)` is
    the number beside the title, asked at every page of the claim: one cheap query, or None for no number. Tabs stand
    in the order of their places.
    """

    code: str
    title: StrOrPromise
    place: int
    permission: str
    template: str
    context: Callable[[Claim, HttpRequest], Mapping[str, Any]]
    count: Callable[[Claim], int] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The standing decision of a claim as the page's head tells it: its mark, the amount, and what it leads to."""

    mark: Mark
    amount: int
    leads_to: LeadsTo


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What staff still have to do for a claim that the committee examines, and the tab where it is done.

    One that `outlasts_the_end` is named as well where the decision leads to nothing more: somebody questions it.
    """

    sentence: StrOrPromise
    tab: str
    outlasts_the_end: bool = False


PanelMaker = Callable[[Claim, "User"], ClaimPanel | None]
Marker = Callable[[Sequence[int]], Mapping[int, Mark]]
Flagger = Callable[[Sequence[int]], Mapping[int, Sequence[Mark]]]
Historian = Callable[[Claim], Iterable[Event]]
HeadFacts = Callable[[Claim], Iterable[tuple["StrOrPromise", "StrOrPromise"]]]
Judge = Callable[[Claim], Verdict | None]
PointFinder = Callable[[Claim], OpenPoint | None]

_panels: list[tuple[int, str, PanelMaker]] = []
_tabs: dict[str, ClaimTab] = {}
_markers: list[tuple[str, Marker]] = []
_flaggers: list[tuple[str, Flagger]] = []
_historians: list[tuple[str, Historian]] = []
_head_facts: list[tuple[str, HeadFacts]] = []
_judges: list[tuple[str, Judge]] = []
_points: list[tuple[str, PointFinder]] = []


def register_claim_panel(*, place: int, permission: str, panel: PanelMaker) -> None:
    """Show the box that `panel(claim, user)` returns to who holds the permission; None shows nothing.

    Boxes stand in the order of their places: the order in which work on a claim goes on.
    """
    _panels.append((place, permission, panel))
    _panels.sort(key=lambda registered: registered[0])


def register_claim_marks(*, permission: str, marks: Marker) -> None:
    """Fill the list's column "decision" with `marks(keys of the claims of the page)`, asked once a page."""
    _markers.append((permission, marks))


def register_claim_flags(*, permission: str, flags: Flagger) -> None:
    """Add marks to the list's column "signs": `flags(keys of the claims of the page)`, asked once a page."""
    _flaggers.append((permission, flags))


def register_claim_history(*, permission: str, events: Historian) -> None:
    """Add the lines that `events(claim)` returns to the history of a claim."""
    _historians.append((permission, events))


def panels_of(claim: Claim, user: User) -> list[ClaimPanel]:
    """Return the boxes that the user may see, in the order of their places."""
    made = (panel(claim, user) for _place, permission, panel in _panels if user.has_perm(permission))
    return [panel for panel in made if panel is not None]


def register_claim_tab(tab: ClaimTab) -> None:
    """Add a tab to the page of a claim."""
    _tabs[tab.code] = tab


def tabs_of(user: User) -> list[ClaimTab]:
    """Return the tabs that the user may open, in the order of their places."""
    return sorted((tab for tab in _tabs.values() if user.has_perm(tab.permission)), key=lambda tab: tab.place)


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


def flags_of(keys: Sequence[int], user: User) -> dict[int, list[Mark]]:
    """Return the signs of each claim that has any, as far as the user may see them."""
    found: dict[int, list[Mark]] = {}
    for permission, flags in _flaggers:
        if user.has_perm(permission):
            for key, marks in flags(keys).items():
                found.setdefault(key, []).extend(marks)
    return found


def events_of(claim: Claim, user: User) -> list[Event]:
    """Return what happened to the claim as far as the user may see it, newest first."""
    events = [event for permission, historian in _historians if user.has_perm(permission) for event in historian(claim)]
    # Events of one transaction carry one instant; each slice yields its own in their order.
    places = sorted(range(len(events)), key=lambda place: (events[place].at, place), reverse=True)
    return [events[place] for place in places]


def register_claim_head(*, permission: str, facts: HeadFacts) -> None:
    """Add the (label, value) pairs that `facts(claim)` returns to the head of the page: an assignee, a deadline."""
    _head_facts.append((permission, facts))


def head_facts_of(claim: Claim, user: User) -> list[tuple[StrOrPromise, StrOrPromise]]:
    """Return the pairs of the head that the user may see."""
    return [pair for permission, facts in _head_facts if user.has_perm(permission) for pair in facts(claim)]


def register_claim_verdict(*, permission: str, verdict: Judge) -> None:
    """Let the head of the page tell the decision that `verdict(claim)` returns; None where nothing is decided."""
    _judges.append((permission, verdict))


def verdict_of(claim: Claim, user: User) -> Verdict | None:
    """Return the standing decision as far as the user may see it."""
    told = (judge(claim) for permission, judge in _judges if user.has_perm(permission))
    return next((verdict for verdict in told if verdict is not None), None)


def register_claim_open_point(*, permission: str, point: PointFinder) -> None:
    """Let the next step of a claim that the committee examines name the work that `point(claim)` returns, if any."""
    _points.append((permission, point))


def open_point_of(claim: Claim, user: User) -> OpenPoint | None:
    """Return the first piece of such work that the user may see; what outlasts the end goes before the others."""
    asked = (point(claim) for permission, point in _points if user.has_perm(permission))
    found = [point for point in asked if point is not None]
    return min(found, key=lambda point: not point.outlasts_the_end, default=None)
