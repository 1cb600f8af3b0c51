"""The history of a claim in plain sentences, out of the events that the database keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext as _

from claims.register.models import Claim
from claims.register.panels import Event
from claims.register.rules import READERS, SEALED
from claims.register.services import field_label, readable
from relief.audit.acts import act_words
from relief.jobs.services import kind_label

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def act_of(event: Event) -> StrOrPromise:
    """Return the act of an event in words: a person's act, or the kind of the job that wrote it."""
    words = act_words(event.act)
    return kind_label(event.act) if words == event.act else words


def claim_events(claim: Claim) -> Iterator[Event]:
    """Yield what happened to the claim itself, oldest first: how it came in, then every correction."""
    rows = list(
        apps.get_model("claims", "ClaimEvent")
        .objects.filter(pgh_obj_id=claim.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    for before, row in zip([None, *rows], rows, strict=False):
        yield event_of(row, _taken_in(claim) if before is None else _changed(before, row))


def event_of(row: Any, sentence: str) -> Event:
    """Return a row of an event table, with its sentence, as a line of the history."""
    metadata = row.pgh_context.metadata if row.pgh_context else {}
    by = metadata.get("user")
    return Event(
        at=row.pgh_created_at,
        by=by if isinstance(by, int) else None,
        act=metadata.get("act", ""),
        sentence=sentence,
        reason=metadata.get("reason", ""),
    )


def _taken_in(claim: Claim) -> str:
    if claim.claim_import is None:
        return _("The claim was registered.")
    return _('The claim was registered from line %(line)s of the file "%(file)s".') % {
        "line": claim.source_line,
        "file": claim.claim_import,
    }


def _changed(before: Any, after: Any) -> str:
    """Say what one event changed; of sealed numbers only that they changed."""
    said = []
    for field in READERS:
        label = field_label(field)
        if field in SEALED:
            if getattr(before, f"{field}_index") != getattr(after, f"{field}_index"):
                said.append(_("%(field)s replaced") % {"field": label})
        elif getattr(before, field) != getattr(after, field):
            was, now = (readable(field, getattr(row, field)) for row in (before, after))
            said.append(_("%(field)s: %(was)s → %(now)s") % {"field": label, "was": was, "now": now})
    return ", ".join(said) or _("Sealed again or changed in columns that this page does not show.")
