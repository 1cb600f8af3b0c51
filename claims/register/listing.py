"""What stands behind the list of claims: who works on which, the views people keep, and the claims counted by facet."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.scope import ScopedQuerySet, scoped_by


@tracked(deletes=True)
class ClaimAssignment(models.Model):
    """Who works on a claim now; who worked on it before stands in the events."""

    claim = models.OneToOneField(
        Claim, models.CASCADE, primary_key=True, verbose_name=_("claim"), related_name="assignment"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("assignee"), related_name="assigned_claims"
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("assigned by"), related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField(_("assigned at"))

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ()
        permissions = (("assign_claims", _("Can assign claims")),)

    def __str__(self) -> str:
        return f"{self.claim_id} – {self.user_id}"


class SavedView(models.Model):
    """The words that narrow and order the list of claims, under a name that a user gave them."""

    incident = models.ForeignKey(Incident, models.CASCADE, verbose_name=_("incident"), related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"), related_name="+")
    name = models.CharField(_("name"), max_length=60)
    words = models.CharField(_("filter"), max_length=2000, blank=True)
    is_default = models.BooleanField(_("opens with the list"), default=False)
    is_shared = models.BooleanField(_("shown to everybody of the incident"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("user", "incident", "name"),
                name=declare_constraint(
                    "one_saved_view_per_name", _("You have a view of this name already. Choose another name.")
                ),
            ),
            models.UniqueConstraint(
                fields=("user", "incident"),
                condition=models.Q(is_default=True),
                name=declare_constraint("one_default_view_per_user", _("One view alone opens with the list.")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ClaimCount(models.Model):
    """How many claims stand at one combination of the facets, and the sum of their losses; made anew as a whole."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+", db_constraint=False)
    intake_round = models.BigIntegerField(null=True)
    service = models.BigIntegerField()
    reporter_type = models.CharField(max_length=16)
    pricing = models.CharField(max_length=8)
    nature = models.CharField(max_length=8)
    operator_kind = models.CharField(max_length=10)
    admission = models.CharField(max_length=12)
    completeness = models.CharField(max_length=10)
    classified = models.CharField(max_length=3)
    claims = models.BigIntegerField()
    loss = models.DecimalField(max_digits=30, decimal_places=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.claims)


class ClaimCounting(models.Model):
    """When the claims of all incidents were counted last; its only row has key 1."""

    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.counted_at.isoformat()


class CountMark(models.Model):
    """A row for every statement that changed what is counted since the last counting: no writer waits for another."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


def marks_the_counts() -> pgtrigger.Trigger:
    """Return the trigger that says, once a statement, that the claims want to be counted again."""
    return pgtrigger.Trigger(
        name="marks_the_counts",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="INSERT INTO claims_countmark DEFAULT VALUES; RETURN NULL;",
    )


pgtrigger.register(marks_the_counts())(Claim)
