"""Rules in the making: one draft a person and incident, kept as it was typed, sound or not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from relief.errors import declare_constraint
from relief.scope import ScopedQuerySet


class RuleSetDraft(models.Model):
    """What a person has typed so far: `rows` as `claims.triage.drafting` has them, on top of version `base_version`.

    `seen` is the digest of the rules whose effect was shown last.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base_version = models.PositiveSmallIntegerField(default=0)
    rows = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    seen = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of rules")
        verbose_name_plural = _("drafts of rules")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("user", "incident"),
                name=declare_constraint("one_draft_per_person", _("You have a draft of these rules already.")),
            ),
        )

    def __str__(self) -> str:
        return str(_("Draft on top of version %(version)s") % {"version": self.base_version})
