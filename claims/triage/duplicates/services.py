"""Settling groups of duplicates, taking a verdict back, and looking for duplicates again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.fingerprints import follow_fingerprints
from claims.register.models import Claim
from claims.register.services import follow_corrections
from claims.register.settled import in_payment
from claims.triage.duplicates.detecting import look_for_duplicates
from claims.triage.duplicates.guards import lock_incident
from claims.triage.duplicates.models import (
    GROUP_STATES,
    DuplicateClosure,
    DuplicateGroup,
    DuplicateMember,
    DuplicateTraits,
    DuplicateVerdict,
    GroupState,
    VerdictKind,
)
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs
from relief.jobs.keeping import kept_alive
from relief.jobs.models import Job

if TYPE_CHECKING:
    from relief.accounts.models import User

LOOK = "claims.look_for_duplicates"
PERMISSION = "claims.settle_duplicates"
_GIVEN = frozenset({VerdictKind.SAME_CLAIM, VerdictKind.DISTINCT, VerdictKind.UNRELATED})


def settle(
    *,
    by: User,
    group: DuplicateGroup,
    verdict: str,
    kept: int | None = None,
    part: Collection[int] | None = None,
    reason: str = "",
) -> DuplicateVerdict:
    """Give a verdict on an open group, or on a `part` of its members (keys of claims), and return it.

    Same claim: `kept` (the key of a member) stays, the others are closed with a link to it. The group is settled once
    every member has a verdict. Raises NotAllowed, RuleBroken(verdict_unknown, kept_not_in_group, part_not_in_group,
    same_claim_keeps_one, duplicate_group_moves_as_its_table_says, closed_claim_in_payment).
    """
    require(by, PERMISSION)
    if verdict not in _GIVEN:
        raise RuleBroken(_("Choose one of the three verdicts."), code="verdict_unknown")
    if (verdict == VerdictKind.SAME_CLAIM) is (kept is None):
        raise RuleBroken(
            _("Choose the claim that is kept, and only where it is the same claim."), code="same_claim_keeps_one"
        )
    reason = reason.strip()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.settle_duplicates", reason=reason):
        lock_incident(group.incident_id)
        locked = DuplicateGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
        if locked.state != GroupState.OPEN:
            raise RuleBroken(
                _("Somebody else has settled this group, or its claims changed. Reload the page to see how it stands."),
                code=GROUP_STATES.rule,
            )
        meant = _members_meant(locked, part, kept)
        given = DuplicateVerdict.objects.create(
            group=locked, verdict=verdict, kept_id=kept, claim_count=len(meant), reason=reason, by=by, at=clock.now()
        )
        _reopen_claims(DuplicateClosure.objects.filter(claim__in=meant))
        if kept is not None:
            _close_claims(given, kept, [key for key in meant if key != kept])
        DuplicateMember.objects.filter(group=locked, claim__in=meant).update(verdict=given)
        if not locked.members.filter(verdict=None).exists():
            GROUP_STATES.move(locked, GroupState.SETTLED)
    group.state = locked.state
    return given


def take_back(*, by: User, verdict: DuplicateVerdict, reason: str) -> DuplicateVerdict:
    """Take a verdict back: claims that it closed are open again, and its group, where it still stands, opens again.

    Returns the row that says so. Raises NotAllowed, RuleBroken(reason_missing, verdict_taken_back).
    """
    require(by, PERMISSION)
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason: it stands in the record."), code="reason_missing")
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.take_back_verdict", reason=reason):
        lock_incident(verdict.group.incident_id)
        group = DuplicateGroup.objects.select_for_update(of=("self",)).get(pk=verdict.group_id)
        if verdict.verdict == VerdictKind.TAKEN_BACK or DuplicateVerdict.objects.filter(takes_back=verdict).exists():
            raise RuleBroken(_("This verdict has been taken back already."), code="verdict_taken_back")
        _reopen_claims(DuplicateClosure.objects.filter(verdict=verdict))
        DuplicateMember.objects.filter(group=group, verdict=verdict).update(verdict=None)
        if group.state == GroupState.SETTLED:
            GROUP_STATES.move(group, GroupState.OPEN)
        return DuplicateVerdict.objects.create(
            group=group,
            verdict=VerdictKind.TAKEN_BACK,
            claim_count=verdict.claim_count,
            takes_back=verdict,
            reason=reason,
            by=by,
            at=clock.now(),
        )


def _members_meant(group: DuplicateGroup, part: Collection[int] | None, kept: int | None) -> list[int]:
    """Return the keys of the members without a verdict that are meant, and of the kept one."""
    members = set(group.members.values_list("claim_id", flat=True))
    waiting = set(group.members.filter(verdict=None).values_list("claim_id", flat=True))
    if kept is not None and kept not in members:
        raise RuleBroken(_("The claim that is kept is one of the group."), code="kept_not_in_group")
    chosen = waiting if part is None else set(part)
    if not chosen or chosen - waiting:
        raise RuleBroken(
            _("Choose claims of this group that have no verdict yet. Reload the page to see which."),
            code="part_not_in_group",
        )
    return sorted(chosen | ({kept} if kept is not None else set()))


def _close_claims(given: DuplicateVerdict, kept: int, closed: list[int]) -> None:
    """Close claims in favour of the kept one; links to a claim that is closed now lead to the kept one too."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claim.receipt_number FROM claims_claim claim WHERE claim.id = ANY (%s) "  # noqa: S608
            f"AND {in_payment('claim.id')} ORDER BY claim.receipt_number LIMIT 1",
            [closed],
        )
        paid = cursor.fetchone()
    if paid:
        raise RuleBroken(
            _(
                "The claim %(number)s is in a payout batch. Keep that one, or have the batch withdrawn and cancelled "
                "first."
            )
            % {"number": paid[0]},
            code="closed_claim_in_payment",
        )
    led = DuplicateClosure.objects.filter(kept__in=closed, ended_at=None).exclude(claim=kept)
    follow = list(led.values_list("claim_id", "verdict_id"))
    _reopen_claims(led)
    DuplicateClosure.objects.bulk_create(
        [
            *(DuplicateClosure(claim_id=key, kept_id=kept, verdict=given, closed_at=now) for key in closed),
            *(
                DuplicateClosure(claim_id=key, kept_id=kept, verdict_id=verdict, closed_at=now)
                for key, verdict in follow
                if key not in closed
            ),
        ]
    )


