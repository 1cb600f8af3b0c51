"""Claim files on their way into the register, and the rows that did not get there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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

    PROPOSED = "proposed", _("Columns to confirm")
    WAITING = "waiting", _("Waiting")
    LOADING = "loading", _("Loading")
    STAGED = "staged", _("To be accepted")
    ACCEPTING = "accepting", _("Being registered")
    ACCEPTED = "accepted", _("Accepted")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


# proposed: stored, a person looks at its columns; waiting: its job is queued; loading: a worker reads it into staging;
# staged: every row is read, a person looks at the summary; accepting: its rows go into the register;
# accepted: its good rows stand in the register; undoing, undone: they are taken out again;
# refused, cancelled: given up before, nothing stands; failed: nothing stands, and its job may be retried.
IMPORT_STATES = StateTable(
    rule=declare_constraint("import_moves_as_its_table_says", _("The import cannot take this step now.")),
    born=frozenset({"proposed"}),
    moves={
        "proposed": frozenset({"waiting", "refused"}),
        "waiting": frozenset({"loading", "cancelled", "failed"}),
        "loading": frozenset({"staged", "cancelled", "failed"}),
        "staged": frozenset({"accepting", "refused", "proposed"}),
        "accepting": frozenset({"accepted", "staged"}),
        "accepted": frozenset({"undoing"}),
        "undoing": frozenset({"undone", "accepted"}),
        "failed": frozenset({"loading", "proposed", "refused"}),
    },
)
GIVEN_UP = ("refused", "cancelled", "undone")
"""States in which the file holds nothing, so that the same bytes may come again."""
COUNTED = ("staged", "accepting", "accepted", "undoing")


@tracked(deletes=True)
class ImportProfile(models.Model):
    """A saved column map of one source: `spec` has the shape of `claims.intake.profile.Profile`."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    name = models.CharField(_("name"), max_length=80)
    spec = models.JSONField(_("column map"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    saved_at = models.DateTimeField(_("saved at"))
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ("name",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "name"),
                name=declare_constraint("one_profile_per_name", _("A profile of this name exists already.")),
            ),
        )

    def __str__(self) -> str:
        return self.name


@tracked()
class ClaimImport(models.Model):
    """One claim file: who handed it in, how its columns map, and what came of it."""

    State = ImportState
    STATES = IMPORT_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="imports")
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name=_("file"), related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    source = models.CharField(_("source"), max_length=80, blank=True, help_text=_("Who sent the file"))
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("continues"),
        null=True,
        related_name="continuations",
        help_text=_("The import whose rejected rows come corrected in this file"),
    )
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.PROPOSED)
    saved_profile = models.ForeignKey(
        ImportProfile, models.SET_NULL, verbose_name=_("saved profile"), null=True, related_name="+"
    )
    profile = models.JSONField(_("profile"), default=dict, help_text=_("Which column feeds which field"))
    declared_rows = models.PositiveIntegerField(_("rows that the sender declared"), null=True, blank=True)
    declared_sum = models.DecimalField(
        _("sum of losses that the sender declared"), max_digits=24, decimal_places=0, null=True, blank=True
    )
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    created_at = models.DateTimeField(_("created at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end_reason = models.TextField(_("reason"), blank=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+")
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_same = models.PositiveIntegerField(_("same as before"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rejected"), default=0)
    sum_of_losses = models.DecimalField(_("sum of losses"), max_digits=24, decimal_places=0, default=0)
    summary = models.JSONField(_("summary"), default=dict)

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
                condition=~Q(state__in=GIVEN_UP),
                name=declare_constraint(
                    "one_import_per_file", _("This very file has been handed in before, perhaps under another name.")
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=COUNTED)
                | Q(rows_read=F("rows_new") + F("rows_same") + F("rows_changed") + F("rows_rejected")),
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
    faults = models.JSONField(_("faults"), help_text=_('List of {"column", "field", "code", "value"}'))
    corrected_by = models.ForeignKey(
        ClaimImport,
        models.SET_NULL,
        verbose_name=_("corrected by"),
        null=True,
        related_name="+",
        help_text=_("The import that brought the row corrected"),
    )

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
