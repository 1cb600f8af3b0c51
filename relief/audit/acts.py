"""The words for acts: what the code in an event's context ("committee.approve_batch") is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACTS: dict[str, StrOrPromise] = {
    "accounts.assign_roles": _("Assigned roles"),
    "accounts.change_user": _("Changed an account"),
    "accounts.create_first_administrator": _("Created the first administrator"),
    "accounts.create_user": _("Created an account"),
    "accounts.set_password": _("Set a password"),
    "catalogue.add_intakeround": _("Added an intake round"),
    "catalogue.add_operator": _("Added an operator"),
    "catalogue.add_service": _("Added a service"),
    "catalogue.assign_desk": _("Assigned a person to an incident"),
    "catalogue.change_incident": _("Changed an incident"),
    "catalogue.change_intakeround": _("Changed an intake round"),
    "catalogue.change_operator": _("Changed an operator"),
    "catalogue.change_service": _("Changed a service"),
    "catalogue.clear_desk": _("Took a person off an incident"),
    "catalogue.create_incident": _("Created an incident"),
    "catalogue.switch_incident": _("Switched the incident"),
    "claims.correct_claim": _("Corrected a claim"),
    "claims.accept_import": _("Accepted a claim file"),
    "claims.apply_amendment": _("Applied an amendment"),
    "claims.delete_import_profile": _("Deleted an import profile"),
    "claims.dismiss_amendment": _("Dismissed an amendment"),
    "claims.load_import": _("Confirmed the columns of a claim file"),
    "claims.receive_file": _("Handed in a claim file"),
    "claims.refuse_import": _("Refused a claim file"),
    "claims.reopen_import": _("Took a claim file back to its columns"),
    "claims.save_import_profile": _("Saved an import profile"),
    "claims.undo_import": _("Undid an import"),
    "claims.create_rule_set": _("Wrote classification rules"),
    "committee.adopt_policy": _("Adopted a tier policy"),
    "committee.approve_batch": _("Approved a batch"),
    "committee.cancel_batch": _("Cancelled a batch"),
    "committee.compose": _("Composed a batch"),
    "committee.create_measure": _("Wrote a measure into the plan"),
    "committee.draft_policy": _("Drafted a tier policy"),
    "committee.export_bank_file": _("Made a bank file"),
    "committee.fix_reporting_date": _("Fixed a reporting date"),
    "committee.retire_policy": _("Retired a tier policy"),
    "committee.send_back_batch": _("Sent a batch back"),
    "committee.set_tiers": _("Edited tiers"),
    "committee.start_run": _("Started a decision run"),
    "committee.submit_batch": _("Submitted a batch"),
    "committee.supersede": _("Superseded a decision"),
    "committee.withdraw_batch": _("Withdrew a batch"),
}


def act_words(code: str) -> StrOrPromise:
    """Return the words for an act, or its code where the table has none (a job's kind, an address)."""
    return ACTS.get(code, code)
