"""The tables of the claims, gathered from the slices."""

from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, Service
from claims.intake.facts import Amendment, StagedClaim
from claims.intake.models import ClaimImport, ImportProfile, RejectedRow
from claims.register.models import Claim, Claimant
from claims.triage.models import Classification, RuleSet

__all__ = (
    "Amendment",
    "Claim",
    "ClaimImport",
    "Claimant",
    "Classification",
    "Desk",
    "ImportProfile",
    "Incident",
    "IntakeRound",
    "Operator",
    "RejectedRow",
    "RuleSet",
    "Service",
    "StagedClaim",
)
