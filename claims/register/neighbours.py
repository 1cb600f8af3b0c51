"""The claims before and after one in the list that a person came from, found by key and never by loading the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from claims.register.models import Claim
from relief.scope import working_incident_id

COUNTED = 1_000
"""Claims that are counted to say the place of one; further down the list its place is not told."""

Order = Sequence[tuple[str, bool]]
"""Columns with "descending", ending in the key, so that no two claims stand at one place."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Keys of the claims around one, None at an end. `place` counts from 1; None where it is deep or not listed."""

    previous: int | None = None
    next: int | None = None
    place: int | None = None
    is_listed: bool = True
    is_walked: bool = True


def after(claim: Claim, order: Order) -> Q:
    """Return the condition that a row stands after the claim in an order."""
    first, descends = order[0]
    # The bound on the first column alone lets the index of the order begin at the claim.
    bound = Q(**{f"{first}__{'lte' if descends else 'gte'}": getattr(claim, first)})
    beyond, same = Q(pk__in=[]), Q()
    for column, falls in order:
        value = getattr(claim, column)
        beyond |= same & Q(**{f"{column}__{'lt' if falls else 'gt'}": value})
        same &= Q(**{column: value})
    return bound & beyond


def _from(rows: QuerySet[Claim], claim: Claim, order: Order) -> Any:
    """Return the keys of what stands after the claim, in order: the order leads the planner to its index."""
    ordered = rows.filter(after(claim, order)).order_by(*(f"-{name}" if falls else name for name, falls in order))
    return ordered.values_list("pk", flat=True)


def neighbours_in(rows: QuerySet[Claim], claim: Claim, order: Order) -> Neighbours:
    """Return what stands around a claim among `rows` in an order, in four queries; it need not be one of them."""
    backwards = [(column, not falls) for column, falls in order]
    is_listed = rows.filter(pk=claim.pk).exists()
    before = _from(rows, claim, backwards)[:COUNTED].count()
    return Neighbours(
        previous=_from(rows, claim, backwards).first(),
        next=_from(rows, claim, order).first(),
        place=before + 1 if is_listed and before < COUNTED else None,
        is_listed=is_listed,
    )


def order_of(request: HttpRequest, model_admin: Any, words: QueryDict) -> Order:
    """Return the order that the list has under these words: the chosen column, or the newest arrival first."""
    columns = list(model_admin.get_list_display(request))
    if model_admin.get_actions(request):
        columns.insert(0, "action_checkbox")
    chosen = words.get("o", "").split(".")[0]
    falls, number = chosen.startswith("-"), chosen.removeprefix("-")
    if number.isdecimal() and len(number) < 4 and int(number) < len(columns):
        name = columns[int(number)]
        column = getattr(getattr(model_admin, name, None), "admin_order_field", None)
        if column is not None and name in model_admin.get_sortable_by(request):
            return [(column, falls), ("id", True)]
    return [(name.removeprefix("-"), name.startswith("-")) for name in model_admin.get_ordering(request)]


def neighbours_of(request: HttpRequest, model_admin: Any, claim: Claim, words: QueryDict) -> Neighbours:
    """Return what stands around a claim in the list that these words narrow, within what the user may see.

    A list searched by a personal number is not walked: every such search is recorded, and only the list does that.
    """
    rows: QuerySet[Claim] = model_admin.get_queryset(request)
    term = words.get("q", "")
    if term.strip():
        sought = model_admin.sought(term)
        if sought.numbers:
            return Neighbours(is_walked=False)
        rows = rows.filter(sought.condition)
    incident_id = working_incident_id(request.user)  # type: ignore[arg-type]
    narrowed = model_admin.filterset(words, queryset=rows, incident_id=incident_id)
    rows = narrowed.qs if narrowed.is_valid() else rows.none()
    return neighbours_in(rows, claim, order_of(request, model_admin, words))
