"""Questions about claims that more than one page asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import Q, QuerySet, TextField, Value

from claims.register.models import Bigrams, Claim, Claimant
from relief.korea import banks, phones, registration
from relief.sealed import blind_index

COMPLETE = ~Q(name="") & ~Q(bank_code="") & Q(phone_sealed__isnull=False, account_sealed__isnull=False)
"""A claim can be paid only where it names a person, a contact and an account; see `Claim.is_complete`."""

SHORTEST_NAME = 2
"""Syllables of a name that a search needs: one syllable alone is a tenth of all Koreans."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search term can be: the conditions it puts, and which personal numbers it was compared with."""

    condition: Q
    numbers: tuple[str, ...] = ()
    is_too_short: bool = False


_NUMBERS: Mapping[str, Callable[[str], bool]] = {
    "phone": lambda digits: phones.phone_number(digits) is not None,
    "registration_number": registration.is_valid,
    "account": lambda digits: banks.MIN_ACCOUNT_DIGITS <= len(digits) <= banks.MAX_ACCOUNT_DIGITS,
}


def _indexes(term: str) -> dict[str, bytes]:
    """Return the blind index of the term as each kind of number that it can be."""
    digits = phones.digits_of(term)
    if not (digits.isascii() and digits.isdecimal()):
        return {}
    as_stored = {"phone": phones.phone_number(digits) or digits}
    return {
        column: blind_index(as_stored.get(column, digits), domain=column)
        for column, fits in _NUMBERS.items()
        if fits(digits)
    }


def sought_claims(term: str) -> Sought:
    """Return what a term of the claims' search box asks for.

    A number that can be a phone, a registration number or an account is compared with the blind indexes, whole; any
    other term with a digit is the beginning of a receipt number; the rest is part of a name, two syllables or more.
    """
    term = unicodedata.normalize("NFKC", term).strip()
    indexes = _indexes(term)
    if indexes:
        condition = Q(receipt_number=term)
        for column, index in indexes.items():
            condition |= Q(**{f"{column}_index": index})
        return Sought(condition, tuple(indexes))
    if term.isascii() and any(character.isdigit() for character in term):
        return Sought(Q(receipt_number__startswith=term) | Q(receipt_number__startswith=term.upper()))
    if len(term) < SHORTEST_NAME:
        return Sought(Q(pk__in=[]), is_too_short=True)
    return Sought(_name_has(term))


def _name_has(term: str) -> Q:
    """Return the condition of claims whose name has the term in it; the pairs of characters are what the index has."""
    pairs = [term[place : place + 2] for place in range(len(term) - 1)]
    paired = DataContains(Bigrams("name"), Value(pairs, output_field=ArrayField(TextField())))
    return Q(paired) & Q(name__contains=term)


def sought_claimants(term: str) -> Sought:
    """Return what a term of the claimants' search box asks for: a whole number, or part of a name."""
    term = unicodedata.normalize("NFKC", term).strip()
    indexes = _indexes(term)
    if indexes:
        kinds = {"registration_number": "registration"}
        condition = Q(pk__in=[])
        for column, index in indexes.items():
            condition |= Q(identity_kind=kinds.get(column, column), identity_index=index)
        return Sought(condition, tuple(indexes))
    if len(term) < SHORTEST_NAME:
        return Sought(Q(pk__in=[]), is_too_short=True)
    return Sought(Q(name__contains=term))


def incomplete_claims(incident_id: int) -> QuerySet[Claim]:
    """Return the claims with a loss in money against the own company that name no person, contact or account."""
    return Claim.objects.filter(
        ~COMPLETE,
        incident_id=incident_id,
        classification__nature="monetary",
        classification__operator_kind="company",
    )


def unclassified_claims(incident_id: int) -> QuerySet[Claim]:
    """Return the claims that no rule set has seen yet."""
    return Claim.objects.filter(incident_id=incident_id, classification__isnull=True)


def claims_of(claimant: Claimant) -> QuerySet[Any]:
    """Return the claims of a claimant, newest first."""
    return claimant.claims.select_related("service", "classification").order_by("-received_at", "-pk")
