"""Writing the books: budgets by people, reservations and commitments by what the committee adopts and decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.ledger.models import Account, Book, Entry, Posting
from committee.ledger.rules import Standing, moves_for_budget, moves_for_commit, moves_for_reserve
from committee.ledger.selectors import reserved_for, standing_of
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.money import MAX_WON, format_won

if TYPE_CHECKING:
    from relief.accounts.models import User


def open_book(*, incident: Incident, code: str, name: str, name_en: str = "") -> Book:
    """Open the book of a measure and return it; whoever calls has checked the permission to write the measure.

    Raises RuleBroken(one_book_per_code).
    """
    with database_rules(), transaction.atomic():
        return Book.objects.create(incident=incident, code=code, name=name, name_en=name_en)


def rename_book(*, book: Book, name: str, name_en: str) -> None:
    """Give a book the name that its measure has now; whoever calls has checked the permission."""
    if (book.name, book.name_en) != (name, name_en):
        book.name, book.name_en = name, name_en
        book.save(update_fields=("name", "name_en"))


def set_budget(*, by: User, book: Book, won: int, reason: str) -> Entry:
    """Make `won` the budget of the book by posting the difference to what was allotted; return the entry.

    The first budget limits the book from then on. Raises NotAllowed, RuleBroken(reason_missing, amount_not_whole_won,
    budget_unchanged, budget_below_bound).
    """
    require(by, "committee.set_budget")
    reason = _said(reason)
    if not 0 <= won <= MAX_WON:
        raise RuleBroken(_("A budget lies between 0 and 1,000 trillion won."), code="amount_not_whole_won")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.set_budget", reason=reason):
        standing = _lock(book)
        if not won and standing.budget is None:
            raise RuleBroken(_("A first budget is 1 won or more."), code="amount_not_whole_won")
        difference = won - (standing.budget or 0)
        if difference == 0:
            raise RuleBroken(_("The budget is this amount already; nothing would change."), code="budget_unchanged")
        if won < standing.bound:
            words = {
                "book": book,
                "bound": format_won(standing.bound),
                "won": format_won(won),
                "missing": format_won(standing.bound - won),
            }
            raise RuleBroken(
                _(
                    "%(bound)s of the budget of %(book)s is reserved, committed or paid. A budget of %(won)s is "
                    "%(missing)s too low. Write more, or release what is reserved."
                )
                % words,
                code="budget_below_bound",
            )
        kind = Entry.Kind.ALLOT if difference > 0 else Entry.Kind.WITHDRAW
        return _post(Entry(book=book, kind=kind, reason=reason, by=by), moves_for_budget(difference))


def reserve_by_hand(*, by: User, book: Book, won: int, reason: str) -> Entry:
    """Set `won` of the budget aside for what the committee plans; return the entry.

    Raises NotAllowed, RuleBroken(reason_missing, amount_not_whole_won, budget_is_not_exceeded).
    """
    require(by, "committee.set_budget")
    reason = _said(reason)
    with acting(by=by, act="committee.reserve_budget", reason=reason):
        return reserve(by=by, book=book, won=won, reason=reason)


def release_by_hand(*, by: User, book: Book, won: int, reason: str) -> Entry:
    """Set free what was reserved by hand; what a tier policy reserved is released with the policy. Return the entry.

    Raises NotAllowed, RuleBroken(reason_missing, amount_not_whole_won, release_exceeds_reserved).
    """
    require(by, "committee.set_budget")
    reason = _said(reason)
    with acting(by=by, act="committee.release_budget", reason=reason):
        return release(by=by, book=book, won=won, reason=reason)


def reserve(*, by: User, book: Book, won: int, reference: str = "", subject: str = "", reason: str = "") -> Entry:
    """Set `won` aside for a subject ("policy:3") and return the entry; whoever calls has checked the permission.

    `reference` names the act, once a book. Raises RuleBroken(amount_not_whole_won, budget_is_not_exceeded,
    one_entry_per_reference).
    """
    _refuse_amount(won)
    with database_rules(), transaction.atomic():
        _refuse_excess(book, _lock(book), won)
        entry = Entry(book=book, kind=Entry.Kind.RESERVE, reference=reference, subject=subject, reason=reason, by=by)
        return _post(entry, moves_for_reserve(won))


def release(*, by: User, book: Book, won: int, reference: str = "", subject: str = "", reason: str = "") -> Entry:
    """Set free `won` of what is reserved for the subject; return the entry. Whoever calls has checked the permission.

    Raises RuleBroken(amount_not_whole_won, release_exceeds_reserved, one_entry_per_reference).
    """
    _refuse_amount(won)
    with database_rules(), transaction.atomic():
        _lock(book)
        _refuse_beyond_reservation(book, subject, won)
        entry = Entry(book=book, kind=Entry.Kind.RELEASE, reference=reference, subject=subject, reason=reason, by=by)
        return _post(entry, moves_for_reserve(-won))


def commit(
    *,
    by: User,
    book: Book,
    won: int,
    reference: str,
    subject: str = "",
    from_reserved: int | None = 0,
    reason: str = "",
) -> Entry:
    """Bind `won` to decisions, the first `from_reserved` out of the subject's reservation; return the entry.

    None takes what the subject has reserved, as far as it goes. Whoever calls has checked the permission.
    Raises RuleBroken(amount_not_whole_won, release_exceeds_reserved, budget_is_not_exceeded, one_entry_per_reference).
    """
    _refuse_amount(won)
    if from_reserved is not None and not 0 <= from_reserved <= won:
        raise RuleBroken(_("No more can be taken from a reservation than is committed."), code="amount_not_whole_won")
    with database_rules(), transaction.atomic():
        standing = _lock(book)
        if from_reserved is None:
            from_reserved = min(won, reserved_for(book, subject))
        elif from_reserved:
            _refuse_beyond_reservation(book, subject, from_reserved)
        _refuse_excess(book, standing, won - from_reserved)
        moves = moves_for_commit(won, from_reserved=from_reserved)
        entry = Entry(book=book, kind=Entry.Kind.COMMIT, reference=reference, subject=subject, reason=reason, by=by)
        return _post(entry, moves)


def uncommit(*, by: User, book: Book, won: int, reference: str, reason: str = "") -> Entry:
    """Take `won` back from what decisions bound, and make them available; return the entry.

    Whoever calls has checked the permission. Raises RuleBroken(amount_not_whole_won, uncommit_exceeds_committed,
    one_entry_per_reference).
    """
    _refuse_amount(won)
    with database_rules(), transaction.atomic():
        committed = _lock(book).of(Account.COMMITTED)
        if won > committed:
            raise RuleBroken(
                _("Only %(committed)s of %(book)s is committed and not yet paid; %(won)s cannot be taken back.")
                % {"book": book, "committed": format_won(committed), "won": format_won(won)},
                code="uncommit_exceeds_committed",
            )
        entry = Entry(book=book, kind=Entry.Kind.UNCOMMIT, reference=reference, reason=reason, by=by)
        return _post(entry, moves_for_commit(-won))


def _said(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(_("Write the reason."), code="reason_missing")
    return reason.strip()[:500]


def _refuse_amount(won: int) -> None:
    if not 0 < won <= MAX_WON:
        raise RuleBroken(
            _("The amount lies between 1 won and 1,000 trillion won. Write a whole number."),
            code="amount_not_whole_won",
        )


def _refuse_excess(book: Book, standing: Standing, won: int) -> None:
    """Raise the sentence with budget, bound and shortfall where the book cannot bind `won` more."""
    missing = standing.missing(won)
    if missing:
        words = {
            "book": book,
            "budget": format_won(standing.budget),
            "bound": format_won(standing.bound),
            "won": format_won(won),
            "missing": format_won(missing),
        }
        raise RuleBroken(
            _(
                "The budget of %(book)s is %(budget)s, of which %(bound)s is bound. %(won)s more is needed: "
                "%(missing)s is missing. Raise the budget, or release what is reserved."
            )
            % words,
            code="budget_is_not_exceeded",
        )


def _refuse_beyond_reservation(book: Book, subject: str, won: int) -> None:
    reserved = reserved_for(book, subject)
    if won > reserved:
        raise RuleBroken(
            _("Only %(reserved)s of %(book)s is reserved for this; %(won)s cannot be taken from it.")
            % {"book": book, "reserved": format_won(reserved), "won": format_won(won)},
            code="release_exceeds_reserved",
        )


def _lock(book: Book) -> Standing:
    """Lock the book against other writers until the transaction ends, and return what stands in it."""
    return standing_of(Book.objects.select_for_update(of=("self",), no_key=True).get(pk=book.pk))


def _post(entry: Entry, moves: Mapping[str, int]) -> Entry:
    entry.at = clock.now()
    entry.save()
    Posting.objects.bulk_create(Posting(entry=entry, account=account, won=won) for account, won in moves.items())
    return entry
