"""Questions about classifications that more than one page asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.expressions import Combinable

from claims.register.models import Claim
from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.models import Classification, RuleSet
from claims.triage.rules import AXES, Rule, parse


def newest_rule_set(incident_id: int) -> RuleSet | None:
    """Return the rule set of the incident with the highest version, or None where nobody wrote one yet."""
    return RuleSet.objects.filter(incident_id=incident_id).order_by("-version").first()


def _deciding(rules: tuple[Rule, ...], axis: str, said: Callable[[int, Rule], Any], kind: Any) -> Combinable:
    """Return the expression of what `said(place, rule)` gives for the rule that decides an axis; places are from 1."""
    *conditional, (last, default) = enumerate((rule for rule in rules if rule.axis == axis), 1)
    return Case(
        *(When(rule.test(), then=Value(said(place, rule))) for place, rule in conditional),
        default=Value(said(last, default)),
        output_field=kind,
    )


def axes_of_claims(rule_set: RuleSet, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Return the claims with what the rule set says, computed by PostgreSQL, whatever people said.

    Each axis has `<axis>_value`, `<axis>_rule` and `<axis>_confidence`.
    """
    rules = parse(rule_set.rules)
    expressions: dict[str, Combinable] = {}
    for axis in AXES:
        expressions[f"{axis}_value"] = _deciding(rules, axis, lambda _place, rule: rule.value, CharField())
        expressions[f"{axis}_rule"] = _deciding(rules, axis, lambda _place, rule: rule.name, CharField())
        expressions[f"{axis}_confidence"] = _deciding(
            rules, axis, lambda _place, rule: rule.confidence, SmallIntegerField()
        )
    return claims.annotate(**expressions)


def places_of_claims(rule_set: RuleSet, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Return the claims with `<axis>_place`: which of the axis' rules decides it, from 1, asked only once."""
    rules = parse(rule_set.rules)
    places = {f"{axis}_place": _deciding(rules, axis, lambda place, _r: place, SmallIntegerField()) for axis in AXES}
    return claims.annotate(**places)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules say of one axis of a claim."""

    value: str
    rule: str
    confidence: int


def proposals_for(claim: Claim, rule_set: RuleSet) -> dict[str, Proposal]:
    """Return for each axis what the rule set says of the claim as it is registered now."""
    row: Any = axes_of_claims(rule_set, Claim.objects.filter(pk=claim.pk).order_by()).get()
    return {
        axis: Proposal(*(getattr(row, f"{axis}_{part}") for part in ("value", "rule", "confidence"))) for axis in AXES
    }


def claims_to_classify(rule_set: RuleSet, *, which: Q | None = None) -> QuerySet[Claim]:
    """Return the claims of the rule set's incident, or those of them that meet a condition."""
    return Claim.objects.filter(which or Q(), incident_id=rule_set.incident_id).order_by()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many claims of an incident stand where: by (axis, value), by (axis, rule), and those not classified.

    The rule of an axis that a person set is empty.
    """

    by_value: Counter[tuple[str, str]]
    by_rule: Counter[tuple[str, str]]
    unclassified: int


def totals_of(incident_id: int) -> Totals:
    """Return the counts of all axes, in two queries."""
    columns = [column for axis in AXES for column in (axis, f"{axis}_rule")]
    rows = Classification.objects.filter(claim__incident_id=incident_id).order_by()
    by_value: Counter[tuple[str, str]] = Counter()
    by_rule: Counter[tuple[str, str]] = Counter()
    for row in rows.values(*columns).annotate(claims=Count("pk")):
        for axis in AXES:
            by_value[axis, row[axis]] += row["claims"]
            by_rule[axis, row[f"{axis}_rule"]] += row["claims"]
    unclassified = Claim.objects.filter(incident_id=incident_id, classification__isnull=True).count()
    return Totals(by_value, by_rule, unclassified)


def uncertain_claims(incident_id: int) -> QuerySet[Classification]:
    """Return the classifications of an incident that wait for a person's word."""
    return Classification.objects.filter(claim__incident_id=incident_id, confidence__lt=UNCERTAIN_BELOW)
