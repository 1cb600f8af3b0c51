"""Finding groups: pairs above the threshold, held together to groups, and compared with those that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from claims.register.models import Claim
from claims.triage.duplicates.guards import lock_incident
from claims.triage.duplicates.models import (
    DuplicateGroup,
    DuplicateMember,
    DuplicateTraits,
    GroupState,
    SharedAccount,
)
from claims.triage.duplicates.rules import THRESHOLD, Reason, components, in_order, reasons_of, score
from claims.triage.duplicates.searching import lay_subject, pairs
from relief import clock

_AT_ONCE = 2_000
_SHARED = """
    WITH asked AS (
        SELECT DISTINCT claim.account_index FROM duplicate_subject subject
        JOIN claims_claim claim ON claim.id = subject.claim_id WHERE claim.account_index IS NOT NULL
        UNION SELECT account_index FROM claims_sharedaccount WHERE incident_id = %(incident)s
    ), users AS (
        SELECT claim.account_index, claim.claimed_loss, traits.name_key,
            claim.phone_index, claim.registration_number_index,
            first_value(traits.name_key) OVER first AS first_name,
            first_value(claim.phone_index) OVER first AS first_phone,
            first_value(claim.registration_number_index) OVER first AS first_registration
        FROM claims_claim claim JOIN claims_duplicatetraits traits ON traits.claim_id = claim.id
        WHERE claim.incident_id = %(incident)s AND claim.account_index IN (SELECT account_index FROM asked)
        WINDOW first AS (PARTITION BY claim.account_index ORDER BY claim.id)
    ), shared AS (
        SELECT account_index, count(*) AS claim_count, count(DISTINCT name_key) AS name_count,
            coalesce(sum(claimed_loss), 0) AS loss_sum
        FROM users GROUP BY account_index HAVING bool_or(
            name_key <> first_name AND (phone_index = first_phone) IS NOT TRUE
            AND (registration_number_index = first_registration) IS NOT TRUE
        )
    ), gone AS (
        DELETE FROM claims_sharedaccount known WHERE incident_id = %(incident)s
        AND NOT EXISTS (SELECT FROM shared WHERE shared.account_index = known.account_index)
    )
    INSERT INTO claims_sharedaccount (incident_id, account_index, claim_count, name_count, loss_sum, found_at)
    SELECT %(incident)s, account_index, claim_count, name_count, loss_sum, %(now)s FROM shared
    ON CONFLICT (account_index, incident_id) DO UPDATE
    SET (claim_count, name_count, loss_sum) = (EXCLUDED.claim_count, EXCLUDED.name_count, EXCLUDED.loss_sum)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: groups opened, groups superseded, and groups that stand as they were."""

    opened: int
    superseded: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What a claim is most like, why, and how much it weighs."""

    score: int
    like: int
    reasons: tuple[Reason, ...]


def look_for_duplicates(incident_id: int, which: QuerySet[Claim]) -> Found:
    """Find the groups of the given claims of an incident, and of those that stood in a group with them.

    A group of the same members with the same facts stays as it is, settled or not; any other that one of the claims
    stood in is superseded, and what is found opens as a new group. To be called inside a transaction and under
    `acting`, by whoever has checked the permission.
    """
    lock_incident(incident_id)
    lay_subject(incident_id, which)
    likenesses: dict[int, _Likeness] = {}
    edges: list[tuple[int, int]] = []
    for pair in pairs(incident_id):
        reasons = reasons_of(pair)
        weight = score(reasons)
        if weight >= THRESHOLD:
            edges.append((pair.one, pair.two))
            for claim, like in ((pair.one, pair.two), (pair.two, pair.one)):
                if claim not in likenesses or likenesses[claim].score < weight:
                    likenesses[claim] = _Likeness(weight, like, tuple(in_order(reasons)))
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"incident": incident_id, "now": clock.now()})
    neighbours = _groups_of_neighbours(likenesses)
    for group in neighbours.values():
        edges += [(group[0].claim_id, member.claim_id) for member in group[1:]]
        for member in group:
            known = likenesses.get(member.claim_id)
            if known is None or known.score < member.score:
                likenesses[member.claim_id] = _Likeness(
                    member.score, member.like_id, tuple(Reason(reason) for reason in member.reasons)
                )
    return _compare(incident_id, components(edges), likenesses)


