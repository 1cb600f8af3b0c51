"""The history of one row: who changed which field from what to what, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import BinaryField, Field, Model

from relief.audit.selectors import act_of, event_models

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 200
"""Events of a row that its history reaches back."""


@dataclass(frozen=True)
class RowChange:
    """One act on a row; `fields` are (label, before, after), before is None for the row's first values."""

    at: datetime
    who: str
    act: StrOrPromise
    reason: str
    fields: list[tuple[StrOrPromise, Any, Any]]


def _told_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the fields whose values a person may read: no sealed bytes, no keys, no counters."""
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, BinaryField) and field.editable and not field.primary_key
    ]


def _in_words(event: Any, field: Field[Any, Any]) -> Any:
    display = getattr(event, f"get_{field.name}_display", None)
    return display() if display is not None else getattr(event, field.name)


def history_of(row: Model) -> list[RowChange]:
    """Return the changes of a tracked row, newest first; an empty list where its table keeps no history."""
    model = event_models().get(row._meta.label_lower)
    if model is None:
        return []
    events = model.objects.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id")[:SHOWN]
    kept = {field.name for field in model._meta.fields}
    fields = [field for field in _told_fields(type(row)) if field.name in kept]
    changes = []
    for event, before in pairwise([*events, None]):
        told = event.pgh_context.metadata if event.pgh_context else {}
        pairs = [
            (field.verbose_name, _in_words(before, field) if before else None, _in_words(event, field))
            for field in fields
        ]
        changes.append(
            RowChange(
                at=event.pgh_created_at,
                who=str(told.get("username") or "–"),
                act=act_of(str(told.get("act") or "–")),
                reason=str(told.get("reason") or ""),
                fields=[pair for pair in pairs if pair[1] != pair[2] and (before or pair[2] not in (None, "", []))],
            )
        )
    return changes
