"""What is to be done next on a claim: one rule over where it stands, and the sentence for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class LeadsTo(StrEnum):
    """What the standing decision of a claim leads to."""

    PAYMENT = "payment"
    COMMITTEE = "committee"
    PROOF = "proof"
    END = "end"


class Next(StrEnum):
    """The answers of the rule."""

    HELD = "held"
    CLASSIFY = "classify"
    COMPLETE = "complete"
    DECIDE = "decide"
    PROVE = "prove"
    RECONSIDER = "reconsider"
    EXAMINE = "examine"
    COMPOSE = "compose"
    PAY = "pay"
    FOLLOW = "follow"
    SETTLE = "settle"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands: its furthest stage, what its decision leads to (None: not told), and what it lacks."""

    stage: str
    leads_to: LeadsTo | None = None
    is_classified: bool = True
    is_monetary: bool = True
    is_complete: bool = True
    decision_is_held: bool = False
    payment_is_held: bool = False
    has_open_point: bool = False
    point_outlasts_end: bool = False


def next_step(at: Standing) -> Next:
    """Return what is to be done next.

    An exported payment waits for the bank, a batch for its approval. Before that a hold goes first, then what the
    claim lacks: only a claim that money can go to is asked for name, contact and account. Before the committee
    examines a claim, staff bring its proof together; so do those who are not told what its decision leads to.
    """
    if at.stage in {"exported", "paid"}:
        return Next.SETTLE if at.stage == "exported" else Next.NOTHING
    if at.stage == "in_batch":
        return Next.HELD if at.payment_is_held else Next.PAY
    if at.stage == "decided":
        return _after_decision(at)
    if at.decision_is_held:
        return Next.HELD
    if not at.is_classified:
        return Next.CLASSIFY
    return Next.COMPLETE if at.is_monetary and not at.is_complete else Next.DECIDE


def _after_decision(at: Standing) -> Next:
    if at.leads_to is LeadsTo.PAYMENT:
        if at.payment_is_held:
            return Next.HELD
        return Next.COMPOSE if at.is_complete else Next.COMPLETE
    if at.has_open_point and (at.leads_to is not LeadsTo.END or at.point_outlasts_end):
        return Next.PROVE
    ends = {
        LeadsTo.COMMITTEE: Next.EXAMINE,
        LeadsTo.PROOF: Next.RECONSIDER,
        LeadsTo.END: Next.NOTHING,
        None: Next.FOLLOW,
    }
    return ends[at.leads_to]


SENTENCES: dict[Next, StrOrPromise] = {
    Next.HELD: _("Something keeps this claim waiting. Do what its hold says."),
    Next.CLASSIFY: _("No rule has seen this claim. Classify it."),
    Next.COMPLETE: _("Ask the claimant for what is missing, then correct the claim."),
    Next.DECIDE: _("Ready for the next decision run."),
    Next.PROVE: _("Bring the proof together; then the committee examines it."),
    Next.RECONSIDER: _("The proof is together. The next run for decided claims decides it anew."),
    Next.EXAMINE: _("The committee examines the proof and then decides."),
    Next.COMPOSE: _("Put it into a payout batch."),
    Next.PAY: _("In a payout batch: submit, approve and export it."),
    Next.FOLLOW: _("Decided. The committee's staff carry it on."),
    Next.SETTLE: _("Sent to the bank. Wait for the bank's result."),
    Next.NOTHING: _("Nothing more is to be done."),
}
