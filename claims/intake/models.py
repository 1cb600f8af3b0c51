"""Claim files on their way into the register, and the rows that did not get there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import TARGET_RULE
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.files.models import StoredFile
from relief.jobs.models import Job
from relief.references import ReferencedRowStays
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class ImportState(models.TextChoices):
    """Where a claim file stands."""

    WAITING = "waiting", _("Waiting")
    LOADING = "loading", _("Loading")
    ACCEPTED = "accepted", _("Accepted")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


# waiting: stored, its job is queued; loading: a worker reads it; accepted: its good rows stand in the register;
# failed: nothing of it stands in the register, and its job may be retried; cancelled: given up, nothing stands.
IMPORT_STATES = StateTable(
    rule=declare_constraint("import_moves_as_its_table_says", _("The import cannot take this step now.")),
    born=frozenset({"waiting"}),
    moves={
        "waiting": frozenset({"loading", "cancelled", "failed"}),
        "loading": frozenset({"accepted", "failed", "cancelled"}),
        "failed": frozenset({"loading", "cancelled"}),
    },
)


@tracked()
class ClaimImport(models.Model):
    """One claim file: who handed it in, how its columns map, and what came of it."""

    State = ImportState
    STATES = IMPORT_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="imports")
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name=_("file"), related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    source = models.CharField(_("source"), max_length=80, blank=True, help_text=_("Who sent the file"))
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.WAITING)
    profile = models.JSONField(_("profile"), default=dict, help_text=_("Which column feeds which field"))
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    created_at = models.DateTimeField(_("created at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+")
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_same = models.PositiveIntegerField(_("same as before"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rejected"), default=0)
    sum_of_losses = models.DecimalField(_("sum of losses"), max_digits=24, decimal_places=0, default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("import_claims", _("Can import claim files")),)
        triggers = (
            *IMPORT_STATES.triggers(),
            ReferencedRowStays(rule=TARGET_RULE, table="claims_claim", column="claim_import_id", within="incident_id"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "sha256"),
                condition=~Q(state="cancelled"),
                name=declare_constraint(
                    "one_import_per_file", _("This very file has been handed in before, perhaps under another name.")
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(rows_read=models.F("rows_new") + models.F("rows_same") + models.F("rows_rejected")),
                name=declare_constraint(
                    "every_row_accounted_for", _("The rows of the file do not add up; the import cannot be accepted.")
                ),
            ),
        )

    def __str__(self) -> str:
        return self.stored_file.name


class RejectedRow(models.Model):
    """A row that was refused, with every fault of it; long digit runs are masked before they are stored."""

    claim_import = models.ForeignKey(
        ClaimImport, models.CASCADE, verbose_name=_("import"), related_name="rejected_rows"
    )
    line = models.PositiveIntegerField(_("line"))
    cells = models.JSONField(_("cells"), help_text=_("The row's cells in the file's own order, as text"))
    faults = models.JSONField(_("faults"), help_text=_('List of {"column", "code", "value"}'))

    objects = scoped_by("claim_import__incident_id").as_manager()

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering = ("claim_import", "line")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("claim_import", "line"),
                name=declare_constraint("one_rejection_per_line", _("This line has been rejected already.")),
            ),
        )

    def __str__(self) -> str:
        return str(_("Line %(line)s") % {"line": self.line})
