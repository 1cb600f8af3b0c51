"""Questions about payouts: what is payable, what is left out and why, and what a batch comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.utils.translation import gettext_lazy as _

from claims.register.holds import Step, held
from claims.register.models import Claim
from committee.decisions.models import Decision
from committee.payouts.filters import CandidateFilter
from committee.payouts.models import Batch, Payment
from relief.errors import RuleBroken
from relief.sealed import mask, unseal

if TYPE_CHECKING:
    from claims.catalogue.models import Incident
    from relief.accounts.models import User

COMPLETE = (
    ~Q(claim__name="")
    & ~Q(claim__bank_code="")
    & Q(claim__phone_sealed__isnull=False, claim__account_sealed__isnull=False)
)
"""A claim can be paid only where it names a person, a contact and an account; see `Claim.is_complete`."""
SUPPORTED = Q(outcome=Decision.Outcome.SUPPORTED)
IN_LIVE_BATCH = Exists(Payment.objects.filter(claim=OuterRef("claim"), is_live=True))


def candidates(incident_id: int, selection: Mapping[str, str]) -> QuerySet[Decision]:
    """Return the standing decisions of an incident that a selection asks for, payable or not.

    Raises RuleBroken(selection_not_understood) where the selection is not one of `CandidateFilter`'s.
    """
    standing = Decision.objects.filter(claim__incident_id=incident_id).standing()
    chosen = CandidateFilter(selection, queryset=standing, incident=incident_id)
    if not chosen.is_valid():
        raise RuleBroken(
            _("The filter has values that do not fit. Correct them and look again."), code="selection_not_understood"
        )
    rows: QuerySet[Decision] = chosen.qs
    return rows


def payable(incident_id: int, selection: Mapping[str, str] | None = None) -> QuerySet[Decision]:
    """Return the decisions that can be paid: standing, supported, complete, held by nothing, and in no live batch."""
    return candidates(incident_id, selection or {}).filter(
        COMPLETE, SUPPORTED, ~IN_LIVE_BATCH, ~held(Step.PAYMENT, claim="claim_id")
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a selection would pay and what it leaves out: counts of claims, won, and counts per tier number."""

    claims: int
    total: int
    tiers: tuple[tuple[int | None, int, int], ...]
    in_live_batch: int
    incomplete: int
    in_review: int
    waiting: int


def preview(incident_id: int, selection: Mapping[str, str]) -> Preview:
    """Return what a batch composed from the selection now would hold, in two queries."""
    rows = candidates(incident_id, selection).annotate(
        is_taken=IN_LIVE_BATCH, waits=Case(When(held(Step.PAYMENT, claim="claim_id"), then=True), default=False)
    )
    left_out = rows.aggregate(
        in_live_batch=Count("pk", filter=SUPPORTED & Q(is_taken=True)),
        incomplete=Count("pk", filter=SUPPORTED & Q(is_taken=False) & ~COMPLETE),
        waiting=Count("pk", filter=SUPPORTED & COMPLETE & Q(is_taken=False, waits=True)),
        in_review=Count("pk", filter=Q(outcome=Decision.Outcome.REVIEW)),
    )
    tiers = tuple(
        rows.filter(SUPPORTED, COMPLETE, is_taken=False, waits=False)
        .values_list("tier__number")
        .annotate(claims=Count("pk"), won=Sum("amount"))
        .order_by("tier__number")
    )
    return Preview(sum(tier[1] for tier in tiers), sum(tier[2] for tier in tiers), tiers, **left_out)


def waiting_for(user: User, incident: Incident | int) -> QuerySet[Batch]:
    """Return the submitted batches that this user may approve: those that he did not compose, oldest first."""
    return Batch.objects.filter(incident=incident, state=Batch.State.SUBMITTED).exclude(composed_by=user).order_by("pk")


def outdated_lines(batch: Batch) -> QuerySet[Payment]:
    """Return the lines whose decision no longer stands or says another amount: they must not be paid."""
    superseded = Exists(Decision.objects.filter(supersedes=OuterRef("decision")))
    return Payment.objects.filter(superseded | ~Q(amount=F("decision__amount")), batch=batch)


def waiting_lines(batch: Batch) -> QuerySet[Payment]:
    """Return the lines whose claim something keeps from being paid since they were composed."""
    return Payment.objects.filter(held(Step.PAYMENT, claim="claim_id"), batch=batch)


def tiers_of(batch: Batch) -> list[tuple[int | None, int, int]]:
    """Return (tier number, payments, won) of a batch, lowest tier first."""
    rows = batch.payments.values_list("decision__tier__number").annotate(lines=Count("pk"), won=Sum("amount"))
    return list(rows.order_by("decision__tier__number"))


def masked_account(payment: Payment) -> str:
    """Return the account of a payment with all but its last four digits hidden."""
    return mask(unseal(bytes(payment.account_sealed), bound_to=Claim.bound("account", payment.claim_id)))
