"""Two writers of one book at once cannot exceed its budget; each race with its control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection

from committee.ledger.selectors import check_books, standing_of
from committee.ledger.services import commit, reserve, set_budget
from committee.models import Book, Entry
from relief.errors import RuleBroken
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

BUDGET = 1_000
WRITERS = 8
# A writer past the services: it moves what it was told, and looks at no balance.
RAW = """
    WITH e AS (
        INSERT INTO committee_entry (book_id, kind, reference, subject, reason, by_id, at)
        VALUES (%s, 'commit', %s, '', '', %s, now()) RETURNING id
    ) INSERT INTO committee_posting (entry_id, account, won)
    SELECT e.id, p.* FROM e, (VALUES ('available', -700), ('committed', 700)) p
"""


@pytest.fixture
def book() -> Book:
    """A book with a budget."""
    book: Book = factories.BookFactory()
    set_budget(by=factories.UserFactory(manager=True, incident=book.incident), book=book, won=BUDGET, reason="x")
    return book


@pytest.fixture
def without_budget_check() -> Iterator[None]:
    """The control: the database without the constraint that keeps a budget."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'budget_is_not_exceeded'")
        (definition,) = cursor.fetchone()
        cursor.execute("ALTER TABLE committee_balance DROP CONSTRAINT budget_is_not_exceeded")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_balance DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM committee_balance")
        cursor.execute("ALTER TABLE committee_balance ENABLE TRIGGER USER")
        cursor.execute(f"ALTER TABLE committee_balance ADD CONSTRAINT budget_is_not_exceeded {definition}")


def exceeded(book: Book) -> bool:
    return standing_of(Book.objects.get(pk=book.pk)).of("available") < 0


def write_past_the_services(book: Book, reference: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RAW, [book.pk, reference, Entry.objects.earliest("pk").by_id])


@pytest.mark.parametrize("act", [reserve, commit])
def test_runs_at_once_commit_no_more_than_the_budget(book: Book, race: Any, act: Any) -> None:
    by = Entry.objects.earliest("pk").by
    outcomes = race([lambda n=n: act(by=by, book=book, won=300, reference=f"run:{n}") for n in range(WRITERS)])
    refusals = [outcome for outcome in outcomes if isinstance(outcome, RuleBroken)]
    assert {refusal.code for refusal in refusals} == {"budget_is_not_exceeded"}
    assert len(refusals) == WRITERS - BUDGET // 300
    assert standing_of(book).available == BUDGET - BUDGET // 300 * 300
    assert check_books(book.incident_id) == []


def test_one_act_entered_twice_at_once_stands_once(book: Book, race: Any) -> None:
    by = Entry.objects.earliest("pk").by
    outcomes = race([lambda: commit(by=by, book=book, won=100, reference="run:1")] * 4)
    assert [getattr(outcome, "code", "") for outcome in outcomes].count("one_entry_per_reference") == 3
    assert standing_of(book).of("committed") == 100


def test_writers_past_the_services_at_once_cannot_exceed(book: Book, race: Any) -> None:
    outcomes = race([lambda n=n: write_past_the_services(book, f"run:{n}") for n in range(2)])
    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
    assert refusal.__cause__.diag.constraint_name == "budget_is_not_exceeded"  # type: ignore[union-attr]
    assert not exceeded(book)


def test_control_without_the_constraint_the_budget_is_exceeded(
    book: Book, without_budget_check: None, race: Any
) -> None:
    assert race([lambda n=n: write_past_the_services(book, f"run:{n}") for n in range(2)]) == [None, None]
    assert exceeded(book)
    assert check_books(book.incident_id) == []
