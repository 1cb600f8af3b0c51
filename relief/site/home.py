"""The home page: what waits for the signed-in person. Slices register their cards; this room knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True)
class Card:
    """One thing that waits: how many, one sentence that says what to do, and where; `sum` is in won, if any."""

    title: StrOrPromise
    count: int
    sentence: StrOrPromise
    url: str
    sum: int | None = None


Maker = Callable[["User"], Card | None]

_makers: list[tuple[str, Maker]] = []


def register_card(*, permission: str, card: Maker) -> None:
    """Show the card that `card(user)` returns to who holds the permission; None shows nothing."""
    _makers.append((permission, card))


def cards_for(user: User) -> list[Card]:
    """Return the cards of the user's own work, in the order in which they were registered."""
    made = (maker(user) for permission, maker in _makers if user.has_perm(permission))
    return [card for card in made if card is not None]
