"""Reading the record of changes: the event tables together, newest first, never counted, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from relief.audit.acts import act_words
from relief.jobs.services import kind_label
from relief.scope import working_incident_id

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User

PAGE = 50
WINDOW = 200
"""Rows of one table that a page looks at; an act of more rows is shown as one line with "more"."""


_VERBS = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}


@dataclass(frozen=True)
class Change:
    """One line of the record: rows of one table that one act inserted or updated."""

    at: datetime
    who: str
    act: StrOrPromise
    reason: str
    verb: str
    table: StrOrPromise
    row_key: str
    count: int
    is_more: bool
    label: str
    last: int


@dataclass(frozen=True)
class RecordOfChanges:
    """A page of the record and where the next one begins (empty at the end)."""

    changes: list[Change]
    next: str


def event_models() -> dict[str, Any]:
    """Return the event model of every tracked model, by "app.model"."""
    found = ((getattr(model, "pgh_tracked_model", None), model) for model in apps.get_models())
    return {tracked._meta.label_lower: model for tracked, model in found if tracked is not None}


def table_words(label: str) -> StrOrPromise:
    """Return the name of a table ("claims.claim") in words, or the label where there is no such model."""
    try:
        return apps.get_model(label)._meta.verbose_name or label
    except (LookupError, ValueError):
        return label


def table_choices() -> list[tuple[str, StrOrPromise]]:
    """Return the tracked tables with their names, for the filter."""
    return [(label, table_words(label)) for label in sorted(event_models())]


def _key_column(model: Any) -> str:
    """Return the column that says which row an event is about; the pairs of users and roles are told by the user."""
    return "pgh_obj_id" if any(field.name == "pgh_obj" for field in model._meta.fields) else "user_id"


def _visible(model: Any, user: User) -> QuerySet[Any]:
    """Return the events of rows in the user's scope; tables that belong to no incident are open whole."""
    events: QuerySet[Any] = model.objects.all()
    path = getattr(model.pgh_tracked_model._default_manager.all(), "incident_path", None)
    if path is None:
        return events
    return events.filter(**{path: working_incident_id(user)})


def _changes(label: str, events: QuerySet[Any], before: int | None) -> tuple[list[Change], bool]:
    """Return the newest lines of one table below the event `before`, and whether there may be older ones.

    Rows of one act become one line.
    """
    found: list[Change] = []
    if before is not None:
        events = events.filter(pgh_id__lt=before)
    rows = list(
        events.order_by("-pgh_id").values_list(
            "pgh_id",
            "pgh_created_at",
            "pgh_label",
            _key_column(events.model),
            "pgh_context_id",
            "pgh_context__metadata",
        )[:WINDOW]
    )
    groups = [list(group) for _key, group in groupby(rows, key=lambda row: (row[4], row[2], row[4] is None and row[0]))]
    for number, group in enumerate(groups, start=1):
        _id, at, verb, key, context, metadata = group[0]
        last, is_more = group[-1][0], False
        if number == len(groups) and len(rows) == WINDOW and context is not None:
            same = Q(pgh_context_id=context, pgh_label=verb)
            after = (
                events.filter(pgh_id__lt=last).exclude(same).order_by("-pgh_id").values_list("pgh_id", flat=True)[:1]
            )
            end = (after[0] + 1) if after else 0
            is_more, last = events.filter(same, pgh_id__lt=last).exists(), end
        metadata = metadata or {}
        found.append(
            Change(
                at=at,
                who=str(metadata.get("username") or "–"),
                act=act_of(str(metadata.get("act") or metadata.get("url") or "–")),
                reason=str(metadata.get("reason") or ""),
                verb=str(_VERBS.get(verb, verb)),
                table=table_words(label),
                row_key=str(key) if len(group) == 1 and not is_more else "",
                count=len(group),
                is_more=is_more,
                label=label,
                last=last,
            )
        )
    return found, len(rows) == WINDOW


def act_of(code: str) -> StrOrPromise:
    """Return the words for an act; what a job does is named by its kind."""
    words = act_words(code)
    return kind_label(code) if words == code else words


def _read_cursor(text: str) -> dict[str, int]:
    """Read "claims.claim:12,claims.incident:3"; what is not of this shape is left out."""
    parts = (part.rpartition(":") for part in text.split(","))
    return {label: int(number) for label, _colon, number in parts if number.isdecimal() and len(number) < 19}


def record_of_changes(*, user: User, table: str = "", row_key: str = "", cursor: str = "") -> RecordOfChanges:
    """Return a page of the record in the user's scope, newest first.

    `table` ("claims.claim") and `row_key` narrow it; `cursor` is the `next` of the page before.
    """
    models = event_models()
    begun = _read_cursor(cursor)
    found: list[Change] = []
    is_cut = False
    for label, model in models.items():
        if table and label != table:
            continue
        events = _visible(model, user)
        if row_key:
            if not row_key.isdecimal() or len(row_key) > 18:
                continue
            events = events.filter(**{_key_column(model): int(row_key)})
        changes, has_older = _changes(label, events, begun.get(label))
        found.extend(changes)
        is_cut = is_cut or has_older
    found.sort(key=lambda change: (change.at, change.last), reverse=True)
    page, rest = found[:PAGE], found[PAGE:]
    if not rest and not is_cut:
        return RecordOfChanges(page, "")
    # What a table showed last is where it goes on; one that showed nothing begins where it began.
    begun |= {change.label: change.last for change in page}
    return RecordOfChanges(page, ",".join(f"{label}:{last}" for label, last in sorted(begun.items())))
