"""The sentence that explains a decision to the claimant, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from committee.decisions.models import Decision
from relief.money import format_won


def explain(decision: Decision) -> str:
    """Return one sentence that says what was decided, on which facts, and why.

    Reads `decision.tier`; fetch it with the decision where many are explained.
    """
    reason = Decision.Reason(decision.reason_code)
    if reason is Decision.Reason.CORRECTION:
        return _corrected(decision)
    if decision.tier is not None:
        facts = {
            "loss": format_won(decision.fact_loss),
            "tier": decision.tier.number,
            "span": decision.tier.span,
            "amount": format_won(decision.amount),
        }
        if decision.outcome == Decision.Outcome.SUPPORTED:
            return (
                _("The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s): %(amount)s are granted.")
                % facts
            )
        return (
            _(
                "The reported loss of sales of %(loss)s falls into tier %(tier)s (%(span)s): "
                "the committee examines the proof and then decides on the amount."
            )
            % facts
        )
    return _refused(reason) % {"type": decision.get_fact_reporter_type_display()}


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
