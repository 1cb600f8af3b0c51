"""The sentence that explains a decision to the claimant, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from claims.evidence.models import Kind
from committee.decisions.models import Decision
from committee.plan.policies import Tier
from relief.money import format_won


def explain(decision: Decision) -> str:
    """Return one sentence that says what was decided, on which facts, and why.

    Reads `decision.tier`; fetch it with the decision where many are explained.
    """
    reason = Decision.Reason(decision.reason_code)
    if reason is Decision.Reason.CORRECTION:
        return _corrected(decision)
    if decision.tier is not None:
        return _by_tier(decision, decision.tier)
    return _refused(reason) % {"type": decision.get_fact_reporter_type_display()}


def _by_tier(decision: Decision, tier: Tier) -> str:
    facts = {
        "loss": format_won(decision.fact_loss),
        "tier": tier.number,
        "span": tier.span,
        "amount": format_won(decision.amount),
        "gift": tier.gift,
        "missing": missing_words(decision),
    }
    if decision.outcome == Decision.Outcome.PROOF_MISSING:
        return (
            _(
                "The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s), which needs proof. "
                "Missing: %(missing)s. It is decided anew once this is handed in and accepted."
            )
            % facts
        )
    if decision.outcome == Decision.Outcome.REVIEW:
        return (
            _(
                "The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s): "
                "the committee examines the proof and then decides on the amount."
            )
            % facts
        )
    if tier.outcome == Tier.Outcome.SHARE:
        return (
            _(
                "The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s), which gives %(gift)s: "
                "%(amount)s are granted."
            )
            % facts
        )
    return (
        _("The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s): %(amount)s are granted.") % facts
    )


def missing_words(decision: Decision) -> str:
    """Return the kinds of evidence that a decision for missing proof names, in words."""
    return ", ".join(str(Kind(kind).label) for kind in decision.missing_evidence or ())


def _refused(reason: Decision.Reason) -> str:
    sentences = {
        Decision.Reason.AFFILIATE: _(
            "The reported service belongs to an affiliate; the report was referred to it and is answered there."
        ),
        Decision.Reason.NOT_ADMITTED: _(
            "The report came in outside its intake round, or the round does not admit it; no cash support is granted."
        ),
        Decision.Reason.INQUIRY: _(
            "The report is a question or a protest without a loss in money; no cash support is granted."
        ),
        Decision.Reason.REPORTER_TYPE: _(
            "Cash support is for small businesses; the report was classified as %(type)s and is not eligible."
        ),
        Decision.Reason.PRICING: _(
            "The cash support is not for the reported kind of service, paid or free; the report is not eligible."
        ),
        Decision.Reason.SERVICE: _("The cash support is not for the reported service; the report is not eligible."),
        Decision.Reason.ROUND: _(
            "The cash support is not for the intake round in which the report came; the report is not eligible."
        ),
        Decision.Reason.NO_LOSS: _("The report states no loss of sales in won; no cash support can be worked out."),
    }
    return sentences[reason]


def _corrected(decision: Decision) -> str:
    facts = {"amount": format_won(decision.amount), "reason": decision.reason}
    if decision.outcome == Decision.Outcome.SUPPORTED:
        return _("After another look, %(amount)s are granted. Reason: %(reason)s") % facts
    if decision.outcome == Decision.Outcome.REVIEW:
        return _("After another look, the committee examines the claim. Reason: %(reason)s") % facts
    return _("After another look, no cash support is granted. Reason: %(reason)s") % facts
