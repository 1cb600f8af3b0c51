"""Makes the relief site the default admin site and finds the admin rooms of every slice."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ReliefAdminConfig(AdminConfig):
    default_site = "relief.site.sites.ReliefAdminSite"

    def ready(self) -> None:
        super().ready()
        from relief.celery import ROOTS, slices

        # Pages of third parties write past the services, so none of them is kept.
        for model in list(admin.site._registry):
            if model._meta.app_label not in ROOTS:
                admin.site.unregister(model)
        for package in slices():
            if package not in ROOTS and find_spec(f"{package}.admin") is not None:
                import_module(f"{package}.admin")
