"""Questions about the books: what stands in them, the way it came there, and whether the balances agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.catalogue.models import Incident
from committee.ledger.models import Account, Balance, Book, Entry, Posting
from committee.ledger.rules import Standing


def standing_of(book: Book) -> Standing:
    """Return what stands in a book; reads the prefetched balances where there are some."""
    balances = list(book.balances.all())
    return Standing(
        won={balance.account: balance.won for balance in balances},
        is_limited=any(balance.is_limited for balance in balances),
    )


def reserved_for(book: Book, subject: str) -> int:
    """Return what is still reserved for a subject ("policy:3"; empty: by hand), in won."""
    mine = Posting.objects.filter(entry__book=book, entry__subject=subject, account=Account.RESERVED)
    return int(mine.aggregate(won=Sum("won", default=0))["won"])


def _moved(account: Account) -> Coalesce:
    return Coalesce(Sum("postings__won", filter=Q(postings__account=account)), 0)


def statement(book: Book) -> QuerySet[Entry]:
    """Return the entries of a book, newest first: what each moved, and what stood available after it, in won.

    Each has `budget_moved`, `reserved_moved`, `committed_moved` and `available_after` (None: nothing was moved yet).
    """
    until = Posting.objects.filter(entry__book=book, entry__lte=OuterRef("pk"), account=Account.AVAILABLE).order_by()
    after = until.values("account").annotate(sum=Sum("won")).values("sum")
    entries = book.entries.annotate(
        budget_moved=-_moved(Account.SOURCE),
        reserved_moved=_moved(Account.RESERVED),
        committed_moved=_moved(Account.COMMITTED),
        available_after=Subquery(after),
    )
    return entries.select_related("by").order_by("-id")


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not the sum of its postings."""

    book: Book
    account: str
    balance: int
    posted: int


def check_books(incident: Incident | int) -> Sequence[Difference]:
    """Recompute every balance of an incident's books from the postings; return those that differ, in two queries."""
    posted = {
        (row["entry__book"], row["account"]): row["won"]
        for row in Posting.objects.filter(entry__book__incident=incident)
        .order_by()
        .values("entry__book", "account")
        .annotate(won=Sum("won"))
    }
    balances = Balance.objects.filter(book__incident=incident).select_related("book")
    return [
        Difference(balance.book, balance.account, balance.won, posted.get((balance.book_id, balance.account), 0))
        for balance in balances
        if balance.won != posted.get((balance.book_id, balance.account), 0)
    ]
