"""Members of a group side by side: what each says, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.register.models import Claim
from claims.register.panels import Mark, flags_of, marks_of
from claims.triage.duplicates.models import DuplicateMember
from claims.triage.duplicates.selectors import steps_taken
from claims.triage.duplicates.words import scored_in_words
from relief.korea.banks import bank_name
from relief.money import format_won

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class Column:
    """One member: its claim, why it is in the group, its marks, and whether it is decided or being paid."""

    member: DuplicateMember
    claim: Claim
    like: str
    reasons: Sequence[tuple[StrOrPromise, str]]
    marks: Sequence[Mark]
    is_decided: bool
    is_paid: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one member says in one row, and whether that differs from the first member."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field over all members; `kind` is how it is set: "text", "number" or nothing."""

    label: StrOrPromise
    cells: Sequence[Cell]
    kind: str = ""

    @property
    def differs(self) -> bool:
        """Say whether the members disagree."""
        return any(cell.differs for cell in self.cells)


def columns_of(members: Iterable[DuplicateMember], user: User) -> list[Column]:
    """Return the members, `claim` and `like` joined, as columns; in a constant number of queries."""
    members = list(members)
    keys = [member.claim_id for member in members]
    decisions, flags, steps = marks_of(keys, user), flags_of(keys, user), steps_taken(keys)
    return [
        Column(
            member=member,
            claim=member.claim,
            like=member.like.receipt_number,
            reasons=scored_in_words(member.reasons),
            marks=[*([decisions[key]] if key in decisions else []), *flags.get(key, [])],
            is_decided=steps[key][0],
            is_paid=steps[key][1],
        )
        for key, member in zip(keys, members, strict=True)
    ]


def _numbered(column: str) -> tuple[Callable[[Claim], str], Callable[[Claim], Any]]:
    """Return how a number is shown, and what it is compared by."""
    return (lambda claim: claim.masked(column)), (lambda claim: bytes(getattr(claim, f"{column}_index") or b""))


def _plain(show: Callable[[Claim], str]) -> tuple[Callable[[Claim], str], Callable[[Claim], Any]]:
    return show, show


def rows_of(columns: Sequence[Column]) -> list[Row]:
    """Return the fields that people compare, in the order in which they look."""
    fields: list[tuple[StrOrPromise, str, tuple[Callable[[Claim], str], Callable[[Claim], Any]]]] = [
        (_("Name"), "", _plain(lambda claim: claim.name)),
        (_("Phone"), "number", _numbered("phone")),
        (_("Business registration number"), "number", _numbered("registration_number")),
        (_("Bank"), "", _plain(lambda claim: bank_name(claim.bank_code))),
        (_("Account"), "number", _numbered("account")),
        (_("Service"), "", _plain(lambda claim: str(claim.service))),
        (_("Reporter type"), "", _plain(lambda claim: str(claim.get_reporter_type_display()))),
        (_("Paid or free"), "", _plain(lambda claim: str(claim.get_pricing_display()))),
        (_("Claimed loss"), "number", _plain(lambda claim: str(format_won(claim.claimed_loss)))),
        (_("Received at"), "", (_received, lambda claim: localtime(claim.received_at).date())),
        (_("Channel"), "", _plain(lambda claim: claim.channel)),
        (_("Description"), "text", _plain(lambda claim: claim.description)),
    ]
    claims = [column.claim for column in columns]
    return [
        Row(label, [Cell(show(claim), compare(claim) != compare(claims[0])) for claim in claims], kind)
        for label, kind, (show, compare) in fields
        if claims
    ]


def _received(claim: Claim) -> str:
    return str(date_format(localtime(claim.received_at), "SHORT_DATETIME_FORMAT"))
