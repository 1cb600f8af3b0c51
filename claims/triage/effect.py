"""What rules would do before they are saved: how many claims move from where to where, and what they are worth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from claims.register.models import Claim
from claims.register.settled import settled
from claims.triage.models import Classification, RuleSet
from claims.triage.rules import AXES, parse
from claims.triage.selectors import axes_of_claims, places_of_claims

COUNTED_WHOLE = 500_000
"""Up to so many claims the effect is counted exactly; beyond, on a random sample of about this many."""
SHOWN = 50


@dataclass(slots=True)
class Moves:
    """Claims that would go from one value of an axis to another (`was` is empty where they are not classified)."""

    claims: int = 0
    won: int = 0
    decided: int = 0


@dataclass(slots=True)
class Effect:
    """What rules would do to the claims of an incident.

    `moves` is by (axis, was, now); `spoken` counts by axis the claims that the rules would move but for a person's
    word; `by_rule` counts the claims each rule decides. `step` is 1 where all claims were looked at, otherwise one
    in so many was, picked at random.
    """

    total: int
    looked_at: int
    step: int
    moved: int = 0
    decided: int = 0
    won: int = 0
    moves: dict[tuple[str, str, str], Moves] = field(default_factory=dict)
    spoken: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)


def _picked(claims: QuerySet[Claim], step: int) -> QuerySet[Claim]:
    """Return one in `step` of the claims, by a hash of their keys: the same ones each time."""
    if step == 1:
        return claims
    return claims.alias(lot=RawSQL('abs(hashint8("claims_claim"."id")::bigint) %% %s', (step,))).filter(lot=0)


def effect_of(rule_set: RuleSet, *, whole: int = COUNTED_WHOLE) -> Effect:
    """Count, in one statement, what the rules (saved or not) would move; nothing a person said moves.

    Above `whole` claims a random sample is counted, and `Effect.step` says so.
    """
    claims = Claim.objects.filter(incident_id=rule_set.incident_id).order_by()
    total = claims.count()
    step = max(1, -(-total // whole))
    rules = {axis: [rule for rule in parse(rule_set.rules) if rule.axis == axis] for axis in AXES}
    rows = places_of_claims(rule_set, _picked(claims, step))
    select, asked = rows.values_list("pk", "claimed_loss", *(f"{axis}_place" for axis in AXES)).query.sql_with_params()
    effect = Effect(total, 0, step)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(select=select, settled=settled("chosen.claim_key")), asked)
        for row in cursor.fetchall():
            _add(effect, rules, row)
    return effect


# Names of ours; the values of the conditions travel as parameters.
_PLACES = [f"{axis}_place" for axis in AXES]
_GROUPS = ", ".join([*_PLACES, *(f"t.{axis}, t.{axis}_by_id IS NOT NULL" for axis in AXES)])
_COUNTS = f"""
    SELECT count(*), COALESCE(sum(claimed_loss), 0), count(*) FILTER (WHERE {{settled}}), {_GROUPS}
    FROM ({{select}} OFFSET 0) chosen (claim_key, claimed_loss, {", ".join(_PLACES)})
    LEFT JOIN {Classification._meta.db_table} t ON t.claim_id = chosen.claim_key
    GROUP BY {_GROUPS}
"""  # noqa: S608 - names of ours


def _add(effect: Effect, rules: dict[str, list[Any]], row: tuple[Any, ...]) -> None:
    claims, won, decided, *rest = row
    effect.looked_at += claims
    moves = False
    for number, axis in enumerate(AXES):
        rule = rules[axis][rest[number] - 1]
        was, spoken = rest[len(AXES) + 2 * number], rest[len(AXES) + 2 * number + 1]
        effect.by_rule[axis, rule.name] += claims
        if was == rule.value:
            continue
        if spoken:
            effect.spoken[axis] += claims
            continue
        moves = True
        move = effect.moves.setdefault((axis, was or "", rule.value), Moves())
        move.claims += claims
        move.won += int(won)
        move.decided += decided
    if moves:
        effect.moved += claims
        effect.won += int(won)
        effect.decided += decided


def moved_claims(rule_set: RuleSet, *, axis: str, was: str, now: str) -> list[Claim]:
    """Return up to `SHOWN` claims that the rules would take from one value of an axis to another."""
    rows = axes_of_claims(rule_set, Claim.objects.filter(incident_id=rule_set.incident_id))
    stands = Q(**{f"classification__{axis}": was}) if was else Q(classification__isnull=True)
    left_alone = Q(**{f"classification__{axis}_by__isnull": True})
    found = rows.filter(stands & left_alone, **{f"{axis}_value": now})
    return list(found.select_related("classification", "service").order_by("-pk")[:SHOWN])


def sample(rule_set: RuleSet, receipt_numbers: list[str]) -> list[Claim]:
    """Return up to `SHOWN` claims with what the rules say of each: those of the receipt numbers, or any at random."""
    claims = Claim.objects.filter(incident_id=rule_set.incident_id)
    if receipt_numbers:
        keys = [*claims.filter(receipt_number__in=receipt_numbers[:SHOWN]).values_list("pk", flat=True)]
    else:
        keys = [*claims.order_by("?").values_list("pk", flat=True)[:SHOWN]]
    place = Case(*(When(pk=key, then=Value(at)) for at, key in enumerate(keys)), output_field=IntegerField())
    rows = axes_of_claims(rule_set, claims.filter(pk__in=keys)).select_related("classification", "service")
    return list(rows.order_by(place.asc(), F("pk")) if keys else [])
