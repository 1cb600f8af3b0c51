"""The tables of the claims, gathered from the slices."""

from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, Service
from claims.intake.models import ClaimImport, RejectedRow
from claims.register.models import Claim, Claimant
from claims.triage.models import Classification, RuleSet

__all__ = (
    "Claim",
    "ClaimImport",
    "Claimant",
    "Classification",
    "Desk",
    "Incident",
    "IntakeRound",
    "Operator",
    "RejectedRow",
    "RuleSet",
    "Service",
)
