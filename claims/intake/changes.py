"""What a file changes on claims that are registered: each field before and after, numbers masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.intake.accepting import SEALED
from claims.intake.columns import FIELDS
from claims.intake.facts import Amendment, StagedClaim
from claims.intake.models import ClaimImport
from claims.intake.summary import BESIDE_REGISTER, CHANGED, touched_sql
from claims.register.models import Claim
from relief.korea.banks import bank_name
from relief.money import format_won
from relief.sealed import mask, unseal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LONGEST = 300
_RELATED = ("service", "intake_round")
_TOLD = (
    "received_at", "channel", "reporter_type", "service", "pricing", "claimed_loss", "description", "name", "bank_code",
    *SEALED, "intake_round", "admission",
)  # fmt: skip
_CHANGED = f"""
    SELECT staged.claim_key, known.id, {{touched}} {BESIDE_REGISTER} AND {CHANGED}
    ORDER BY staged.line LIMIT %(most)s OFFSET %(first)s
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a claim: what it is called, what stood there, and what the file says; both as people read them."""

    label: StrOrPromise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """One claim that a row of a file reports otherwise than it is, or was, registered."""

    claim: Claim
    line: int
    fields: tuple[FieldChange, ...]
    waits: bool
    amendment: Amendment | None = None


def label_of(field: str) -> StrOrPromise:
    """Return what a reported field is called."""
    if field in FIELDS:
        words: StrOrPromise = FIELDS[field]
        return words
    column: Any = Claim._meta.get_field(field)
    return capfirst(str(column.verbose_name))


def differences(before: Any, before_key: int, after: Any, after_key: int) -> tuple[FieldChange, ...]:
    """Return the fields that differ between two rows of reported facts.

    The keys are those that the sealed values of each are bound to.
    """
    return tuple(
        _change(field, _readable(before, field, before_key), _readable(after, field, after_key))
        for field in _differing(before, after)
    )


def changed_fields(before: Any, after: Any) -> list[str]:
    """Return what the fields are called that differ between two rows of reported facts."""
    return [str(label_of(field)) for field in _differing(before, after)]


def _differing(before: Any, after: Any) -> list[str]:
    return [field for field in _TOLD if _compared(before, field) != _compared(after, field)]


def _change(field: str, was: str, now: str) -> FieldChange:
    # Two numbers may end alike, and no more than their ends is shown; two long texts may begin alike.
    return FieldChange(
        label_of(field), was, _("%(text)s (differs in what is not shown)") % {"text": now} if was == now else now
    )


def _compared(row: Any, field: str) -> Any:
    if field in SEALED:
        index = getattr(row, f"{field}_index")
        return None if index is None else bytes(index)
    return getattr(row, f"{field}_id" if field in _RELATED else field)


def _readable(row: Any, field: str, key: int) -> str:
    if field in SEALED:
        sealed = getattr(row, f"{field}_sealed")
        return "–" if sealed is None else mask(unseal(sealed, bound_to=Claim.bound(field, key)))
    value = getattr(row, field)
    if value is None or value == "":
        return "–"
    words: Mapping[str, Callable[[Any], str]] = {
        "received_at": lambda at: date_format(localtime(at), "SHORT_DATETIME_FORMAT"),
        "claimed_loss": format_won,
        "bank_code": bank_name,
    }
    if field in words:
        return words[field](value) or "–"
    display = getattr(row, f"get_{field}_display", None)
    text = str(display() if display is not None else value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def staged_changes(claim_import: ClaimImport, *, first: int, most: int) -> list[ClaimChange]:
    """Return what accepting a staged import would change, in the order of its file; `first` counts from 0."""
    keys = {"import": claim_import.pk, "incident": claim_import.incident_id, "first": first, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED.format(touched=touched_sql()), keys)
        found = cursor.fetchall()
    staged = StagedClaim.objects.select_related(*_RELATED).in_bulk([key for key, _claim, _touched in found])
    claims = Claim.objects.select_related(*_RELATED).in_bulk([claim for _key, claim, _touched in found])
    return [
        ClaimChange(claims[claim], staged[key].line, differences(claims[claim], claim, staged[key], key), waits=touched)
        for key, claim, touched in found
    ]


def amendment_changes(amendments: Iterable[Amendment]) -> list[ClaimChange]:
    """Return what each amendment changes on its claim, or changed where it was applied."""
    rows = list(amendments)
    claims = Claim.objects.select_related(*_RELATED).in_bulk([row.claim_id for row in rows])
    before = _versions([(row.claim_id, row.replaced_version) for row in rows if row.replaced_version is not None])
    changes = []
    for row in rows:
        claim = claims[row.claim_id]
        stood = before.get((row.claim_id, row.replaced_version or 0), claim)
        fields = differences(stood, row.claim_id, row, row.claim_id)
        changes.append(ClaimChange(claim, row.line, fields, row.state == Amendment.State.WAITING, row))
    return changes


def _versions(wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """Return past versions of claims out of their history, by (claim, version)."""
    if not wanted:
        return {}
    events = (
        apps.get_model("claims", "ClaimEvent")
        .objects.filter(
            pgh_obj_id__in={claim for claim, _version in wanted}, version__in={one for _claim, one in wanted}
        )
        .select_related(*_RELATED)
        .order_by("pgh_id")
    )
    return {(event.pgh_obj_id, event.version): event for event in events}
