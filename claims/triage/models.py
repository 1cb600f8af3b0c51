"""Classification: four axes a claim, each with the rule or the person that set it; rule sets are versioned data."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Operator, Pricing, ReporterType
from claims.register.listing import marks_the_counts
from claims.register.models import Claim
from claims.triage.certainty import SURE, UNCERTAIN_BELOW
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


_AXES = ("reporter_type", "pricing", "nature", "operator_kind")


def _set_by(label: Any) -> Any:
    """Return the column that names who set an axis by hand; empty where a rule did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=label, null=True, related_name="+", db_index=False
    )


def _confidence(label: Any) -> Any:
    return models.PositiveSmallIntegerField(label, default=SURE, db_default=SURE, validators=(MaxValueValidator(SURE),))


def _reason(label: Any) -> Any:
    return models.TextField(label, blank=True, default="", db_default="")


def _source_is_whole(axis: str) -> Q:
    """Return that an axis is set either by a rule, without a reason, or by a person, for certain and with a reason."""
    by_rule = Q(**{f"{axis}_by__isnull": True, f"{axis}_reason": "", f"{axis}_confidence__range": (1, SURE)})
    by_person = Q(**{f"{axis}_by__isnull": False, f"{axis}_rule": "", f"{axis}_confidence": SURE})
    return by_rule | by_person & ~Q(**{f"{axis}_reason": ""})


BY_HAND = reduce(lambda some, axis: some | Q(**{f"{axis}_by__isnull": False}), _AXES, Q())
"""A person set an axis or more of this classification."""


@tracked()
class Classification(models.Model):
    """Where a claim stands on the four axes, and by which rule of which version or whose word; see also its events.

    An axis that a person set names him in `<axis>_by`; its rule is empty, its confidence full. `confidence` is that of
    the least sure axis, `version` grows with everything that is written.
    """

    claim = models.OneToOneField(
        Claim, models.CASCADE, primary_key=True, verbose_name=_("claim"), related_name="classification"
    )
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, verbose_name=_("rule set"), related_name="+", db_index=False)
    reporter_type = models.CharField(_("reporter type"), max_length=16, choices=ReporterType)
    reporter_type_rule = models.CharField(_("rule for reporter type"), max_length=60, blank=True)
    reporter_type_by = _set_by(_("reporter type set by"))
    reporter_type_confidence = _confidence(_("confidence in reporter type"))
    reporter_type_reason = _reason(_("reason for reporter type"))
    pricing = models.CharField(_("paid or free"), max_length=8, choices=Pricing)
    pricing_rule = models.CharField(_("rule for paid or free"), max_length=60, blank=True)
    pricing_by = _set_by(_("paid or free set by"))
    pricing_confidence = _confidence(_("confidence in paid or free"))
    pricing_reason = _reason(_("reason for paid or free"))
    nature = models.CharField(_("monetary loss or inquiry"), max_length=8, choices=Nature)
    nature_rule = models.CharField(_("rule for monetary loss"), max_length=60, blank=True)
    nature_by = _set_by(_("monetary loss set by"))
    nature_confidence = _confidence(_("confidence in monetary loss"))
    nature_reason = _reason(_("reason for monetary loss"))
    operator_kind = models.CharField(_("own company or affiliate"), max_length=10, choices=Operator.Kind)
    operator_kind_rule = models.CharField(_("rule for operator"), max_length=60, blank=True)
    operator_kind_by = _set_by(_("operator set by"))
    operator_kind_confidence = _confidence(_("confidence in operator"))
    operator_kind_reason = _reason(_("reason for operator"))
    confidence = _confidence(_("confidence"))
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

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
            models.CheckConstraint(
                condition=reduce(lambda every, axis: every & _source_is_whole(axis), _AXES, Q()),
                name=declare_constraint(
                    "axis_is_set_by_a_rule_or_a_person",
                    _("An axis is set by a rule, or by a person with a reason; never by both or neither."),
                ),
            ),
            models.CheckConstraint(
                condition=Q(confidence=Least(*(f"{axis}_confidence" for axis in _AXES))),
                name=declare_constraint(
                    "claim_is_as_sure_as_its_least_sure_axis",
                    _("A classification is as certain as the least certain of its axes."),
                ),
            ),
        )
        indexes = (
            models.Index("claim", name="uncertain_claim", condition=Q(confidence__lt=UNCERTAIN_BELOW)),
            models.Index("claim", name="claim_by_hand", condition=BY_HAND),
        )

    def __str__(self) -> str:
        return str(self.claim)


pgtrigger.register(marks_the_counts())(Classification)
