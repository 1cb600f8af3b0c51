"""The two panes beside each other, items left and viewer right, as the claim's tab and the queue show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.evidence.models import Evidence, EvidenceState, Fault, Kind
from claims.evidence.recognise import TYPES
from claims.evidence.rules import Standing
from claims.evidence.selectors import items_of, standing_of_claim
from claims.evidence.services import CHECK, UPLOAD
from claims.register.models import Claim

if TYPE_CHECKING:
    from relief.accounts.models import User

TONES = {
    EvidenceState.RECEIVED: "info",
    EvidenceState.ACCEPTED: "success",
    EvidenceState.REFUSED: "danger",
    EvidenceState.TO_REPLACE: "warning",
    EvidenceState.REPLACED: "default",
}


def file_size(size: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, size // 1024):,} KB"


def when(instant: Any) -> str:
    """Return an instant as the pages write it."""
    return date_format(localtime(instant), "SHORT_DATETIME_FORMAT")


def check_sentence(check: Any) -> str:
    """Return one check in words: what was said, why, by whom and when."""
    why = ", ".join(filter(None, (str(check.get_code_display()) if check.code else "", check.note)))
    said = _("%(verdict)s: %(why)s") if why else "%(verdict)s"
    return f"{said % {'verdict': check.get_verdict_display(), 'why': why}} · {check.by} · {when(check.at)}"


def requirement_rows(standing: Standing) -> list[tuple[str, str, str]]:
    """Return each required kind with its state in words and the tone of it."""
    rows = []
    for kind in standing.required:
        if kind in standing.accepted:
            state = (_("Accepted"), "success")
        elif kind in standing.waiting:
            state = (_("To check"), "info")
        else:
            state = (_("Missing"), "warning")
        rows.append((str(Kind(kind).label), *state))
    return rows


def documents_words(standing: Standing) -> str:
    """Return "documents 1 of 3", the short form for lists."""
    return _("documents %(done)s of %(required)s") % {"done": standing.done, "required": len(standing.required)}


def chosen_item(items: Sequence[Evidence], key: str) -> Evidence | None:
    """Return the item of that key, else the first to check, else the newest that was not replaced."""
    named = next((item for item in items if str(item.pk) == key), None)
    waiting = next((item for item in items if item.state == EvidenceState.RECEIVED), None)
    standing = [item for item in items if item.state != EvidenceState.REPLACED]
    return named or waiting or (standing[-1] if standing else None)


def panes_context(
    claim: Claim, user: User, *, key: str, address: Callable[[Evidence], str], goes_on_in: str
) -> dict[str, Any]:
    """Return what the panes show of a claim's evidence, with the item of `key` in the viewer.

    `address` leads to the same page with another item; `goes_on_in` ("claim", "queue") says where a check goes on.
    """
    items = list(items_of(claim))
    chosen = chosen_item(items, key)
    standing = standing_of_claim(claim)
    place = items.index(chosen) if chosen is not None else 0
    return {
        "claim": claim,
        "standing": standing,
        "documents_words": documents_words(standing) if standing.required else "",
        "requirements": requirement_rows(standing),
        "items": [(item, address(item), TONES[EvidenceState(item.state)], file_size(item.size)) for item in items],
        "chosen": chosen,
        "chosen_tone": TONES[EvidenceState(chosen.state)] if chosen is not None else "",
        "checks": [check_sentence(check) for check in chosen.checks.all()] if chosen is not None else [],
        "is_shown": chosen is not None and TYPES[chosen.content_type].is_shown,
        "next_item": address(items[place + 1]) if place + 1 < len(items) else "",
        "previous_item": address(items[place - 1]) if place > 0 else "",
        "may_check": user.has_perm(CHECK) and chosen is not None and chosen.state != EvidenceState.REPLACED,
        "may_upload": user.has_perm(UPLOAD),
        "kinds": Kind.choices,
        "faults": Fault.choices,
        "goes_on_in": goes_on_in,
        "upload_url": reverse("admin:claims_claim_upload_evidence", args=(claim.pk,)),
    }
