"""The one admin site."""

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class ReliefAdminSite(UnfoldAdminSite):
    """The back office: every page of the project lives under it."""

    site_title = _("Relief back office")
    site_header = _("Relief back office")
    index_title = _("Home")
