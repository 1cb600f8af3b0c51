"""The facts a decision rests on beside those of the claim as it is now, and what the same policy would say of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from claims.catalogue.models import IntakeRound, Service
from claims.evidence.models import Evidence, EvidenceState, Kind
from claims.register.models import Claim
from claims.triage.models import Classification
from committee.decisions.models import Decision
from committee.decisions.selectors import policy_of
from committee.plan.rules import Facts, verdict_on
from committee.plan.selectors import policy_branches
from relief.money import format_won


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact in words, as it was decided on and as it is now."""

    label: str
    then: str
    now: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """What the policy behind the decision says of the facts as they are now."""

    policy: str
    outcome: str
    outcome_label: str
    reason_label: str
    amount: int


def facts_now(claim: Claim) -> Facts | None:
    """Return the facts of the claim as a decision would read them now; None where it has no classification."""
    classification = Classification.objects.filter(claim=claim).first()
    if classification is None:
        return None
    accepted = Evidence.objects.filter(claim=claim, state=EvidenceState.ACCEPTED).order_by()
    return Facts(
        operator_kind=classification.operator_kind,
        admission=claim.admission,
        nature=classification.nature,
        reporter_type=classification.reporter_type,
        loss=claim.claimed_loss,
        pricing=classification.pricing,
        service=claim.service_id,
        round=claim.intake_round_id,
        evidence=frozenset(accepted.values_list("kind", flat=True).distinct()),
    )


def facts_then(decision: Decision) -> Facts:
    """Return the facts that the decision rests on."""
    return Facts(
        operator_kind=decision.fact_operator_kind,
        admission=decision.fact_admission,
        nature=decision.fact_nature,
        reporter_type=decision.fact_reporter_type,
        loss=decision.fact_loss,
        pricing=decision.fact_pricing,
        service=decision.fact_service_id,
        round=decision.fact_round_id,
        evidence=frozenset(decision.fact_evidence or ()),
    )


def compared(decision: Decision, now: Facts | None) -> list[Compared]:
    """Return every fact of the decision beside what it is now; one that was not recorded is not said to differ."""
    then = facts_then(decision)
    # Decisions made before service and round were kept with them say nothing about either.
    unknown = {"service", "round"} if then.service is None else set()
    services = {row.pk: str(row) for row in Service.objects.filter(pk__in=_keys("service", then, now))}
    rounds = {row.pk: str(row) for row in IntakeRound.objects.filter(pk__in=_keys("round", then, now))}
    words: dict[str, tuple[str, Any]] = {
        "loss": (_("Claimed loss"), format_won),
        "reporter_type": (_("Reporter type"), _choice("fact_reporter_type")),
        "pricing": (_("Paid or free"), _choice("fact_pricing")),
        "nature": (_("Monetary loss or inquiry"), _choice("fact_nature")),
        "operator_kind": (_("Own company or affiliate"), _choice("fact_operator_kind")),
        "admission": (_("Admission"), _choice("fact_admission")),
        "service": (_("Service"), lambda key: services.get(key, "–")),
        "round": (_("Intake round"), lambda key: rounds.get(key, "–")),
        "evidence": (_("Accepted evidence"), _kinds),
    }
    return [
        Compared(
            label,
            _("not recorded") if fact in unknown else say(getattr(then, fact)),
            "–" if now is None else say(getattr(now, fact)),
            now is not None and fact not in unknown and getattr(then, fact) != getattr(now, fact),
        )
        for fact, (label, say) in words.items()
    ]


def advice_on(decision: Decision, now: Facts | None) -> Advice | None:
    """Return what the policy behind the decision says of the facts now; None without policy or classification."""
    policy = policy_of(decision)
    if policy is None or now is None:
        return None
    verdict = verdict_on(now, policy_branches(policy))
    return Advice(
        policy=str(policy),
        outcome=verdict.outcome,
        outcome_label=str(Decision.Outcome(verdict.outcome).label),
        reason_label=str(Decision.Reason(verdict.reason).label),
        amount=verdict.amount(now.loss),
    )


def _keys(fact: str, *sides: Facts | None) -> list[int]:
    return [getattr(side, fact) for side in sides if side is not None and getattr(side, fact) is not None]


def _choice(column: str) -> Any:
    words = dict(Decision._meta.get_field(column).flatchoices)  # type: ignore[union-attr]
    return lambda value: str(words.get(value, value))


def _kinds(kinds: frozenset[str]) -> str:
    return ", ".join(str(Kind(kind).label) for kind in sorted(kinds)) or _("none")
