"""The one table of roles: who may do what. `manage.py sync_roles` writes it into the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Role:
    """A role: identifier (group name), label, and permission codes "app_label.codename"."""

    identifier: str
    label: StrOrPromise
    permissions: tuple[str, ...]


def _views(app: str, *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.view_{model}" for model in models)


CATALOGUE = _views("claims", "incident", "operator", "service", "intakeround")
REGISTER = _views(
    "claims",
    "claim",
    "claimant",
    "classification",
    "ruleset",
    "reclassification",
    "duplicategroup",
    "sharedaccount",
    "evidence",
    "contact",
    "nextstep",
)
INTAKE = _views("claims", "claimimport", "importprofile", "rejectedrow", "amendment", "evidencearchive")
REFERRALS = _views("claims", "referralfile", "referral")
PLAN = _views("committee", "book", "measure", "measureitem", "tierpolicy", "tier", "simulation", "servicefactors")
OBJECTIONS = _views("committee", "objection")
DECISIONS = _views("committee", "decision", "decisionrun", "adjustment", "letterrun")
PAYOUTS = _views("committee", "batch", "payment", "approval", "bankfile")
REPORTS = ("committee.view_reportingdate", "committee.view_published_figures")
LETTERS = _views("claims", "documentrequest", "delivery", "lettertemplate")
JOBS = ("relief.view_job",)

ROLES: tuple[Role, ...] = (
    Role(
        "intake_staff",
        _("Intake staff"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *INTAKE,
            *REFERRALS,
            *OBJECTIONS,
            *JOBS,
            "claims.import_claims",
            "claims.refer_claims",
            "claims.classify_claims",
            "claims.settle_duplicates",
            "claims.change_claim",
            "claims.upload_evidence",
            "claims.check_evidence",
            "claims.send_letters",
            "claims.assign_claims",
            "claims.work_helpdesk",
            "claims.reveal_personal_data",
            "committee.receive_objection",
        ),
    ),
    Role(
        "committee_member",
        _("Committee member"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *PLAN,
            *DECISIONS,
            *OBJECTIONS,
            *REPORTS,
            "committee.review_objections",
        ),
    ),
    Role(
        "secretary",
        _("Secretary"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *PLAN,
            *DECISIONS,
            *OBJECTIONS,
            *REPORTS,
            *JOBS,
            "claims.assign_claims",
            "committee.plan_measures",
            "committee.draft_tier_policy",
            "committee.keep_simulations",
            "committee.run_decisions",
            "committee.send_decision_letters",
            "committee.assign_objections",
            "committee.add_reportingdate",
        ),
    ),
    Role(
        "chair",
        _("Chair"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *PLAN,
            *DECISIONS,
            *OBJECTIONS,
            *REPORTS,
            *JOBS,
            "committee.adopt_tier_policy",
            "committee.keep_simulations",
            "committee.review_objections",
            "committee.supersede_decision",
            "claims.set_evidence_rules",
        ),
    ),
    Role(
        "manager",
        _("Manager"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *PLAN,
            *DECISIONS,
            *OBJECTIONS,
            *PAYOUTS,
            *REPORTS,
            *JOBS,
            "committee.approve_batch",
            "committee.set_budget",
            "committee.settle_adjustments",
        ),
    ),
    Role(
        "finance",
        _("Finance staff"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *PLAN,
            *DECISIONS,
            *PAYOUTS,
            *REPORTS,
            *JOBS,
            "committee.compose_batch",
            "committee.export_bank_file",
            "claims.reveal_personal_data",
        ),
    ),
    Role(
        "auditor",
        _("Auditor"),
        (
            *CATALOGUE,
            *REGISTER,
            *LETTERS,
            *INTAKE,
            *REFERRALS,
            *PLAN,
            *DECISIONS,
            *OBJECTIONS,
            *PAYOUTS,
            *REPORTS,
            *JOBS,
            "relief.view_user",
            "relief.view_disclosure",
            "relief.view_storedfile",
            "relief.view_record",
        ),
    ),
    Role(
        "administrator",
        _("Administrator"),
        (
            *CATALOGUE,
            *JOBS,
            "relief.view_user",
            "relief.add_user",
            "relief.change_user",
            "relief.view_disclosure",
            "claims.add_incident",
            "claims.change_incident",
            "claims.add_operator",
            "claims.change_operator",
            "claims.add_service",
            "claims.change_service",
            "claims.add_intakeround",
            "claims.change_intakeround",
        ),
    ),
)

_LABELS = {role.identifier: role.label for role in ROLES}


def label_of(identifier: str) -> StrOrPromise:
    """Return a role's label, or the identifier where the table has no such role."""
    return _LABELS.get(identifier, identifier)
