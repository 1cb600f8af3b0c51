"""Questions about classifications that more than one page asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from claims.register.models import Claim
from claims.triage.models import Classification, RuleSet
from claims.triage.rules import AXES, Rule, parse


def newest_rule_set(incident_id: int) -> RuleSet | None:
    """Return the rule set of the incident with the highest version, or None where nobody wrote one yet."""
    return RuleSet.objects.filter(incident_id=incident_id).order_by("-version").first()


def _axis(rules: tuple[Rule, ...], axis: str, *, of_rule: str) -> Combinable:
    """Return the expression of an axis' value ("value") or of its rule's name ("name")."""
    *conditional, default = [rule for rule in rules if rule.axis == axis]
    return Case(
        *(When(rule.test(), then=Value(getattr(rule, of_rule))) for rule in conditional),
        default=Value(getattr(default, of_rule)),
        output_field=CharField(),
    )


def axes_of_claims(rule_set: RuleSet, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Return the claims with `<axis>_value` and `<axis>_rule` as the rule set says, computed by PostgreSQL."""
    rules = parse(rule_set.rules)
    expressions = {f"{axis}_value": _axis(rules, axis, of_rule="value") for axis in AXES}
    expressions |= {f"{axis}_rule": _axis(rules, axis, of_rule="name") for axis in AXES}
    return claims.annotate(**expressions)


def claims_to_classify(rule_set: RuleSet, *, which: Q | None = None) -> QuerySet[Claim]:
    """Return the claims of the rule set's incident, or those of them that meet a condition."""
    return Claim.objects.filter(which or Q(), incident_id=rule_set.incident_id).order_by()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many claims of an incident stand where: by (axis, value), by (axis, rule), and those not classified."""

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
