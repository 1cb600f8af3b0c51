"""The history of an import in plain sentences, and who took its file or its rejected rows away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.intake.models import ClaimImport, ImportState
from relief.accounts.models import User
from relief.audit.models import Disclosure

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 200
"""Disclosures that the history reaches back."""
# By the state before ("" at the beginning, None for any other) and the state after.
_SENTENCES: Mapping[tuple[str | None, str], StrOrPromise] = {
    ("", ImportState.PROPOSED): _("The file was handed in."),
    ("staged", ImportState.PROPOSED): _("The file went back to its columns; what was read was thrown away."),
    ("failed", ImportState.PROPOSED): _("The file went back to its columns."),
    (None, ImportState.WAITING): _("The columns were confirmed; the file waits to be read."),
    (None, ImportState.LOADING): _("The reading began."),
    ("loading", ImportState.STAGED): _(
        "%(read)s rows were read: %(new)s new, %(same)s same as before, %(changed)s changed, %(rejected)s rejected."
    ),
    ("accepting", ImportState.STAGED): _("The file was not registered; it waits for acceptance again."),
    (None, ImportState.ACCEPTING): _("The file was accepted; its claims are being registered."),
    ("accepting", ImportState.ACCEPTED): _("%(new)s new claims were registered, %(changed)s came changed."),
    ("undoing", ImportState.ACCEPTED): _("The import was not undone; it stands as before."),
    (None, ImportState.UNDOING): _("The undoing was asked for."),
    (None, ImportState.UNDONE): _("The claims of the file were taken out of the register."),
    (None, ImportState.REFUSED): _("The file was refused as a whole."),
    (None, ImportState.FAILED): _("The reading failed; nothing of the file stands."),
    (None, ImportState.CANCELLED): _("The reading was cancelled; nothing of the file stands."),
}
_TAKEN: Mapping[str, StrOrPromise] = {
    "relief.storedfile": _("The stored file was downloaded."),
    "claims.rejectedrow": _("The rejected rows were downloaded."),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line: when, who, what happened, and why."""

    at: datetime
    who: str
    sentence: StrOrPromise
    reason: str


def history_of(claim_import: ClaimImport) -> list[HistoryLine]:
    """Return what happened to the import and to its files, newest first, in a constant number of queries."""
    events = list(
        apps.get_model("claims", "ClaimImportEvent")
        .objects.filter(pgh_obj_id=claim_import.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    told = [(event.pgh_context.metadata if event.pgh_context else {}) for event in events]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={one.get("user") for one in told} - {None})}
    lines = [*_moves(events, told, names), *_takings(claim_import)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _moves(events: list[Any], told: list[dict[str, Any]], names: Mapping[int, str]) -> Iterator[HistoryLine]:
    before = ""
    for event, context in zip(events, told, strict=True):
        if event.state == before:
            continue
        sentence = _SENTENCES.get((before, event.state)) or _SENTENCES.get((None, event.state))
        if sentence is not None:
            who = names.get(context.get("user") or 0) or str(context.get("username") or "–")
            yield HistoryLine(event.pgh_created_at, who, str(sentence) % _counts(event), str(context.get("reason", "")))
        before = event.state


def _counts(event: Any) -> dict[str, str]:
    return {name: f"{getattr(event, f'rows_{name}'):,}" for name in ("read", "new", "same", "changed", "rejected")}


def _takings(claim_import: ClaimImport) -> Iterator[HistoryLine]:
    about = Q(subject="relief.storedfile", subject_key=str(claim_import.stored_file_id)) | Q(
        subject="claims.rejectedrow", subject_key=str(claim_import.pk)
    )
    rows = Disclosure.objects.filter(about, incident_id=claim_import.incident_id).select_related("by")
    for row in rows.order_by("-pk")[:SHOWN]:
        reason = row.reason if row.subject == "claims.rejectedrow" else ""
        yield HistoryLine(row.at, str(row.by), _TAKEN[row.subject], reason)
