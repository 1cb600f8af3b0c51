"""The books: budgets, reservations and commitments, and every refusal with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from committee.ledger.selectors import check_books, reserved_for, standing_of, statement
from committee.ledger.services import (
    commit,
    open_book,
    release,
    release_by_hand,
    reserve,
    reserve_by_hand,
    set_budget,
    uncommit,
)
from committee.models import Balance, Book, Entry, Posting
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.money import MAX_WON
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(incident: Any) -> Book:
    """A book without a budget."""
    return factories.BookFactory(incident=incident)


@pytest.fixture
def manager(user_as: Any) -> Any:
    """Who sets budgets."""
    return user_as("manager")


def refused(act: Callable[..., Any], **kwargs: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as refusal:
        act(**kwargs)
    return refusal.value


def balances(book: Book) -> dict[str, int]:
    return {account: won for account, won in standing_of(Book.objects.get(pk=book.pk)).won.items() if won}


def close_entries() -> None:
    """Check now what the database checks at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_open_book_has_a_balance_of_zero_for_every_account(incident: Any) -> None:
    book = open_book(incident=incident, code="cash", name="현금")
    assert set(Balance.objects.filter(book=book).values_list("account", "won", "is_limited")) == {
        (account, 0, False)
        for account in (
            "source",
            "available",
            "reserved",
            "committed",
            "in_transfer",
            "paid",
            "returned",
            "recovered",
        )
    }
    assert refused(open_book, incident=incident, code="cash", name="또").code == "one_book_per_code"


def test_budget_is_posted_as_the_difference(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=500, reason="의결")
    set_budget(by=manager, book=book, won=800, reason="증액")
    lowered = set_budget(by=manager, book=book, won=300, reason="감액")
    close_entries()
    standing = standing_of(book)
    assert (standing.budget, standing.available, standing.bound, standing.is_limited) == (300, 300, 0, True)
    assert [entry.kind for entry in book.entries.all()] == ["allot", "allot", "withdraw"]
    assert list(lowered.postings.values_list("account", "won")) == [("source", 500), ("available", -500)]
    assert (lowered.by, lowered.reason) == (manager, "감액")


def test_budget_needs_permission_reason_and_a_sound_amount(book: Book, manager: Any, user_as: Any) -> None:
    for role in ("secretary", "chair", "finance", "auditor"):
        with pytest.raises(NotAllowed):
            set_budget(by=user_as(role), book=book, won=500, reason="x")
    assert refused(set_budget, by=manager, book=book, won=500, reason=" ").code == "reason_missing"
    for won in (-1, 0, MAX_WON + 1):
        assert refused(set_budget, by=manager, book=book, won=won, reason="x").code == "amount_not_whole_won"
    set_budget(by=manager, book=book, won=MAX_WON, reason="x")
    assert refused(set_budget, by=manager, book=book, won=MAX_WON, reason="x").code == "budget_unchanged"


def test_budget_below_what_is_bound_is_refused_with_the_shortfall(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=1_000_000, reason="x")
    reserve_by_hand(by=manager, book=book, won=400_000, reason="x")
    commit(by=manager, book=book, won=300_000, reference="run:1")
    refusal = refused(set_budget, by=manager, book=book, won=650_000, reason="x")
    assert refusal.code == "budget_below_bound"
    for amount in ("700,000", "650,000", "50,000"):
        assert amount in str(refusal)
    set_budget(by=manager, book=book, won=700_000, reason="x")
    assert standing_of(book).available == 0


def test_book_without_a_budget_binds_without_limit_until_one_is_set(book: Book, manager: Any) -> None:
    commit(by=manager, book=book, won=900, reference="run:1")
    assert balances(book) == {"available": -900, "committed": 900}
    assert (standing_of(book).budget, standing_of(book).available) == (None, None)
    assert refused(set_budget, by=manager, book=book, won=899, reason="x").code == "budget_below_bound"
    set_budget(by=manager, book=book, won=1_000, reason="x")
    assert standing_of(Book.objects.get(pk=book.pk)).available == 100
    assert refused(commit, by=manager, book=book, won=101, reference="run:2").code == "budget_is_not_exceeded"


