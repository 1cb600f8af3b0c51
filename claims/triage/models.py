"""Classification: four axes a claim, each with the rule that set it; rule sets are versioned data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Operator, Pricing, ReporterType
from claims.register.models import Claim
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import append_only
from relief.scope import ScopedQuerySet, scoped_by


class Nature(models.TextChoices):
    """Monetary loss or inquiry: the third axis."""

    MONETARY = "monetary", _("Monetary loss")
    INQUIRY = "inquiry", _("Inquiry")


class RuleSet(models.Model):
    """A version of the classification rules of an incident: an ordered list, the first that fits an axis decides it."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="rule_sets")
    version = models.PositiveSmallIntegerField(_("version"))
    rules = models.JSONField(_("rules"), help_text=_("See claims.triage.rules for the shape"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    created_at = models.DateTimeField(_("created at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ("incident", "-version")
        default_permissions = ("view",)
        triggers = append_only(
            declare_constraint("rule_sets_are_append_only", _("A rule set is never changed; write a new version."))
        )
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "version"),
                name=declare_constraint("one_rule_set_per_version", _("This version of the rules exists already.")),
            ),
        )

    def __str__(self) -> str:
        return str(_("Rules version %(version)s") % {"version": self.version})


@tracked()
class Classification(models.Model):
    """Where a claim stands on the four axes, and by which rule of which version; its past is in its events."""

    claim = models.OneToOneField(
        Claim, models.CASCADE, primary_key=True, verbose_name=_("claim"), related_name="classification"
    )
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("rule set"), related_name="+", db_index=False)
    reporter_type = models.CharField(_("reporter type"), max_length=16, choices=ReporterType)
    reporter_type_rule = models.CharField(_("rule for reporter type"), max_length=60)
    pricing = models.CharField(_("paid or free"), max_length=8, choices=Pricing)
    pricing_rule = models.CharField(_("rule for paid or free"), max_length=60)
    nature = models.CharField(_("monetary loss or inquiry"), max_length=8, choices=Nature)
    nature_rule = models.CharField(_("rule for monetary loss"), max_length=60)
    operator_kind = models.CharField(_("own company or affiliate"), max_length=10, choices=Operator.Kind)
    operator_kind_rule = models.CharField(_("rule for operator"), max_length=60)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        default_permissions = ("view",)
        permissions = (("classify_claims", _("Can classify claims")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(reporter_type__in=ReporterType.values)
                & Q(pricing__in=["paid", "free", "unknown"])
                & Q(nature__in=Nature.values)
                & Q(operator_kind__in=Operator.Kind.values),
                name=declare_constraint("classification_words_are_known", _("An axis has an unknown value.")),
            ),
        )

    def __str__(self) -> str:
        return str(self.claim_id)
