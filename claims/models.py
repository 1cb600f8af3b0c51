"""The tables of the claims, gathered from the slices."""

from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, Service
from claims.evidence.bulk_models import ArchivedFile, EvidenceArchive
from claims.evidence.models import Evidence, EvidenceCheck, EvidenceRule, EvidenceThreat
from claims.helpdesk.contacts.models import Contact, NextStep
from claims.helpdesk.letters.models import ContactAddress, Delivery, DocumentRequest, LetterTemplate
from claims.intake.facts import Amendment, StagedClaim
from claims.intake.models import ClaimImport, ImportProfile, RejectedRow
from claims.register.listing import ClaimAssignment, ClaimCount, ClaimCounting, CountMark, SavedView
from claims.register.models import Claim, Claimant
from claims.triage.bulk import Reclassification, ReclassificationLine
from claims.triage.drafts import RuleSetDraft
from claims.triage.duplicates.models import (
    DuplicateClosure,
    DuplicateGroup,
    DuplicateMember,
    DuplicateTraits,
    DuplicateVerdict,
    SharedAccount,
)
from claims.triage.models import Classification, RuleSet
from claims.triage.referral.models import Referral, ReferralFile
from claims.triage.turns import QueueTurn

__all__ = (
    "Amendment",
    "ArchivedFile",
    "Claim",
    "ClaimAssignment",
    "ClaimCount",
    "ClaimCounting",
    "ClaimImport",
    "Claimant",
    "Classification",
    "Contact",
    "ContactAddress",
    "CountMark",
    "Delivery",
    "Desk",
    "DocumentRequest",
    "DuplicateClosure",
    "DuplicateGroup",
    "DuplicateMember",
    "DuplicateTraits",
    "DuplicateVerdict",
    "Evidence",
    "EvidenceArchive",
    "EvidenceCheck",
    "EvidenceRule",
    "EvidenceThreat",
    "ImportProfile",
    "Incident",
    "IntakeRound",
    "LetterTemplate",
    "NextStep",
    "Operator",
    "QueueTurn",
    "Reclassification",
    "ReclassificationLine",
    "Referral",
    "ReferralFile",
    "RejectedRow",
    "RuleSet",
    "RuleSetDraft",
    "SavedView",
    "Service",
    "SharedAccount",
    "StagedClaim",
)
