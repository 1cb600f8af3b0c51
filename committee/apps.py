"""What is decided and paid."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommitteeConfig(AppConfig):
    name = "committee"
    verbose_name = _("Committee")

    def ready(self) -> None:
        # A page that cancels or retries a job asks for its kind, and nothing else has loaded the runners there.
        for slice_ in ("decisions", "payouts"):
            import_module(f"committee.{slice_}.tasks")
        # A page that writes texts asks for the kinds of letters, and the worker for their runner and their check.
        for room in ("texts", "services"):
            import_module(f"committee.letters.{room}")
        # A composer asks for holds and filters, and the worker loads no admin.
        for room in ("holds", "filters"):
            import_module(f"committee.review.{room}")
