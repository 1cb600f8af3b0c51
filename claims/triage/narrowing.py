"""Which claims a reclassification means: the words of the claims' list, and what the act would do to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from claims.register.filters import ClaimFilter
from claims.register.models import Claim
from claims.register.selectors import sought_claims
from claims.register.settled import settled
from relief.errors import RuleBroken

NOT_NARROWING = frozenset({"o", "p", "all", "e", "tab"})
"""Words of a list's address that order and page it, and leave its set as it is."""

SEARCH = "q"
Narrowing = Mapping[str, list[str]]


def narrowing_of(address: QueryDict) -> dict[str, list[str]]:
    """Return the words of a list's address that narrow it; empty ones left out."""
    return {
        word: said
        for word, values in sorted(address.lists())
        if word not in NOT_NARROWING and (said := [value for value in values if value.strip()])
    }


def _address(narrowing: Narrowing) -> QueryDict:
    address = QueryDict(mutable=True)
    for word, values in narrowing.items():
        address.setlist(word, list(values))
    return address


def address_of(narrowing: Narrowing) -> str:
    """Return the query string that shows the same claims in the list."""
    return _address(narrowing).urlencode()


def claims_of(narrowing: Narrowing, *, incident_id: int) -> QuerySet[Claim]:
    """Return the claims of the incident that the list would show under these words.

    Raises RuleBroken: filter_not_valid where a word or its value is not one of the filter's, search_by_number where
    the search is for a person's number, which no record may keep.
    """
    claims = Claim.objects.filter(incident_id=incident_id).order_by()
    unknown = set(narrowing) - set(ClaimFilter.base_filters) - {SEARCH}
    narrowed = ClaimFilter(_address(narrowing), queryset=claims, incident_id=incident_id)
    if unknown or not narrowed.is_valid():
        raise RuleBroken(
            _("The filter is not one that the list of claims has. Go back to the list and filter again."),
            code="filter_not_valid",
        )
    rows: QuerySet[Claim] = narrowed.qs
    for term in narrowing.get(SEARCH, ()):
        sought = sought_claims(term)
        if sought.numbers or sought.is_too_short:
            raise RuleBroken(
                _("Claims found by a whole number, or by one syllable, are classified one by one. Filter instead."),
                code="search_by_number",
            )
        rows = rows.filter(sought.condition)
    return rows


def words_of(narrowing: Narrowing, *, incident_id: int) -> list[tuple[str, str]]:
    """Return the filter as people read it: (label, value in words); one pair where there is none."""
    form: Any = ClaimFilter(_address(narrowing), queryset=Claim.objects.none(), incident_id=incident_id).form
    said: list[tuple[str, str]] = []
    for word, values in narrowing.items():
        field = form.fields.get(word)
        label = str(_("Search")) if word == SEARCH else str(getattr(field, "label", word))
        choices = {str(key): str(text) for key, text in getattr(field, "choices", ())}
        said.append((label, ", ".join(choices.get(value, value) for value in values)))
    return said or [(str(_("Filter")), str(_("None: all claims of the incident")))]


@dataclass(frozen=True, slots=True)
class Part:
    """Claims that say the same on the axis now, with the sum of their losses; `value` is empty where unclassified."""

    value: str
    claims: int
    sum_of_losses: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reclassification would do: all that the filter finds by present value, and what of it would change.

    `decided` and `spoken` are those among the changing claims that are decided, and that a person had set; `kept` are
    those that a person set and that stay.
    """

    parts: tuple[Part, ...]
    found: int
    unclassified: int
    already: int
    kept: int
    claims: int
    decided: int
    spoken: int
    sum_of_losses: int


def preview(narrowing: Narrowing, *, incident_id: int, axis: str, value: str, keeps_words: bool) -> Preview:
    """Count what the act would do, in one statement. Raises what `claims_of` raises."""
    rows = claims_of(narrowing, incident_id=incident_id).annotate(
        standing=F(f"classification__{axis}"), person=F(f"classification__{axis}_by_id"), claim_key=F("pk")
    )
    select, parameters = rows.values_list("claim_key", "claimed_loss", "standing", "person").query.sql_with_params()
    statement = f"""
        SELECT COALESCE(standing, ''), person IS NOT NULL, {settled("claim_key")}, count(*), COALESCE(sum(loss), 0)
        FROM ({select}) found (claim_key, loss, standing, person) GROUP BY 1, 2, 3
    """  # noqa: S608 - a query of the ORM inside fragments of ours
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        groups = [(standing, spoken, decided, count, int(won)) for standing, spoken, decided, count, won in cursor]
    others = [group for group in groups if group[0] not in {"", value}]
    moving = [group for group in others if not (keeps_words and group[1])]
    return Preview(
        parts=tuple(_parts(groups)),
        found=_count(groups),
        unclassified=_count(group for group in groups if not group[0]),
        already=_count(group for group in groups if group[0] == value),
        kept=_count(others) - _count(moving),
        claims=_count(moving),
        decided=_count(group for group in moving if group[2]),
        spoken=_count(group for group in moving if group[1]),
        sum_of_losses=sum(group[4] for group in moving),
    )


def _count(groups: Any) -> int:
    return sum(group[3] for group in groups)


def _parts(groups: list[tuple[str, bool, bool, int, int]]) -> list[Part]:
    values = sorted({group[0] for group in groups})
    parts = []
    for value in values:
        within = [group for group in groups if group[0] == value]
        parts.append(Part(value, _count(within), sum(group[4] for group in within)))
    return sorted(parts, key=lambda part: -part.claims)
