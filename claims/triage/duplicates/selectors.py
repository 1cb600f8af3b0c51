"""Questions about groups of duplicates that more than one page asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from claims.register.models import Claim
from claims.register.settled import in_payment, settled
from claims.triage.duplicates.models import (
    DuplicateClosure,
    DuplicateGroup,
    DuplicateMember,
    DuplicateVerdict,
    GroupState,
    SharedAccount,
)


def next_open_group(group: DuplicateGroup) -> DuplicateGroup | None:
    """Return the open group that follows in the list, from its top again after its end; None where no other is open."""
    open_ones = DuplicateGroup.objects.filter(incident=group.incident_id, state=GroupState.OPEN).exclude(pk=group.pk)
    after = open_ones.filter(Q(score__lt=group.score) | Q(score=group.score, pk__lt=group.pk))
    return after.order_by("-score", "-pk").first() or open_ones.order_by("-score", "-pk").first()


def verdicts_before(group: DuplicateGroup) -> QuerySet[DuplicateVerdict]:
    """Return what was said of members of the group in this group and in groups before it, newest first."""
    claims = DuplicateMember.objects.filter(group=group).order_by().values("claim")
    about = DuplicateMember.objects.filter(group=OuterRef("group"), claim__in=claims)
    rows = DuplicateVerdict.objects.filter(Exists(about)).select_related("by", "kept", "takes_back", "taken_back_by")
    return rows.order_by("-pk")


def groups_of(claim: Claim) -> QuerySet[DuplicateGroup]:
    """Return the groups that the claim stands or stood in, newest first."""
    mine = DuplicateMember.objects.filter(group=OuterRef("pk"), claim=claim)
    return DuplicateGroup.objects.filter(Exists(mine)).order_by("-pk")


def open_group_count(claim: Claim) -> int:
    """Return whether the claim waits for a verdict, as 1 or 0: it stands in one live group at most."""
    return DuplicateMember.objects.filter(claim=claim, is_live=True, verdict=None).count()


def standing_closure(claim: Claim) -> DuplicateClosure | None:
    """Return the closure of the claim that stands, or None."""
    rows = DuplicateClosure.objects.filter(claim=claim, ended_at=None)
    return rows.select_related("kept", "verdict__by", "verdict__group").first()


def shared_account_of(claim: Claim) -> SharedAccount | None:
    """Return the row of the claim's account where unrelated claimants share it."""
    if claim.account_index is None:
        return None
    return SharedAccount.objects.filter(incident=claim.incident_id, account_index=claim.account_index).first()


def on_shared_accounts() -> QuerySet[SharedAccount]:
    """Return the condition's rows: shared accounts of the outer claim's incident and number."""
    return SharedAccount.objects.filter(incident=OuterRef("incident"), account_index=OuterRef("account_index"))


def claims_on(account: SharedAccount) -> QuerySet[Any]:
    """Return the claims that ask to be paid on a shared account, oldest first."""
    claims = Claim.objects.filter(incident=account.incident_id, account_index=account.account_index)
    return claims.select_related("service").order_by("pk")


def first_claims_on(accounts: Sequence[SharedAccount]) -> dict[bytes, Claim]:
    """Return one claim for each shared account of one incident, to show the number masked; in one query."""
    if not accounts:
        return {}
    claims = Claim.objects.filter(
        incident=accounts[0].incident_id, account_index__in=[bytes(row.account_index) for row in accounts]
    )
    found = claims.order_by("account_index", "pk").distinct("account_index")
    return {bytes(claim.account_index): claim for claim in found if claim.account_index is not None}


def steps_taken(claims: Sequence[int]) -> dict[int, tuple[bool, bool]]:
    """Return, for each claim, whether it is decided and whether it is in a payout batch; in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT claim.id, {settled('claim.id')}, {in_payment('claim.id')} "  # noqa: S608 - declared tables
            "FROM claims_claim claim WHERE claim.id = ANY (%s)",
            [list(claims)],
        )
        return {key: (decided, paid) for key, decided, paid in cursor.fetchall()}


def steps_of_waiting(group: DuplicateGroup) -> tuple[list[int], list[int]]:
    """Return the members without a verdict that are in a payout batch, and those that are only decided."""
    waiting = group.members.filter(verdict=None).order_by("claim").values_list("claim_id", flat=True)
    steps = steps_taken(list(waiting))
    paid = [key for key, (_decided, is_paid) in sorted(steps.items()) if is_paid]
    return paid, [key for key, (decided, is_paid) in sorted(steps.items()) if decided and not is_paid]


def open_counts(incident_id: int) -> tuple[int, int]:
    """Return how many groups of an incident are open, and how many claims wait in them."""
    rows = DuplicateMember.objects.filter(group__incident=incident_id, is_live=True, verdict=None)
    found = rows.aggregate(groups=Count("group", distinct=True), claims=Count("pk"))
    return found["groups"], found["claims"]
