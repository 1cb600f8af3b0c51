"""Counting the claims by facet, set by set, after they changed; reading what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Count, F, Sum, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from claims.register.listing import ClaimCount, ClaimCounting, CountMark
from claims.register.models import Claim
from claims.register.selectors import COMPLETE
from relief import clock

FACETS = (
    "intake_round",
    "service",
    "reporter_type",
    "pricing",
    "nature",
    "operator_kind",
    "admission",
    "completeness",
    "classified",
)
"""The words of the list's filter whose choices carry a count."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Claims beside each choice of each facet under the other words chosen; all of them, their losses, and when."""

    choices: Mapping[str, Mapping[str, int]]
    claims: int
    loss: int
    at: datetime
    is_fresh: bool


def recount() -> bool:
    """Count the claims of all incidents anew where they changed since the last time; say whether they were.

    Takes the marks that it sees, so a change during the counting leaves its own for the next. Two at once: one counts.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('claims_claimcount'))")
        if cursor.fetchone() != (True,):
            return False
        if ClaimCounting.objects.exists() and not CountMark.objects.exists():
            return False
        # The counting is one statement and reads what was committed before it began; marks of then go with it.
        marks = list(CountMark.objects.values_list("pk", flat=True))
        ClaimCount.objects.all().delete()
        select, parameters = _cube().query.sql_with_params()
        names = ("incident_id", *FACETS, "claims", "loss")
        cursor.execute(f"INSERT INTO claims_claimcount ({', '.join(names)}) {select}", parameters)
        CountMark.objects.filter(pk__in=marks).delete()
        ClaimCounting.objects.update_or_create(pk=1, defaults={"counted_at": clock.now()})
    return True


def _cube() -> Any:
    def axis(name: str) -> Coalesce:
        return Coalesce(f"classification__{name}", name)

    def word(of: str) -> Value:
        return Value(of, output_field=CharField())

    facets = {
        "f_round": F("intake_round_id"),
        "f_service": F("service_id"),
        "f_type": axis("reporter_type"),
        "f_pricing": axis("pricing"),
        "f_nature": Coalesce("classification__nature", word("")),
        "f_operator": F("service__operator__kind"),
        "f_admission": F("admission"),
        "f_complete": Case(When(COMPLETE, then=word("complete")), default=word("incomplete")),
        "f_classified": Case(When(classification__isnull=True, then=word("no")), default=word("yes")),
    }
    counted = Claim.objects.order_by().annotate(**facets).values("incident_id", *facets)
    return counted.annotate(f_claims=Count("pk"), f_loss=Coalesce(Sum("claimed_loss"), 0)).values_list(
        "incident_id", *facets, "f_claims", "f_loss"
    )


def counted_claims(incident_id: int, chosen: Mapping[str, str]) -> Counted | None:
    """Return what was counted under the chosen facets (word of the filter to choice), None where nothing was yet."""
    counting = ClaimCounting.objects.values_list("counted_at", flat=True).first()
    if counting is None:
        return None
    cells = ClaimCount.objects.filter(incident_id=incident_id).order_by()
    parts = [
        cells.filter(**{name: value for name, value in chosen.items() if name != facet})
        .values(facet_word=Value(facet, output_field=TextField()), choice=Cast(facet, TextField()))
        .annotate(found=Sum("claims"), total=Sum("loss"))
        .values_list("facet_word", "choice", "found", "total")
        for facet in FACETS
    ]
    whole = (
        cells.filter(**chosen)
        .values(facet_word=Value("", output_field=TextField()), choice=Value("", output_field=TextField()))
        .annotate(found=Sum("claims"), total=Sum("loss"))
        .values_list("facet_word", "choice", "found", "total")
    )
    choices: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    claims = loss = 0
    for facet, choice, found, total in whole.union(*parts, all=True):
        if facet:
            choices[facet][choice or ""] = found
        else:
            claims, loss = found or 0, int(total or 0)
    return Counted(choices, claims, loss, counting, is_fresh=not CountMark.objects.exists())
