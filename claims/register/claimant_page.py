"""The page of a claimant: his claims, what they come to, and who else is known by his number."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest

from claims.register.models import Claim, Claimant
from claims.register.selectors import claims_of

SHOWN = 200
"""Claims of one claimant that his page lists."""

OTHERS = 20
"""Claimants with the same number that his page lists."""


def others_of(claimant: Claimant) -> QuerySet[Any]:
    """Return who else reported the claimant's number under another name, with claims and claimed won, by key."""
    same = Claimant.objects.filter(
        incident_id=claimant.incident_id,
        identity_kind=claimant.identity_kind,
        identity_index=bytes(claimant.identity_index),
    )
    others = same.exclude(pk=claimant.pk).annotate(counted=Count("claims"), won=Sum("claims__claimed_loss"))
    return others.filter(counted__gt=0).order_by("pk")


def claimant_page(request: HttpRequest, claimant: Any) -> dict[str, Any]:
    """Return what the page of a claimant shows to the user of the request; no claims to who may see none."""
    if not request.user.has_perm("claims.view_claim"):
        return {"claimant": claimant, "claims": [], "others": [], "total": {}}
    rows = Claim.objects.filter(claimant=claimant)
    claims = list(claims_of(claimant)[:SHOWN])
    return {
        "claimant": claimant,
        "claims": [
            (claim, (getattr(claim, "classification", None) or claim).get_reporter_type_display()) for claim in claims
        ],
        "others": list(others_of(claimant)[:OTHERS]),
        "total": rows.order_by().aggregate(won=Sum("claimed_loss")),
    }
