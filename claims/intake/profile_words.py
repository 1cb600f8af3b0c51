"""How an import's file is read, as tables that people read: columns, fixed values, words, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Pricing, ReporterType, Service
from claims.intake.columns import FIELDS
from claims.intake.date_formats import FORMATS
from claims.intake.models import ClaimImport
from claims.intake.profile import Profile
from claims.intake.reading import stored_layout
from relief.errors import RuleBroken
from relief.korea.banks import bank_name
from relief.money import format_won

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class ReadableProfile:
    """A profile over one file: (heading, field or None), (field, value) and (field, reported word, meaning)."""

    columns: list[tuple[str, StrOrPromise | None]]
    writing: list[tuple[StrOrPromise, str]]
    fixed: list[tuple[StrOrPromise, str]]
    words: list[tuple[StrOrPromise, str, str]]


def readable_profile(claim_import: ClaimImport) -> ReadableProfile | None:
    """Return how the file is read, or None where nobody has confirmed its columns."""
    if not claim_import.profile:
        return None
    try:
        layout = stored_layout(claim_import)
    except (RuleBroken, KeyError):
        return None
    fed = {column: FIELDS[name] for name, column in layout.columns.items() if name in FIELDS}
    profile = layout.profile
    codes = {"service": _service_names(claim_import, profile)}
    return ReadableProfile(
        columns=[(heading, fed.get(place)) for place, heading in enumerate(layout.headings)],
        writing=_writing(claim_import, profile),
        fixed=[(FIELDS[name], _meaning(name, value, codes)) for name, value in profile.fixed.items()],
        words=[
            (FIELDS[name], word, _meaning(name, value, codes))
            for name, table in profile.values.items()
            for word, value in table.items()
        ],
    )


def _service_names(claim_import: ClaimImport, profile: Profile) -> dict[str, str]:
    used = {*profile.values.get("service", {}).values(), profile.fixed.get("service", "")} - {""}
    if not used:
        return {}
    services = Service.objects.filter(incident_id=claim_import.incident_id, code__in=used)
    return {service.code: str(service) for service in services}


def _meaning(name: str, value: str, codes: dict[str, dict[str, str]]) -> str:
    words: dict[str, Any] = {
        "reporter_type": dict(ReporterType.choices),
        "pricing": dict(Pricing.choices),
        **codes,
    }
    if value == "":
        return str(_("nothing"))
    if name == "bank":
        return bank_name(value) or value
    if name == "claimed_loss":
        return format_won(int(value)) if value.isdecimal() else value
    return str(words.get(name, {}).get(value, value))


def _writing(claim_import: ClaimImport, profile: Profile) -> list[tuple[StrOrPromise, str]]:
    """Return what of the file's manner is not the ordinary, in words."""
    formats = [str(FORMATS[code].example) for code in profile.date_formats]
    lines: list[tuple[StrOrPromise, str]] = [
        (_("Saved profile"), str(claim_import.saved_profile or "")),
        (_("Sheet"), profile.sheet),
        (_("Encoding"), profile.encoding),
        (_("Delimiter"), {"\t": "Tab"}.get(profile.delimiter, profile.delimiter)),
        (_("Rows before the heading"), f"{profile.skip_rows:,}" if profile.skip_rows else ""),
        (_("Rows of the heading"), str(profile.heading_rows) if profile.heading_rows != 1 else ""),
        (_("Dates also written like"), ", ".join(formats)),
        (_("Amounts: 1 stands for"), format_won(profile.unit)),
        (_("Sign with amounts"), profile.currency),
        (_("Words for nothing"), ", ".join(profile.empty)),
    ]
    return [(label, text) for label, text in lines if text]
