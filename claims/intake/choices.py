"""What the words of a claim file can mean, as a person chooses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Pricing, ReporterType, Service
from relief.korea.banks import BANKS


@dataclass(frozen=True, slots=True)
class Choices:
    """What the words of each field can mean: (value, what a person reads)."""

    by_field: Mapping[str, Sequence[tuple[str, Any]]]

    @staticmethod
    def of(incident: Incident) -> Choices:
        """Return what the incident's catalogue has."""
        services = Service.objects.filter(incident=incident).order_by("operator_id", "code")
        return Choices(
            {
                "service": [(service.code, f"{service} ({service.code})") for service in services],
                "reporter_type": [(kind.value, kind.label) for kind in ReporterType],
                "pricing": [(kind.value, kind.label) for kind in (Pricing.PAID, Pricing.FREE, Pricing.UNKNOWN)],
                "bank": [(bank.code, f"{bank.name} ({bank.code})") for bank in BANKS],
            }
        )

    def listed(self, name: str, *present: str) -> list[tuple[str, Any]]:
        """Return the choices of a field; a present value that the catalogue has not stands among them, marked."""
        known = list(self.by_field[name])
        lost = [value for value in dict.fromkeys(present) if value and value not in dict(known)]
        return [*known, *((value, _("%(value)s (not in the catalogue)") % {"value": value}) for value in lost)]
