"""What keeps a claim from being decided or paid: slices above say so here, because the register knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.register.models import Claim

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Step(StrEnum):
    """A step on a claim that a hold can stop."""

    DECISION = "decision"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why claims wait: `rows` returns rows with a `claim_id`, one or more for each claim that waits.

    `sentence` tells a person what to do about it; `word` is the short form for lists.
    """

    code: str
    word: StrOrPromise
    sentence: StrOrPromise
    rows: Callable[[], QuerySet[Any]]
    stops: frozenset[Step]


_holds: dict[str, Hold] = {}


def declare_hold(hold: Hold) -> None:
    """Let a hold stop its steps; a second declaration of the same code takes the place of the first."""
    _holds[hold.code] = hold


def holds_that_stop(step: Step) -> list[Hold]:
    """Return the declared holds that stop a step, by code."""
    return [hold for _code, hold in sorted(_holds.items()) if step in hold.stops]


def held(step: Step, *, claim: str = "pk") -> Q:
    """Return the condition that a step is stopped; `claim` is the path from the row asked to its claim's key."""
    return reduce(
        lambda found, hold: found | Q(Exists(hold.rows().filter(claim_id=OuterRef(claim)).order_by())),
        holds_that_stop(step),
        Q(pk__in=[]),
    )


def held_keys_sql(step: Step) -> tuple[str, list[Any]]:
    """Return SQL, with its parameters, that selects the keys of all claims on which a step is stopped."""
    parts = ["SELECT NULL::bigint WHERE FALSE"]
    parameters: list[Any] = []
    for hold in holds_that_stop(step):
        statement, values = hold.rows().order_by().values("claim_id").query.sql_with_params()
        parts.append(f"({statement})")
        parameters += values
    return " UNION ALL ".join(parts), parameters


def holds_on(claim: Claim) -> list[Hold]:
    """Return the holds on one claim, by code, in one query for all of them."""
    declared = [hold for _code, hold in sorted(_holds.items())]
    tests: dict[str, Any] = {
        f"hold_{hold.code}": Exists(hold.rows().filter(claim_id=OuterRef("pk")).order_by()) for hold in declared
    }
    row: Any = Claim.objects.filter(pk=claim.pk).order_by().values(**tests).first() if tests else None
    return [hold for hold in declared if row is not None and row[f"hold_{hold.code}"]]
