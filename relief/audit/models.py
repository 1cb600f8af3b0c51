"""Who looked at personal data; who changed what stands in the event tables beside each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from relief.errors import declare_constraint
from relief.guards import append_only
from relief.scope import ScopedQuerySet, working_incident_id

if TYPE_CHECKING:
    from relief.accounts.models import User

APPEND_ONLY = declare_constraint(
    "disclosures_are_append_only", _("The record of disclosures cannot be changed, only added to.")
)


class DisclosureQuerySet(ScopedQuerySet["Disclosure"]):
    """Disclosures of the user's working incident, and those that belong to none, such as of accounts."""

    def visible_to(self, user: User) -> Self:
        return self.filter(models.Q(incident_id=working_incident_id(user)) | models.Q(incident_id=None))


class Disclosure(models.Model):
    """One look at personal data: who, when, what, why. Rows are only ever added."""

    class Kind(models.TextChoices):
        REVEAL = "reveal", _("Reveal")
        SEARCH = "search", _("Search")
        VIEW = "view", _("View")
        DOWNLOAD = "download", _("Download")

    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=80, help_text=_("The table, such as claims.claim"))
    subject_key = models.CharField(_("row"), max_length=64, blank=True)
    fields = models.CharField(_("fields"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    request_id = models.CharField(_("request"), max_length=36, blank=True)
    incident_id = models.BigIntegerField(_("incident"), null=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure of personal data")
        verbose_name_plural = _("disclosures of personal data")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("view_record", _("Can read the record of changes")),)
        triggers = append_only(APPEND_ONLY)

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_key}"
