"""Letters about decisions sent in bulk: what was asked for, by whom, and the work that writes them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.helpdesk.letters.models import Channel, Language
from relief.errors import declare_constraint
from relief.guards import Refusal, no_truncate
from relief.jobs.models import Job
from relief.scope import ScopedQuerySet


class LetterRun(models.Model):
    """One sending of decision letters; its letters name the same work."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="letter_runs")
    selection = models.JSONField(_("selection"), default=dict)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    channel = models.CharField(_("Sent by"), max_length=8, choices=Channel)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    started_at = models.DateTimeField(_("started at"))
    job = models.OneToOneField(Job, models.PROTECT, verbose_name=_("work"), null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending of decision letters")
        verbose_name_plural = _("sendings of decision letters")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("send_decision_letters", _("Can send letters about decisions")),)
        triggers = (
            Refusal(
                rule=declare_constraint("letter_runs_are_kept", _("A sending of letters is never changed or removed.")),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR OLD.job_id IS NOT NULL",
            ),
            no_truncate(declare_constraint("letter_runs_are_never_emptied", _("The sendings are never emptied."))),
        )

    def __str__(self) -> str:
        return str(_("Decision letters #%(number)s") % {"number": self.pk})
