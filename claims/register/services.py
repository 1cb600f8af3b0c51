"""Correcting a claim: the only act that changes one after it was taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import ReporterType
from claims.register.models import Claim, Claimant
from claims.register.rules import READERS, SEALED, name_key
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, StaleSave, database_rules
from relief.korea.banks import bank_name
from relief.money import format_won
from relief.sealed import blind_index, mask, seal

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.change_claim"

_REFUSALS = {
    "name": _("A name has 1 to 200 characters, all of them visible."),
    "reporter_type": _("Choose one of the reporter types."),
    "phone": _("This is not a Korean phone number. Write all its digits, such as 010-1234-5678."),
    "registration_number": _("This is not a business registration number: it has ten digits, the last checks them."),
    "bank_code": _("Choose one of the banks."),
    "account": _("An account number has 9 to 16 digits."),
    "claimed_loss": _("A claimed loss lies between 0 and 1,000 trillion won."),
}
_IDENTITIES = (
    ("registration_number", Claimant.Identity.REGISTRATION_NUMBER),
    ("phone", Claimant.Identity.PHONE),
    ("account", Claimant.Identity.ACCOUNT),
)

_followers: list[Callable[[Claim], None]] = []


def follow_corrections(act: Callable[[Claim], None]) -> None:
    """Call `act` with every corrected claim, inside the correction's transaction; for slices that build on facts."""
    if act not in _followers:
        _followers.append(act)


def correct_claim(*, by: User, claim: Claim, version: int, reason: str, changes: Mapping[str, str]) -> Claim:
    """Write corrected facts of a claim as a person wrote them, and return it; what came in stays in its history.

    `changes` maps fields of `claims.register.rules.READERS` to text; an empty text leaves its field as it is. Numbers
    are sealed anew, the claimant is the one of the strongest number (intake's rule), and the classification follows.
    `content_hash` stays: it tells of the row of the file, so that the same file is still recognised.
    Raises NotAllowed, StaleSave, RuleBroken(reason_missing, field_not_correctable, <field>_not_valid,
    nothing_to_correct).
    """
    require(by, PERMISSION)
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Give a reason for the correction."), code="reason_missing")
    values = _read(changes)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.correct_claim", reason=reason):
        locked = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
        different = {field: value for field, value in values.items() if _present(locked, field) != value}
        if locked.version != version:
            raise StaleSave(
                _("Somebody else saved this after you opened it. Reload the page, then enter again what still holds."),
                changes={
                    field_label(field): (readable(field, _present(locked, field)), readable(field, value))
                    for field, value in different.items()
                },
            )
        if not different:
            raise RuleBroken(_("Nothing differs from what is registered."), code="nothing_to_correct")
        columns = _write(locked, different)
        locked.version += 1
        locked.save(update_fields=(*columns, "version"))
        for follow in _followers:
            follow(locked)
    return locked


def field_label(field: str) -> str:
    """Return what a correctable field is called."""
    column: Any = Claim._meta.get_field(f"{field}_sealed" if field in SEALED else field)
    return str(column.verbose_name)


def _read(changes: Mapping[str, str]) -> dict[str, Any]:
    """Return the texts that are not empty as the register keeps them."""
    values: dict[str, Any] = {}
    for field, text in changes.items():
        if field not in READERS:
            raise RuleBroken(_("%(field)s cannot be corrected here.") % {"field": field}, code="field_not_correctable")
        if not text.strip():
            continue
        value = READERS[field](text)
        if value is None:
            raise RuleBroken(_REFUSALS[field], code=f"{field}_not_valid")
        values[field] = value
    return values


def _present(claim: Claim, field: str) -> Any:
    return claim.reveal(field) if field in SEALED else getattr(claim, field)


def readable(field: str, value: Any) -> str:
    """Return a value as a page may show it: numbers masked, codes in words."""
    if field in SEALED:
        return mask(value)
    words: dict[str, Callable[[Any], Any]] = {
        "bank_code": bank_name,
        "claimed_loss": format_won,
        "reporter_type": lambda kind: ReporterType(kind).label,
    }
    return str(words.get(field, str)(value)) or "–"


def _write(claim: Claim, values: Mapping[str, Any]) -> list[str]:
    """Set the values on the claim and return the columns that changed."""
    columns: list[str] = []
    for field, value in values.items():
        if field in SEALED:
            setattr(claim, f"{field}_sealed", seal(value, bound_to=Claim.bound(field, claim.pk)))
            setattr(claim, f"{field}_index", blind_index(value, domain=field))
            columns += [f"{field}_sealed", f"{field}_index"]
        else:
            setattr(claim, field, value)
            columns.append(field)
    if set(values) & {*SEALED, "name"}:
        claim.claimant = _claimant_of(claim)
        columns.append("claimant")
    return columns


def _claimant_of(claim: Claim) -> Claimant | None:
    """Return the claimant of the claim's strongest number and name, registered now where nobody knew him."""
    for column, kind in _IDENTITIES:
        index = getattr(claim, f"{column}_index")
        if index is not None:
            claimant, _is_new = Claimant.objects.get_or_create(
                incident_id=claim.incident_id,
                identity_kind=kind,
                identity_index=bytes(index),
                name_key=name_key(claim.name),
                defaults={"name": claim.name},
            )
            return claimant
    return None
