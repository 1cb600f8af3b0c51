"""Questions about evidence: what is in force, how far a claim's documents are, what waits for a check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from claims.catalogue.models import Operator
from claims.evidence.models import Evidence, EvidenceCheck, EvidenceRule, EvidenceState
from claims.evidence.rules import Need, Standing, required_kinds, standing_of
from claims.register.models import Claim

DOCUMENTS = ("none", "missing", "check", "complete")
"""Words of the filter: nothing required; a required kind not handed in; something to check; all accepted."""
_NOTHING = Q(pk__in=[])


def needs_in_force() -> list[Need]:
    """Return the rules in force of every incident as plain values, in one query."""
    rules = EvidenceRule.objects.filter(ended_at__isnull=True).order_by("pk")
    return [Need(rule.incident_id, rule.loss_over, tuple(rule.reporter_types), tuple(rule.kinds)) for rule in rules]


def _applies(need: Need) -> Q:
    """Return the condition that a claim is under a rule: by its classification, else by what was reported.

    Only losses in money by the own company's services are: affiliates ask for the proof of theirs themselves.
    """
    types = list(need.reporter_types)
    classified = Q(
        classification__reporter_type__in=types,
        classification__nature="monetary",
        classification__operator_kind=Operator.Kind.COMPANY,
    )
    reported = Q(classification__isnull=True, reporter_type__in=types, service__operator__kind=Operator.Kind.COMPANY)
    return Q(incident_id=need.incident_id, claimed_loss__gt=need.loss_over) & (classified | reported)


def _has(kind: str, *states: str) -> Exists:
    return Exists(Evidence.objects.filter(claim_id=OuterRef("pk"), kind=kind, state__in=states).order_by())


def _lacks(needs: Sequence[Need], *states: str) -> Q:
    """Return the condition that a required kind has no item in one of the states."""
    lacking = (_applies(need) & ~Q(_has(kind, *states)) for need in needs for kind in need.kinds)
    return reduce(or_, lacking, _NOTHING)


def claims_under(needs: Sequence[Need]) -> Q:
    """Return the condition that a claim needs any evidence at all."""
    if not needs:
        return _NOTHING
    # Said once for all rules, so that the few claims with such a loss are found before anything else is asked.
    lowest = Q(claimed_loss__gt=min(need.loss_over for need in needs))
    return lowest & reduce(or_, map(_applies, needs))


def claims_by_documents(rows: QuerySet[Claim], word: str) -> QuerySet[Claim]:
    """Keep the claims whose documents stand as the word says (see `DOCUMENTS`); a claim may be "missing" and "check".

    All of it is asked of the database: tables of any size are narrowed without reading them here.
    """
    if word == "check":
        return rows.filter(Exists(items_to_check().filter(claim_id=OuterRef("pk")).order_by()))
    needs = needs_in_force()
    if word == "none":
        return rows.exclude(claims_under(needs))
    if word == "missing":
        under = rows.filter(claims_under(needs))
        return under.filter(_lacks(needs, EvidenceState.RECEIVED, EvidenceState.ACCEPTED))
    return rows.filter(claims_under(needs)).exclude(_lacks(needs, EvidenceState.ACCEPTED))


def items_to_check() -> Any:
    """Return what nobody has checked yet, oldest first."""
    return Evidence.objects.filter(state=EvidenceState.RECEIVED).order_by("uploaded_at", "pk")


def standings_of(keys: Sequence[int]) -> dict[int, Standing]:
    """Return how far the documents of claims are, of those that need or have any; three queries for any number."""
    needs = needs_in_force()
    items: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for key, kind, state in Evidence.objects.filter(claim_id__in=keys).values_list("claim_id", "kind", "state"):
        items[key].append((kind, state))
    axes = ("classification__reporter_type", "classification__nature", "classification__operator_kind")
    claims = Claim.objects.filter(pk__in=keys).values_list(
        "pk", "incident_id", "claimed_loss", "reporter_type", "service__operator__kind", *axes
    )
    found = {}
    for key, incident_id, loss, reported, operated, classified, nature, operator in claims:
        is_ours = nature in {"monetary", None} and (operator or operated) == Operator.Kind.COMPANY
        required = required_kinds(
            needs, incident_id=incident_id, loss=loss if is_ours else None, reporter_type=classified or reported
        )
        if required or items[key]:
            found[key] = standing_of(required, items[key])
    return found


def standing_of_claim(claim: Claim) -> Standing:
    """Return how far the documents of one claim are."""
    return standings_of([claim.pk]).get(claim.pk) or standing_of((), ())


def items_of(claim: Claim) -> QuerySet[Any]:
    """Return the evidence of a claim with its checks, the order in which it came in."""
    checks = EvidenceCheck.objects.select_related("by").order_by("pk")
    rows = claim.evidence.select_related("uploaded_by", "replaced_by")
    return rows.prefetch_related(Prefetch("checks", checks)).order_by("pk")


def next_to_check(rows: Any, after: Evidence) -> Evidence | None:
    """Return the oldest item to check of the rows that comes after another, else the oldest of all others."""
    waiting = rows.filter(state=EvidenceState.RECEIVED).exclude(pk=after.pk).order_by("uploaded_at", "pk")
    later = Q(uploaded_at__gt=after.uploaded_at) | Q(uploaded_at=after.uploaded_at, pk__gt=after.pk)
    following: Evidence | None = waiting.filter(later).first() or waiting.first()
    return following


def fingerprint_rows() -> QuerySet[Any]:
    """Return a row for each file on a claim, with `claim_id` and its hash as `fingerprint`."""
    return Evidence.objects.order_by().annotate(fingerprint=F("sha256"))
