"""How far a claim has come: the slices above declare their stages here, because the register knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage in the life of a claim: `rows` returns rows with a `claim_id` for every claim that has reached it.

    A claim is at the stage of the highest place that it has reached; no column says so, it follows from the rows.
    `tone` colours the word as a mark (`claims.register.panels.Mark`).
    """

    place: int
    code: str
    word: StrOrPromise
    rows: Callable[[], QuerySet[Any]]
    tone: str = "default"


_stages: dict[str, Stage] = {}


def declare_stage(stage: Stage) -> None:
    """Add a stage; a second declaration of the same code takes the place of the first."""
    _stages[stage.code] = stage


def stages() -> list[Stage]:
    """Return the declared stages, the furthest first."""
    return sorted(_stages.values(), key=lambda stage: -stage.place)


def stage_of(claim: Claim) -> Stage | None:
    """Return the furthest stage that a claim has reached, in one query for all of them."""
    declared = stages()
    tests: dict[str, Any] = {
        f"stage_{stage.code}": Exists(stage.rows().filter(claim_id=OuterRef("pk")).order_by()) for stage in declared
    }
    row: Any = Claim.objects.filter(pk=claim.pk).order_by().values(**tests).first()
    return next((stage for stage in declared if row is not None and row[f"stage_{stage.code}"]), None)


REGISTERED = Stage(10, "registered", _("Registered"), lambda: Claim.objects.annotate(claim_id=F("pk")), "info")
"""Where every claim begins."""

declare_stage(REGISTERED)
