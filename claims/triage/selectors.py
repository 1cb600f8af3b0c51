"""Questions about classifications that more than one page asks."""

from __future__ import annotations

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from claims.register.models import Claim
from claims.triage.models import RuleSet
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


def claims_to_classify(rule_set: RuleSet, *, claim_import_id: int | None = None) -> QuerySet[Claim]:
    """Return the claims of the rule set's incident, or those of one import."""
    of_import = Q() if claim_import_id is None else Q(claim_import_id=claim_import_id)
    return Claim.objects.filter(of_import, incident_id=rule_set.incident_id).order_by()