def _reopen_claims(closures: Any) -> None:
    closures.filter(ended_at=None).update(ended_at=clock.now())


def forget_claims(*, incident_id: int, claim_import: int) -> list[int]:
    """Let go of the claims of an import that is about to be undone; return the claims that stood in groups with them.

    What was said of them stays. To be called inside the undoing's transaction, before the claims are removed; the
    returned claims are to be looked at again afterwards.
    """
    lock_incident(incident_id)
    leaving = Claim.objects.filter(claim_import=claim_import)
    groups = list(
        DuplicateMember.objects.filter(is_live=True, claim__in=leaving)
        .order_by()
        .values_list("group_id", flat=True)
        .distinct()
    )
    members = DuplicateMember.objects.filter(group__in=groups, is_live=True)
    staying = list(members.exclude(claim__in=leaving).values_list("claim_id", flat=True))
    members.update(is_live=False)
    DuplicateGroup.objects.filter(pk__in=groups).update(state=GroupState.SUPERSEDED)
    DuplicateClosure.objects.filter(Q(claim__in=leaving) | Q(kept__in=leaving)).delete()
    DuplicateTraits.objects.filter(claim__in=leaving).delete()
    return staying


def closures_of_import(claim_import: int) -> int:
    """Return how many claims of an import are closed as duplicates, or kept for such."""
    leaving = Claim.objects.filter(claim_import=claim_import)
    closures = DuplicateClosure.objects.filter(ended_at=None)
    return closures.filter(Q(claim__in=leaving) | Q(kept__in=leaving)).count()


def start_looking(*, by: User, incident: Incident) -> Job:
    """Ask for a search over all claims of an incident; a job carries it out.

    Raises NotAllowed, RuleBroken(one_open_job_per_subject).
    """
    require(by, PERMISSION)
    return jobs.enqueue(kind=LOOK, by=by, subject_key=incident.pk, incident_id=incident.pk)


@jobs.runner(LOOK, permission=PERMISSION, label=_("Search for duplicates"), subject="claims.incident")
def look_again(run: jobs.Run) -> dict[str, Any]:
    """Look over all claims of an incident; returns {"opened", "superseded", "kept"}. A second time changes nothing."""
    claims = Claim.objects.filter(incident=run.job.subject_key)
    with kept_alive(run, stage="looking for duplicates"), database_rules(), transaction.atomic():
        found = look_for_duplicates(run.job.subject_key, claims)
        run.hold()
    return {"opened": found.opened, "superseded": found.superseded, "kept": found.kept}


def _follow_correction(claim: Claim) -> None:
    look_for_duplicates(claim.incident_id, Claim.objects.filter(pk=claim.pk))


def _follow_fingerprints(incident_id: int, claims: Iterable[int]) -> None:
    look_for_duplicates(incident_id, Claim.objects.filter(incident=incident_id, pk__in=list(claims)))


follow_corrections(_follow_correction)
follow_fingerprints(_follow_fingerprints)
