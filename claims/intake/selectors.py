"""Questions of the intake: what the catalogue calls things, and which import brought a file before."""

from __future__ import annotations

from claims.catalogue.models import Incident, IntakeRound, Service
from claims.intake.models import GIVEN_UP, ClaimImport
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
    """Return the import that holds this very file already, or None; one that was given up holds nothing."""
    return (
        ClaimImport.objects.filter(incident=incident, sha256=sha256)
        .exclude(state__in=GIVEN_UP)
        .select_related("stored_file", "imported_by")
        .first()
    )


def totals_differ(claim_import: ClaimImport) -> bool:
    """Say whether a staged import has other rows, or another sum of losses, than its sender declared.

    Rejected rows count as rows; what they would add to the sum is not known.
    """
    rows, losses = claim_import.declared_rows, claim_import.declared_sum
    in_file = claim_import.summary.get("sum_of_file", 0)
    return (rows is not None and rows != claim_import.rows_read) or (losses is not None and int(losses) != in_file)