def test_excess_is_refused_with_budget_bound_and_what_is_missing(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=1_000_000, reason="x")
    reserve(by=manager, book=book, won=600_000, reference="policy:1", subject="policy:1")
    for refusal in (
        refused(reserve, by=manager, book=book, won=400_001),
        refused(reserve_by_hand, by=manager, book=book, won=400_001, reason="x"),
        refused(commit, by=manager, book=book, won=1_000_001, reference="run:1", subject="policy:1"),
        refused(commit, by=manager, book=book, won=1_000_001, reference="r", subject="policy:1", from_reserved=600_000),
    ):
        assert refusal.code == "budget_is_not_exceeded"
        assert "1,000,000" in str(refusal)
        assert "600,000" in str(refusal)
    assert "100,123" in str(refused(reserve, by=manager, book=book, won=500_123))
    assert Entry.objects.count() == 2


def test_commitment_takes_from_the_reservation_first(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=1_000, reason="x")
    reserve(by=manager, book=book, won=600, reference="policy:1", subject="policy:1")
    commit(by=manager, book=book, won=700, from_reserved=500, reference="run:1", subject="policy:1")
    assert balances(book) == {"source": -1_000, "available": 200, "reserved": 100, "committed": 700}
    assert reserved_for(book, "policy:1") == 100
    release(by=manager, book=book, won=100, reference="policy:1:ended", subject="policy:1")
    uncommit(by=manager, book=book, won=250, reference="decision:7")
    close_entries()
    assert balances(book) == {"source": -1_000, "available": 550, "committed": 450}


def test_release_frees_no_reservation_of_another_subject(book: Book, manager: Any) -> None:
    reserve(by=manager, book=book, won=600, reference="policy:1", subject="policy:1")
    reserve_by_hand(by=manager, book=book, won=50, reason="x")
    for refusal in (
        refused(release_by_hand, by=manager, book=book, won=51, reason="x"),
        refused(release, by=manager, book=book, won=601, subject="policy:1"),
        refused(commit, by=manager, book=book, won=700, from_reserved=601, reference="run:1", subject="policy:1"),
    ):
        assert refusal.code == "release_exceeds_reserved"
    release_by_hand(by=manager, book=book, won=50, reason="x")
    assert (reserved_for(book, ""), reserved_for(book, "policy:1")) == (0, 600)


def test_no_more_is_taken_back_than_is_committed(book: Book, manager: Any) -> None:
    commit(by=manager, book=book, won=100, reference="run:1")
    assert refused(uncommit, by=manager, book=book, won=101, reference="d").code == "uncommit_exceeds_committed"


def test_act_enters_a_book_once(book: Book, manager: Any, incident: Any) -> None:
    commit(by=manager, book=book, won=100, reference="run:1")
    assert refused(commit, by=manager, book=book, won=100, reference="run:1").code == "one_entry_per_reference"
    commit(by=manager, book=factories.BookFactory(incident=incident), won=100, reference="run:1")
    assert balances(book) == {"available": -100, "committed": 100}


@pytest.mark.parametrize("won", [0, -1, MAX_WON + 1])
def test_amount_that_is_none_is_refused(book: Book, manager: Any, won: int) -> None:
    acts: tuple[Callable[[], Any], ...] = (
        lambda: reserve(by=manager, book=book, won=won),
        lambda: release(by=manager, book=book, won=won),
        lambda: commit(by=manager, book=book, won=won, reference="r"),
        lambda: uncommit(by=manager, book=book, won=won, reference="r"),
        lambda: commit(by=manager, book=book, won=10, reference="r", from_reserved=11),
    )
    assert {refused(act).code for act in acts} == {"amount_not_whole_won"}


def test_reserving_by_hand_is_for_who_sets_budgets_and_says_why(book: Book, manager: Any, user_as: Any) -> None:
    for act in (reserve_by_hand, release_by_hand):
        with pytest.raises(NotAllowed):
            act(by=user_as("secretary"), book=book, won=1, reason="x")
        assert refused(act, by=manager, book=book, won=1, reason="").code == "reason_missing"


