"""The budgets in the back office: what stands in every book, how much of it is bound, and the entries behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.ledger.models import Book
from committee.ledger.pages import BudgetPage, ReleasePage, ReservePage, available_words, budget_words
from committee.ledger.selectors import check_books, reserved_for, standing_of, statement
from committee.panel import Act, Number, Panel, PanelAdmin, Table, person
from relief.money import format_won, percentage
from relief.scope import working_incident_id

SHOWN = 200
"""How many entries a statement shows, newest first."""


@admin.register(Book)
class BookAdmin(PanelAdmin):
    """One book for each measure; its statement stands on its page."""

    list_display = ("book_name", "budget_text", "reserved_text", "committed_text", "available_text", "use_bar")
    fields = (("budget_text", "use_bar"), ("reserved_text", "committed_text"), ("available_text", "paid_text"))
    empty = _("No measure stands in the relief plan yet. A budget comes with its measure.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("balances")

    @display(description=_("measure"), ordering="name")
    def book_name(self, book: Book) -> str:
        return str(book)

    @display(description=_("budget"))
    def budget_text(self, book: Book) -> Any:
        return budget_words(standing_of(book))

    @display(description=_("reserved"))
    def reserved_text(self, book: Book) -> str:
        return format_won(standing_of(book).of("reserved"))

    @display(description=_("committed"))
    def committed_text(self, book: Book) -> str:
        return format_won(standing_of(book).of("committed"))

    @display(description=_("available"))
    def available_text(self, book: Book) -> Any:
        return available_words(standing_of(book))

    @display(description=_("paid out"))
    def paid_text(self, book: Book) -> str:
        return format_won(standing_of(book).of("paid"))

    @display(description=_("bound"))
    def use_bar(self, book: Book) -> Any:
        standing = standing_of(book)
        if not standing.budget:
            return "–"
        share = percentage(standing.bound, standing.budget)
        return render_to_string("admin/committee/use.html", {"share": share, "standing": standing})

    def list_panel(self, request: HttpRequest) -> Panel:
        incident_id = working_incident_id(person(request))
        differing = check_books(incident_id) if incident_id is not None else []
        if not differing:
            return Panel()
        names = ", ".join(f"{row.book} – {row.account}" for row in differing)
        return Panel(
            notice=_("These balances are not the sum of their postings: %(names)s. Tell the administrator.")
            % {"names": names}
        )

    def panel(self, request: HttpRequest, row: Book) -> Panel:
        return Panel(acts=budget_acts(request, row), tables=[statement_table(row)])

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("<path:object_id>/budget/", "committee_book_budget", BudgetPage.as_view(model_admin=self)),
            ("<path:object_id>/reserve/", "committee_book_reserve", ReservePage.as_view(model_admin=self)),
            ("<path:object_id>/release/", "committee_book_release", ReleasePage.as_view(model_admin=self)),
        )


def budget_acts(request: HttpRequest, book: Book) -> list[Act]:
    """Return what the person may do with a budget now: set it, reserve, and release where something is reserved."""
    if not request.user.has_perm("committee.set_budget"):
        return []

    def address(name: str) -> str:
        return reverse(f"admin:committee_book_{name}", args=(book.pk,))

    acts = [
        Act(_("Set the budget"), address("budget")),
        Act(_("Reserve a part"), address("reserve"), secondary=True),
    ]
    if reserved_for(book, ""):
        acts.append(Act(_("Release a reservation"), address("release"), secondary=True))
    return acts


def statement_table(book: Book) -> Table:
    """Return the newest entries of a book: when, what, how many won, what was available then, who and why."""
    headings = (
        _("at"),
        _("entry"),
        Number(_("budget")),
        Number(_("reserved")),
        Number(_("committed")),
        Number(_("available after it")),
        _("by"),
        _("reason"),
    )
    rows = [
        (
            date_format(localtime(entry.at), "SHORT_DATETIME_FORMAT"),
            entry.get_kind_display(),
            Number(_signed(entry.budget_moved)),  # type: ignore[attr-defined]
            Number(_signed(entry.reserved_moved)),  # type: ignore[attr-defined]
            Number(_signed(entry.committed_moved)),  # type: ignore[attr-defined]
            Number(format_won(entry.available_after).replace("-", "−")),  # type: ignore[attr-defined]
            str(entry.by),
            entry.reason or "–",
        )
        for entry in statement(book)[:SHOWN]
    ]
    title = _("Statement") if rows else _("Nothing has been entered into this book yet.")
    return Table(title, headings if rows else (), rows)


def _signed(won: int) -> str:
    return f"{'+' if won > 0 else '−'}{format_won(abs(won))}" if won else "–"
