"""The pages of the budgets."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from committee.ledger.selectors import standing_of
from committee.ledger.services import commit, set_budget
from committee.models import Book
from tests import factories

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_book_{name}", args=args)


@pytest.fixture
def book(incident: Any) -> Book:
    """The book of a measure."""
    book: Book = factories.MeasureFactory(incident=incident).book
    return book


def test_manager_sets_reserves_and_releases(book: Book, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("manager"))
    said = {"reason": "제2차 전체 회의"}
    assert client.post(address("budget", book.pk), {"won": 1_000, **said}).status_code == 302
    assert client.get(address("budget", book.pk)).context["form"].initial == {"won": 1_000}
    assert client.post(address("reserve", book.pk), {"won": 600, **said}).status_code == 302
    assert client.post(address("release", book.pk), {"won": 100, **said}).status_code == 302
    standing = standing_of(Book.objects.get(pk=book.pk))
    assert (standing.budget, standing.of("reserved"), standing.available) == (1_000, 500, 500)
    page = client.get(address("change", book.pk)).content.decode()
    assert page.count("제2차 전체 회의") == 3
    for words in ("1,000원", "+600원", "−100원", "50.0%"):
        assert words in page


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("budget", {"won": 1_000}),
        ("budget", {"won": -1, "reason": "x"}),
        ("reserve", {"won": "1.5", "reason": "x"}),
        ("release", {"won": 1, "reason": "x"}),
    ],
)
def test_wrong_act_is_shown_and_posts_nothing(
    book: Book, user_as: Any, signed_in: Any, page: str, data: dict[str, Any]
) -> None:
    answer = signed_in(user_as("manager")).post(address(page, book.pk), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not book.entries.exists()


def test_list_shows_budgets_and_takes_as_many_queries_for_many(
    book: Book, user_as: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(user_as("auditor"))
    client.get(address("changelist"))
    with django_assert_max_num_queries(60) as few:
        client.get(address("changelist"))
    for _turn in range(8):
        factories.MeasureFactory(incident=book.incident)
    set_budget(by=user_as("manager"), book=book, won=2_000, reason="x")
    with django_assert_max_num_queries(len(few)):
        page = client.get(address("changelist")).content.decode()
    assert "2,000원" in page


def test_reader_gets_no_acts(book: Book, user_as: Any, signed_in: Any) -> None:
    page = signed_in(user_as("secretary")).get(address("change", book.pk)).content.decode()
    assert address("budget", book.pk) not in page


def test_list_tells_of_a_balance_that_is_not_its_postings(book: Book, user_as: Any, signed_in: Any) -> None:
    commit(by=user_as("manager"), book=book, won=10, reference="run:1")
    client = signed_in(user_as("auditor"))
    assert "relief-notice" not in client.get(address("changelist")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE committee_balance DISABLE TRIGGER USER")
        cursor.execute("UPDATE committee_balance SET won = 11 WHERE account = 'committed'")
        cursor.execute("ALTER TABLE committee_balance ENABLE TRIGGER USER")
    assert "relief-notice" in client.get(address("changelist")).content.decode()
