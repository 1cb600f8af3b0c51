"""Whatever is done to a book: entries close to zero, balances are their postings, and no account is overdrawn."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Sum

from committee.ledger.selectors import check_books, reserved_for, standing_of
from committee.ledger.services import commit, release, reserve, set_budget, uncommit
from committee.models import Book, Entry
from relief.errors import RuleBroken
from tests import factories

pytestmark = pytest.mark.django_db

ACTS = 120
REFUSALS = {
    "budget_unchanged",
    "budget_below_bound",
    "budget_is_not_exceeded",
    "release_exceeds_reserved",
    "uncommit_exceeds_committed",
    "amount_not_whole_won",
}


def act_at_random(chance: Random, by: Any, book: Book, turn: int) -> None:
    won, subject = chance.randint(1, 400), f"policy:{chance.randint(1, 2)}"
    match chance.choice(("budget", "reserve", "release", "commit", "uncommit")):
        case "budget":
            set_budget(by=by, book=book, won=chance.randint(0, 1_500), reason="x")
        case "reserve":
            reserve(by=by, book=book, won=won, subject=subject)
        case "release":
            release(by=by, book=book, won=won, subject=subject)
        case "commit":
            from_reserved = min(won, reserved_for(book, subject), chance.randint(0, won))
            commit(by=by, book=book, won=won, from_reserved=from_reserved, reference=f"run:{turn}", subject=subject)
        case "uncommit":
            uncommit(by=by, book=book, won=won, reference=f"decision:{turn}")


@pytest.mark.parametrize("seed", range(6))
def test_books_hold_after_every_act(seed: int, incident: Any, user_as: Any) -> None:
    chance, manager = Random(seed), user_as("manager")
    book = factories.BookFactory(incident=incident)
    met: set[str] = set()
    for turn in range(ACTS):
        before = standing_of(Book.objects.get(pk=book.pk))
        try:
            act_at_random(chance, manager, book, turn)
        except RuleBroken as refusal:
            met.add(refusal.code)
            assert standing_of(Book.objects.get(pk=book.pk)) == before
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        standing = standing_of(Book.objects.get(pk=book.pk))
        assert sum(standing.won.values()) == 0
        assert all(won >= 0 for account, won in standing.won.items() if account not in {"source", "available"})
        assert not standing.is_limited or standing.of("available") >= 0
        assert check_books(incident) == []
    sums = Entry.objects.annotate(won=Sum("postings__won"), postings_in=Count("postings"))
    assert not sums.exclude(won=0).exists()
    assert not sums.filter(postings_in__lt=2).exists()
    assert "budget_is_not_exceeded" in met
    assert met <= REFUSALS
