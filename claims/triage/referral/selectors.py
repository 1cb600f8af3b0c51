"""Which claims wait for referral, which were sent back, and what a file's lines have become since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from claims.catalogue.models import Operator
from claims.register.holds import Step, held
from claims.register.models import Claim
from claims.triage.referral.models import Referral, ReferralFile
from relief import clock

PATIENCE = timedelta(days=7)
"""After this an affiliate that has not acknowledged a file is to be asked."""
AFFILIATE = Operator.Kind.AFFILIATE
CHANGED = Q(state="referred") & ~Q(claim__version=F("claim_version"))
"""Of referrals: the claim was corrected after its line was frozen."""
CONFLICT = Q(state="referred") & (
    ~Q(claim__classification__operator_kind=AFFILIATE) | ~Q(claim__service__operator=F("file__operator"))
)
"""Of referrals: the claim no longer counts as this affiliate's."""
TO_SETTLE = Q(state="sent_back", again_at__isnull=True, claim__classification__operator_kind=AFFILIATE)
"""Of referrals: sent back, and nobody has said yet what becomes of the claim."""


def waiting_claims(incident_id: int, operator_id: int | None = None) -> QuerySet[Claim]:
    """Return the claims of an affiliate (of all where None) that are classified as such and in no live file.

    A claim that a hold keeps from a decision, as one closed as a duplicate, is left out; one that came back waits only
    after a person let it be referred again.
    """
    of_claim = Referral.objects.filter(claim=OuterRef("pk")).order_by()
    stopped = of_claim.filter(Q(state="referred") | Q(state="sent_back", again_at__isnull=True))
    rows = Claim.objects.filter(
        ~Exists(stopped),
        ~held(Step.DECISION),
        incident_id=incident_id,
        classification__operator_kind=AFFILIATE,
        service__operator__kind=AFFILIATE,
    ).order_by()
    return rows if operator_id is None else rows.filter(service__operator_id=operator_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many claims of an affiliate wait, by service."""

    operator_id: int
    service: str
    claims: int
    won: int


def waiting_by_service(incident_id: int, operator_id: int | None = None) -> list[Waiting]:
    """Return what waits for referral for each service, most claims first, in one query."""
    rows = (
        waiting_claims(incident_id, operator_id)
        .values("service__operator_id", "service__name")
        .annotate(claims=Count("pk"), won=Sum("claimed_loss"))
        .order_by("-claims", "service__name")
    )
    return [
        Waiting(row["service__operator_id"], row["service__name"], row["claims"], int(row["won"] or 0)) for row in rows
    ]


def referrals_to_settle() -> QuerySet[Referral]:
    """Return what affiliates sent back and nobody has settled."""
    return Referral.objects.filter(TO_SETTLE)


def overdue_files() -> QuerySet[ReferralFile]:
    """Return the files that were handed over a week ago or longer and are not acknowledged."""
    last = clock.today() - PATIENCE
    return ReferralFile.objects.filter(state="handed_over", handed_over_on__lte=last)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a file's lines stand now."""

    sent_back: int
    changed: int
    conflicts: int


def standing_of(file: ReferralFile) -> Standing:
    """Return how many lines came back, were corrected since, or belong elsewhere by now; one query."""
    counts = file.referrals.order_by().aggregate(
        sent_back=Count("pk", filter=Q(state="sent_back")),
        changed=Count("pk", filter=CHANGED),
        conflicts=Count("pk", filter=CONFLICT),
    )
    return Standing(**counts)


def services_of(file: ReferralFile) -> list[tuple[str, int, int]]:
    """Return (service, claims, sum of losses) of a file's lines as frozen, most claims first."""
    rows = file.referrals.order_by().values("claim__service__name")
    counted = rows.annotate(claims=Count("pk"), won=Sum("claimed_loss")).order_by("-claims", "claim__service__name")
    return [(row["claim__service__name"], row["claims"], int(row["won"] or 0)) for row in counted]
