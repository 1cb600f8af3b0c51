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
REGISTER = _views("claims", "claim", "claimant", "classification", "ruleset")
INTAKE = _views("claims", "claimimport", "importprofile", "rejectedrow", "amendment")
PLAN = _views("committee", "measure", "measureitem", "tierpolicy", "tier")
DECISIONS = _views("committee", "decision", "decisionrun")
PAYOUTS = _views("committee", "batch", "payment", "approval", "bankfile")
REPORTS = ("committee.view_reportingdate", "committee.view_published_figures")
JOBS = ("relief.view_job",)

ROLES: tuple[Role, ...] = (
    Role(
        "intake_staff",
        _("Intake staff"),
        (
            *CATALOGUE,
            *REGISTER,
            *INTAKE,
            *JOBS,
            "claims.import_claims",
            "claims.classify_claims",
            "claims.change_claim",
            "claims.reveal_personal_data",
        ),
    ),
    Role(
        "committee_member",
        _("Committee member"),
        (*CATALOGUE, *REGISTER, *PLAN, *DECISIONS, *REPORTS),
    ),
    Role(
        "secretary",
        _("Secretary"),
        (
            *CATALOGUE,
            *REGISTER,
            *PLAN,
            *DECISIONS,
            *REPORTS,
            *JOBS,
            "committee.plan_measures",
            "committee.draft_tier_policy",
            "committee.run_decisions",
            "committee.add_reportingdate",
        ),
    ),
    Role(
        "chair",
        _("Chair"),
        (*CATALOGUE, *REGISTER, *PLAN, *DECISIONS, *REPORTS, *JOBS, "committee.adopt_tier_policy"),
    ),
    Role(
        "manager",
        _("Manager"),
        (*CATALOGUE, *REGISTER, *PLAN, *DECISIONS, *PAYOUTS, *REPORTS, *JOBS, "committee.approve_batch"),
    ),
    Role(
        "finance",
        _("Finance staff"),
        (
            *CATALOGUE,
            *REGISTER,
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
            *INTAKE,
            *PLAN,
            *DECISIONS,
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
