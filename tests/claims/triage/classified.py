"""Claims under the demo's rules: sure ones, and ones of which no rule is sure (they name a loss and no amount)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from claims.models import Claim, Classification, RuleSet
from claims.triage.services import classify, create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.audit.services import acting
from tests import factories

UNSURE: dict[str, Any] = {"claimed_loss": None, "description": "손해가 큽니다", "pricing": "free"}


def rules(by: User, incident: Any, raw: list[dict[str, Any]] | None = None) -> RuleSet:
    """Write the next version of the rules."""
    return create_rule_set(by=by, incident=incident, rules=FINAL_RULES if raw is None else raw)


def run(by: User, rule_set: RuleSet, *claims: Claim) -> int:
    """Classify the claims, or all of the incident."""
    which = Q(pk__in=[claim.pk for claim in claims]) if claims else None
    with transaction.atomic(), acting(by=by, act="claims.classify"):
        return classify(rule_set, which=which)


def unsure(by: User, incident: Any, count: int = 1) -> list[Claim]:
    """Register claims of which no rule is sure, and classify them."""
    claims = [factories.ClaimFactory(incident=incident, **UNSURE) for _ in range(count)]
    rule_set = RuleSet.objects.filter(incident=incident).first() or rules(by, incident)
    run(by, rule_set)
    return claims


def standing(claim: Claim) -> Classification:
    """Return the classification as the database has it."""
    return Classification.objects.get(pk=claim.pk)
