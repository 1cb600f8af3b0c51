"""Questions of the intake: what the catalogue calls things, and which import brought a file before."""

from __future__ import annotations

from claims.catalogue.models import Incident, IntakeRound, Service
from claims.intake.models import ClaimImport, ImportState
from claims.intake.words import Round, Vocabulary, named_services


def vocabulary(incident: Incident) -> Vocabulary:
    """Return the words that claim files of the incident may use, from its services and rounds as they stand now."""
    services = Service.objects.filter(incident=incident).values_list("pk", "code", "name", "name_en", "aliases")
    rounds = IntakeRound.objects.filter(incident=incident).order_by("number")
    return Vocabulary(
        services=named_services(services),
        rounds=tuple(Round(one.pk, one.opens_on, one.closes_on, frozenset(one.admits)) for one in rounds),
    )


def import_of_same_bytes(incident: Incident, sha256: str) -> ClaimImport | None:
    """Return the import that holds this very file already, or None; a cancelled one holds nothing."""
    return (
        ClaimImport.objects.filter(incident=incident, sha256=sha256)
        .exclude(state=ImportState.CANCELLED)
        .select_related("stored_file", "imported_by")
        .first()
    )
