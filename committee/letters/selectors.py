"""What a letter about a decision says, and which decisions still lack theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import override

from claims.evidence.models import Kind
from claims.helpdesk.letters.models import Channel, Code, ContactAddress, Delivery, LetterTemplate
from claims.helpdesk.letters.rules import day_words, filled
from claims.helpdesk.letters.selectors import Letter, texts_of
from committee.decisions.models import Decision
from committee.decisions.selectors import last_day_to_object
from committee.decisions.sentences import explain
from relief import clock
from relief.money import format_won


def key_of(decision: Decision) -> str:
    """Return the key of a decision's letter: one decision, one letter."""
    return f"decision:{decision.pk}"


def code_of(decision: Decision) -> str:
    """Return which letter tells the decision: a correction has its own, every other is told by its outcome."""
    if decision.reason_code == Decision.Reason.CORRECTION:
        return Code.CORRECTED.value
    return Code(decision.outcome).value


def letter_values(decision: Decision, language: str) -> dict[str, str]:
    """Return what each word of a decision's letter stands for."""
    claim, last_day = decision.claim, last_day_to_object(decision)
    with override(language):
        missing = "\n".join(f"- {Kind(kind).label}" for kind in decision.missing_evidence or ())
        return {
            "name": claim.name or claim.receipt_number,
            "receipt_number": claim.receipt_number,
            "sentence": explain(decision),
            "loss": format_won(decision.fact_loss),
            "amount": format_won(decision.amount),
            "tier": "–" if decision.tier is None else str(decision.tier),
            "missing": missing or "–",
            "decided_on": day_words(decision.decided_at.astimezone(clock.SEOUL).date(), language),
            "objection_deadline": "–" if last_day is None else day_words(last_day, language),
            "help_centre": settings.HELP_CENTRE,
        }


Texts = dict[str, tuple[str, str, LetterTemplate | None]]
"""Subject, body and template in force by the code of the letter."""


def decision_letter(decision: Decision, language: str, texts: Texts | None = None) -> Letter:
    """Return the letter of a decision as it would be sent; `texts` keeps what is in force for whoever writes many.

    Raises RuleBroken(unknown_placeholder).
    """
    code = code_of(decision)
    known = {} if texts is None else texts
    if code not in known:
        known[code] = texts_of(decision.claim.incident_id, code, language)
    subject, body, template = known[code]
    values = letter_values(decision, language)
    return Letter(filled(subject, values)[:200], filled(body, values), template)


def related(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Return decisions with all that a letter reads."""
    return rows.select_related("claim", "tier__policy", "policy", "supersedes__policy")


def narrowed(incident_id: int, selection: Mapping[str, Any]) -> QuerySet[Decision]:
    """Return the standing decisions of an incident that a selection (outcome, run, tier) asks for."""
    rows = Decision.objects.filter(claim__incident_id=incident_id).standing()
    if selection.get("outcome"):
        rows = rows.filter(outcome=selection["outcome"])
    if selection.get("run"):
        rows = rows.filter(run=selection["run"])
    if selection.get("tier"):
        rows = rows.filter(tier__number=selection["tier"])
    return rows


def _written() -> Exists:
    key = Concat(Value("decision:"), Cast(OuterRef("pk"), CharField()))
    return Exists(Delivery.objects.filter(key=key).order_by())


def unwritten(rows: QuerySet[Decision], channel: str) -> QuerySet[Decision]:
    """Keep the decisions without a letter whose claim a letter on this channel can reach."""
    if channel == Channel.MESSAGE:
        reached: Any = Q(claim__phone_sealed__isnull=False)
    else:
        live = ContactAddress.objects.filter(claim=OuterRef("claim"), ended_at__isnull=True)
        reached = Exists(live.order_by())
    return rows.filter(reached, ~_written())


@dataclass(frozen=True, slots=True)
class Would:
    """What a sending would do: decisions found, told already, not to be reached on this channel, and to be told."""

    found: int
    told: int
    unreached: int
    to_tell: int


def would_tell(incident_id: int, selection: Mapping[str, Any], channel: str) -> Would:
    """Count what a sending would do."""
    rows = narrowed(incident_id, selection)
    found, told, to_tell = rows.count(), rows.filter(_written()).count(), unwritten(rows, channel).count()
    return Would(found, told, found - told - to_tell, to_tell)
