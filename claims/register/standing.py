"""Where a claim stands: the furthest of the declared stages that it has reached, for a page or a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from claims.register.models import Claim
from claims.register.stages import REGISTERED, Stage, stages


def stage_choices() -> list[tuple[str, Any]]:
    """Return the code and the word of every stage, in the order in which claims reach them."""
    return [(stage.code, stage.word) for stage in reversed(stages())]


def stages_of(keys: Sequence[int]) -> dict[int, Stage]:
    """Return the stage of each claim, by one query a stage at most."""
    found: dict[int, Stage] = {}
    for stage in stages():
        if stage.code == REGISTERED.code:
            continue
        reached = stage.rows().filter(claim_id__in=keys).values_list("claim_id", flat=True)
        for key in reached:
            found.setdefault(key, stage)
    return {key: found.get(key, REGISTERED) for key in keys}


def at_stage(rows: QuerySet[Claim], code: str) -> QuerySet[Claim]:
    """Return the claims whose furthest stage is the one of this code."""
    for stage in stages():
        reached = Exists(stage.rows().filter(claim_id=OuterRef("pk")))
        if stage.code == code:
            return rows if code == REGISTERED.code else rows.filter(reached)
        rows = rows.filter(~reached)
    return rows.none()
