"""The books: one for each measure, double-entry postings in won that are only ever added, and their balances."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from committee.ledger.guards import closes_to_zero, follows_postings, moves_balance, opens_balances
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import append_only, no_truncate
from relief.money import MAX_WON
from relief.scope import ScopedQuerySet, scoped_by


class Account(models.TextChoices):
    """Where the won of a book stand; together they are always zero, because the source gives what the others hold."""

    SOURCE = "source", _("Source of the budget")
    AVAILABLE = "available", _("Available")
    RESERVED = "reserved", _("Reserved")
    COMMITTED = "committed", _("Committed")
    IN_TRANSFER = "in_transfer", _("In transfer")
    PAID = "paid", _("Paid out")
    RETURNED = "returned", _("Returned by the bank")
    RECOVERED = "recovered", _("Recovered")


@tracked()
class Book(models.Model):
    """The account book of one measure, under the measure's name; without a budget it has no limit."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="books")
    code = models.SlugField(_("code"), max_length=40, db_index=False)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ("incident", "id")
        default_permissions = ("view",)
        permissions = (("set_budget", _("Can set budgets, and reserve and release by hand")),)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code"),
                name=declare_constraint("one_book_per_code", _("A budget under this code exists already.")),
            ),
        )
        triggers = (opens_balances(Account.values),)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class Entry(models.Model):
    """One act in a book, with who and why; its postings say which won it moved. Append-only."""

    class Kind(models.TextChoices):
        ALLOT = "allot", _("Budget set or raised")
        WITHDRAW = "withdraw", _("Budget lowered")
        RESERVE = "reserve", _("Budget reserved")
        RELEASE = "release", _("Reservation released")
        COMMIT = "commit", _("Committed by decisions")
        UNCOMMIT = "uncommit", _("Commitment taken back")

    book = models.ForeignKey(Book, models.PROTECT, verbose_name=_("budget"), related_name="entries")
    kind = models.CharField(_("entry"), max_length=12, choices=Kind)
    reference = models.CharField(
        _("reference"), max_length=60, blank=True, help_text=_("What the entry stands for; once a book. Empty: by hand")
    )
    subject = models.CharField(
        _("subject"), max_length=60, blank=True, help_text=_("Whose reservation it moves. Empty: by hand")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"))

    objects = scoped_by("book__incident_id").as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ("book", "id")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("book", "reference"),
                condition=~Q(reference=""),
                name=declare_constraint("one_entry_per_reference", _("This stands in the book already.")),
            ),
        )
        indexes = (models.Index(fields=("book", "subject"), name="entries_of_a_subject"),)
        triggers = (
            *append_only(
                declare_constraint("entries_are_append_only", _("An entry is never changed; a new one corrects it."))
            ),
            closes_to_zero(
                declare_constraint(
                    "entry_closes_to_zero", _("An entry moves won between accounts: its postings must sum to zero.")
                ),
                entry="NEW.id",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Posting(models.Model):
    """Won that an entry adds to an account, or takes from it. Append-only."""

    entry = models.ForeignKey(Entry, models.PROTECT, verbose_name=_("entry"), related_name="postings")
    account = models.CharField(_("account"), max_length=12, choices=Account)
    won = models.BigIntegerField(_("won"))

    objects = scoped_by("entry__book__incident_id").as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ("entry", "id")
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(won__gte=-MAX_WON, won__lt=0) | Q(won__gt=0, won__lte=MAX_WON),
                name=declare_constraint("posting_moves_won", _("A posting moves at least 1 won.")),
            ),
            models.CheckConstraint(
                condition=Q(account__in=Account.values),
                name=declare_constraint("posting_names_an_account", _("A book has no such account.")),
            ),
        )
        triggers = (
            *append_only(declare_constraint("postings_are_append_only", _("A posting is never changed."))),
            moves_balance(),
            closes_to_zero("entry_closes_to_zero", entry="NEW.entry_id"),
        )

    def __str__(self) -> str:
        return f"{self.get_account_display()} {self.won:+,}"


class Balance(models.Model):
    """The sum of an account's postings, kept by the database alone."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name=_("budget"), related_name="balances")
    account = models.CharField(_("account"), max_length=12, choices=Account)
    won = models.BigIntegerField(_("won"), default=0)
    is_limited = models.BooleanField(_("limited"), default=False)

    objects = scoped_by("book__incident_id").as_manager()

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        ordering = ("book", "id")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("book", "account"),
                name=declare_constraint("one_balance_per_account", _("This account has its balance already.")),
            ),
            models.CheckConstraint(
                condition=~Q(account="available") | Q(is_limited=False) | Q(won__gte=0),
                name=declare_constraint(
                    "budget_is_not_exceeded",
                    _("The budget does not suffice. Raise it, or release what is reserved."),
                ),
            ),
            models.CheckConstraint(
                condition=Q(account__in=("source", "available")) | Q(won__gte=0),
                name=declare_constraint(
                    "account_is_not_overdrawn", _("No more can leave an account than stands in it.")
                ),
            ),
        )
        triggers = (
            follows_postings(declare_constraint("balances_follow_postings", _("A balance changes by postings alone."))),
            no_truncate("balances_follow_postings"),
        )

    def __str__(self) -> str:
        return f"{self.get_account_display()} {self.won:,}"
