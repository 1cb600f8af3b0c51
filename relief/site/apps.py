"""Makes the relief site the default admin site."""

from django.contrib.admin.apps import AdminConfig


class ReliefAdminConfig(AdminConfig):
    default_site = "relief.site.sites.ReliefAdminSite"
