"""What was reported."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        # A page that cancels or retries a job asks for its kind, and nothing else has loaded the runners there.
        for module in ("intake.runners", "intake.rejected_workbook", "triage.services"):
            import_module(f"claims.{module}")
