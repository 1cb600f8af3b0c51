"""What was reported."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# A page that cancels or retries a job asks for its kind, and a composer asks for holds: the worker loads no admin.
LOADED = (
    "intake.runners",
    "intake.rejected_workbook",
    "triage.services",
    "triage.reclassifying",
    "triage.filters",
    "triage.duplicates.services",
    "triage.duplicates.holds",
    "triage.duplicates.filters",
    "triage.referral.packing",
    "evidence.services",
    "evidence.bulk",
    "helpdesk.contacts.filters",
    "helpdesk.letters.services",
    "helpdesk.letters.asking",
    "helpdesk.letters.filters",
)


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        for module in LOADED:
            import_module(f"claims.{module}")