def broken(statement: str, *parameters: Any) -> str:
    """Return the rule that a statement breaks, at the latest when its transaction ends."""
    try:
        with database_rules(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except RuleBroken as refusal:
        return refusal.code
    return ""


ENTRY = """
    WITH e AS (
        INSERT INTO committee_entry (book_id, kind, reference, subject, reason, by_id, at)
        VALUES (%s, 'reserve', '', '', '', %s, now()) RETURNING id
    ) INSERT INTO committee_posting (entry_id, account, won) SELECT e.id, p.* FROM e, (VALUES {}) p
"""


def test_entry_that_does_not_close_to_zero_is_refused(book: Book, manager: Any) -> None:
    for postings in ("('available', 5)", "('available', -5), ('reserved', 4)"):
        assert broken(ENTRY.format(postings), book.pk, manager.pk) == "entry_closes_to_zero"
    bare = ENTRY.replace("{}", "('available', 1), ('reserved', -1)") + " WHERE FALSE"
    assert broken(bare, book.pk, manager.pk) == "entry_closes_to_zero"
    entry = commit(by=manager, book=book, won=10, reference="run:1")
    close_entries()
    late = "INSERT INTO committee_posting (entry_id, account, won) VALUES (%s, 'available', 5)"
    assert broken(late, entry.pk) == "entry_closes_to_zero"


def test_posting_of_nothing_or_to_no_account_is_refused(book: Book, manager: Any) -> None:
    nothing = ENTRY.format("('available', 0), ('reserved', 0)")
    assert broken(nothing, book.pk, manager.pk) == "posting_moves_won"
    nowhere = ENTRY.format("('available', -1), ('pocket', 1)")
    assert broken(nowhere, book.pk, manager.pk) == "posting_names_an_account"


def test_writer_past_the_services_cannot_exceed_or_overdraw(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=100, reason="x")
    excess = ENTRY.format("('available', -101), ('reserved', 101)")
    assert broken(excess, book.pk, manager.pk) == "budget_is_not_exceeded"
    overdrawn = ENTRY.format("('available', 1), ('reserved', -1)")
    assert broken(overdrawn, book.pk, manager.pk) == "account_is_not_overdrawn"


def test_books_are_written_by_adding_alone(book: Book, manager: Any) -> None:
    commit(by=manager, book=book, won=10, reference="run:1")
    for table, rule in (("entry", "entries_are_append_only"), ("posting", "postings_are_append_only")):
        assert broken(f"UPDATE committee_{table} SET id = id") == rule
        assert broken(f"DELETE FROM committee_{table}") == rule
    for statement_text in (
        "UPDATE committee_balance SET won = 5",
        "DELETE FROM committee_balance",
        f"INSERT INTO committee_balance (book_id, account, won, is_limited) VALUES ({book.pk}, 'x', 0, FALSE)",
    ):
        assert broken(statement_text) == "balances_follow_postings"


def test_statement_shows_what_stood_available_after_each_entry(book: Book, manager: Any) -> None:
    set_budget(by=manager, book=book, won=1_000, reason="x")
    reserve(by=manager, book=book, won=600, subject="policy:1")
    commit(by=manager, book=book, won=700, from_reserved=600, reference="run:1", subject="policy:1")
    found = [
        (row.kind, row.budget_moved, row.reserved_moved, row.committed_moved, row.available_after)
        for row in statement(book)
    ]
    assert found == [
        ("commit", 0, -600, 700, 300),
        ("reserve", 0, 600, 0, 400),
        ("allot", 1_000, 0, 0, 1_000),
    ]


def test_check_finds_the_balance_that_its_postings_do_not_make(book: Book, manager: Any, incident: Any) -> None:
    commit(by=manager, book=book, won=10, reference="run:1")
    close_entries()
    assert check_books(incident) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE committee_balance DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("UPDATE committee_balance SET won = 11 WHERE account = 'committed'")
        cursor.execute("ALTER TABLE committee_balance ENABLE TRIGGER USER")
    (difference,) = check_books(incident)
    assert (difference.account, difference.balance, difference.posted) == ("committed", 11, 10)


def test_rows_of_another_incident_are_not_seen(book: Book, manager: Any) -> None:
    commit(by=manager, book=book, won=10, reference="run:1")
    stranger = factories.UserFactory(manager=True, incident=factories.IncidentFactory())
    for model in (Book, Balance, Entry, Posting):
        assert model.objects.visible_to(manager).exists()
        assert not model.objects.visible_to(stranger).exists()
