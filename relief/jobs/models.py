"""Long work as rows: what is asked, who asked, how far it is, and how it ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from relief.errors import declare_constraint
from relief.scope import ScopedQuerySet
from relief.states import StateTable

# queued: waits for a worker (also after its worker died); running: a worker holds the lease;
# failed: ended with an error, may be retried; done and cancelled are final.
JOB_STATES = StateTable(
    rule=declare_constraint("job_moves_as_its_table_says", _("A job cannot take this step in its present state.")),
    born=frozenset({"queued"}),
    moves={
        "queued": frozenset({"running", "cancelled"}),
        "running": frozenset({"queued", "done", "failed", "cancelled"}),
        "failed": frozenset({"queued"}),
    },
)


class Job(models.Model):
    """A piece of long work that a worker carries out in resumable chunks."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    STATES = JOB_STATES
    OPEN = frozenset({"queued", "running"})

    kind = models.CharField(_("kind"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    incident_id = models.BigIntegerField(_("incident"), null=True, db_index=True)
    subject_key = models.BigIntegerField(_("subject"), help_text=_("Primary key of the row the work is about"))
    parameters = models.JSONField(_("parameters"), default=dict)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), null=True)
    stage = models.CharField(_("stage"), max_length=60, blank=True)
    cancel_asked = models.BooleanField(_("cancel asked"), default=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.JSONField(_("outcome"), default=dict)
    error = models.TextField(_("error"), blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = JOB_STATES.triggers()
        indexes = (
            models.Index("lease_until", name="job_open_lease", condition=models.Q(state__in=["queued", "running"])),
            models.Index("kind", "subject_key", name="job_of_subject"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_key"),
                condition=models.Q(state__in=["queued", "running"]),
                name=declare_constraint(
                    "one_open_job_per_subject", _("This work is under way already. Wait for it to end.")
                ),
            ),
        )

    def __str__(self) -> str:
        # The words of a kind are registered beside its runner, above this table.
        from relief.jobs.services import kind_label

        return f"{kind_label(self.kind)} #{self.pk}"
