"""The ground floor as a Django application."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReliefConfig(AppConfig):
    name = "relief"
    verbose_name = _("Administration")

    def ready(self) -> None:
        # Tasks sent from a page or a command go through the application, so it has to be there first.
        import_module("relief.celery")
