"""Reclassification: one person's word on one axis of many claims at once, kept so that it can be undone as one act."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.triage.models import Classification, RuleSet
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import append_only
from relief.jobs.models import Job
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class ReclassificationState(models.TextChoices):
    """Where the act stands."""

    WAITING = "waiting", _("Under way")
    APPLIED = "applied", _("Applied")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


RECLASSIFICATION_STATES = StateTable(
    rule=declare_constraint(
        "reclassification_moves_as_its_table_says", _("The reclassification cannot take this step now.")
    ),
    born=frozenset({"waiting"}),
    moves={
        "waiting": frozenset({"applied", "failed", "cancelled"}),
        "failed": frozenset({"applied"}),
        "applied": frozenset({"undoing"}),
        "undoing": frozenset({"undone", "applied"}),
    },
)
_NAMES = ("reporter_type", "pricing", "nature", "operator_kind")
AXES: Any = tuple((field.name, field.verbose_name) for field in Classification._meta.fields if field.name in _NAMES)


@tracked()
class Reclassification(models.Model):
    """One act: which claims (the words of the list's filter), which axis, what it says, why, and what it came to.

    The counts are those that the person confirmed: claims that change, decided ones and those of a person's word among
    them, and their losses. The act fails where the set is another by the time it is carried out.
    """

    State = ReclassificationState
    STATES = RECLASSIFICATION_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=ReclassificationState, default=ReclassificationState.WAITING
    )
    narrowing = models.JSONField(_("filter"), default=dict)
    axis = models.CharField(_("axis"), max_length=16, choices=AXES)
    value = models.CharField(_("new value"), max_length=16)
    keeps_words = models.BooleanField(_("leaves alone what a person said"), default=True)
    reason = models.TextField(_("reason"))
    claims = models.PositiveIntegerField(_("claims"))
    decided = models.PositiveIntegerField(_("of these decided already"))
    spoken = models.PositiveIntegerField(_("of these a person's word"))
    sum_of_losses = models.DecimalField(_("sum of losses"), max_digits=24, decimal_places=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("when"))
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("undone by"), null=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undo_reason = models.TextField(_("reason for undoing"), blank=True)
    restored = models.PositiveIntegerField(_("put back"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reclassification")
        verbose_name_plural = _("reclassifications")
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = RECLASSIFICATION_STATES.triggers()
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(value="") & Q(axis__in=[axis for axis, _label in AXES]),
                name=declare_constraint(
                    "reclassification_says_what_and_why", _("Say the axis, the new value and the reason.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undo_reason="") | Q(undone_by__isnull=False) & ~Q(undo_reason=""),
                name=declare_constraint("undoing_says_who_and_why", _("Give a reason: it stands in the record.")),
            ),
        )

    def __str__(self) -> str:
        return str(_("Reclassification no. %(number)s") % {"number": self.pk})


class ReclassificationLine(models.Model):
    """What one claim said on the axis before the act; claims may leave the register, so no foreign key is enforced."""

    act = models.ForeignKey(Reclassification, models.PROTECT, related_name="lines", db_index=False)
    claim = models.ForeignKey(Claim, models.DO_NOTHING, related_name="+", db_constraint=False)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+", db_index=False)
    was = models.CharField(max_length=16)
    was_rule = models.CharField(max_length=60, blank=True)
    was_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    was_confidence = models.PositiveSmallIntegerField()
    was_reason = models.TextField(blank=True)

    objects = scoped_by("act__incident_id").as_manager()

    class Meta:
        verbose_name = _("line of a reclassification")
        verbose_name_plural = _("lines of reclassifications")
        ordering = ("act", "claim")
        default_permissions = ()
        triggers = append_only(
            declare_constraint(
                "reclassification_lines_are_append_only", _("What a claim said before is never changed afterwards.")
            )
        )
        constraints = (
            models.UniqueConstraint(
                fields=("act", "claim"),
                name=declare_constraint(
                    "one_line_per_reclassified_claim", _("This claim is part of this act already.")
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.claim_id)