def _groups_of_neighbours(likenesses: Iterable[int]) -> dict[int, list[DuplicateMember]]:
    """Return the members of the live groups of claims that were met, but are not themselves sought.

    What was sought has its groups found anew; theirs hold together as they did.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT claim_id FROM duplicate_subject")
        sought = {key for (key,) in cursor.fetchall()}
    met = [key for key in likenesses if key not in sought]
    groups: dict[int, list[DuplicateMember]] = {}
    keys = DuplicateMember.objects.filter(claim__in=met, is_live=True).values("group")
    for member in DuplicateMember.objects.filter(group__in=keys, is_live=True).order_by("group", "claim"):
        groups.setdefault(member.group_id, []).append(member)
    return groups


def _live_groups(found: Iterable[int]) -> dict[str, DuplicateGroup]:
    """Return, by digest, the live groups of claims that were sought or found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT group_id FROM claims_duplicatemember WHERE is_live AND (claim_id = ANY (%s) "
            "OR claim_id IN (SELECT claim_id FROM duplicate_subject))",
            [list(found)],
        )
        keys = [key for (key,) in cursor.fetchall()]
    groups = DuplicateGroup.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {group.digest: group for group in groups}


def _compare(incident_id: int, sets: list[list[int]], likenesses: Mapping[int, _Likeness]) -> Found:
    """Keep the groups whose members and facts are found again, supersede the others, and open what is new."""
    members = [key for keys in sets for key in keys]
    facts = dict(DuplicateTraits.objects.filter(claim__in=members).values_list("claim", "facts"))
    digests = [_digest(keys, facts) for keys in sets]
    live = _live_groups(members)
    kept = set(live) & set(digests)
    outdated = [group.pk for digest, group in live.items() if digest not in kept]
    DuplicateGroup.objects.filter(pk__in=outdated).update(state=GroupState.SUPERSEDED)
    DuplicateMember.objects.filter(group__in=outdated).update(is_live=False)
    new = [(keys, digest) for keys, digest in zip(sets, digests, strict=True) if digest not in kept]
    _open(incident_id, new, facts, likenesses)
    return Found(opened=len(new), superseded=len(outdated), kept=len(kept))


def _open(
    incident_id: int,
    new: list[tuple[list[int], str]],
    facts: Mapping[int, str],
    likenesses: Mapping[int, _Likeness],
) -> None:
    claims = [key for keys, _digest_of in new for key in keys]
    shared = {
        bytes(row) for row in SharedAccount.objects.filter(incident=incident_id).values_list("account_index", flat=True)
    }
    losses, risks = {}, set()
    for key, loss, account in Claim.objects.filter(pk__in=claims).values_list("pk", "claimed_loss", "account_index"):
        losses[key] = loss or 0
        if account is not None and bytes(account) in shared:
            risks.add(key)
    now = clock.now()
    groups = [
        DuplicateGroup(
            incident_id=incident_id,
            score=max(likenesses[key].score for key in keys),
            reasons=in_order({reason for key in keys for reason in likenesses[key].reasons}),
            member_count=len(keys),
            loss_sum=sum(losses[key] for key in keys),
            is_risk=not risks.isdisjoint(keys),
            digest=digest,
            opened_at=now,
        )
        for keys, digest in new
    ]
    DuplicateGroup.objects.bulk_create(groups, batch_size=_AT_ONCE)
    DuplicateMember.objects.bulk_create(
        [
            DuplicateMember(
                group=group,
                claim_id=key,
                facts=facts[key],
                score=likenesses[key].score,
                reasons=list(likenesses[key].reasons),
                like_id=likenesses[key].like,
            )
            for group, (keys, _digest_of) in zip(groups, new, strict=True)
            for key in keys
        ],
        batch_size=_AT_ONCE,
    )


def _digest(keys: list[int], facts: Mapping[int, str]) -> str:
    """Return one value for a set of members with their facts."""
    told = ",".join(f"{key}:{facts[key]}" for key in keys)
    return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
