"""What a book's balances mean, and which won an act moves; nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """The balances of a book by account in won, and whether a budget limits it."""

    won: Mapping[str, int]
    is_limited: bool

    def of(self, account: str) -> int:
        """Return the balance of an account."""
        return self.won.get(account, 0)

    @property
    def budget(self) -> int | None:
        """What was allotted; None where no budget was ever set."""
        return -self.of("source") if self.is_limited else None

    @property
    def available(self) -> int | None:
        """What is left to reserve or commit; None where nothing limits it."""
        return self.of("available") if self.is_limited else None

    @property
    def bound(self) -> int:
        """What is reserved, committed or gone: everything that stands neither at the source nor available."""
        return sum(won for account, won in self.won.items() if account not in {"source", "available"})

    def missing(self, won: int) -> int:
        """Return how many won the book lacks to bind `won` more; 0 where they suffice or nothing limits it."""
        return max(0, won - self.of("available")) if self.is_limited else 0


def moves_for_budget(won: int) -> dict[str, int]:
    """Return the postings that raise the budget by `won`, or lower it where that is negative."""
    return {"source": -won, "available": won}


def moves_for_reserve(won: int) -> dict[str, int]:
    """Return the postings that set `won` aside, or set them free where that is negative."""
    return {"available": -won, "reserved": won}


def moves_for_commit(won: int, *, from_reserved: int = 0) -> dict[str, int]:
    """Return the postings that commit `won`, out of what is reserved as far as given; negative `won` take back."""
    moves = {"available": from_reserved - won, "reserved": -from_reserved, "committed": won}
    return {account: move for account, move in moves.items() if move}
