"""Kept simulations, each with the data it was made of, and the factors that the committee weighs for each service."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Service
from committee.plan.models import Measure
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import append_only
from relief.money import BASIS_POINTS
from relief.scope import ScopedQuerySet


class Simulation(models.Model):
    """What policies would have given on the data of one instant; nothing in it decides anything. Append-only.

    `terms` are the terms of every variant, the one in force first where there was one; `results` what they came to;
    `factors` what the factors of the services proposed then; `snapshot` the claims as groups of facts, so that it can
    be computed again: no names, numbers or accounts.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="simulations")
    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name=_("measure"), related_name="simulations")
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=500, blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("kept by"), related_name="+")
    kept_at = models.DateTimeField(_("kept at"))
    narrowing = models.JSONField(_("filter"), default=dict)
    terms = models.JSONField(_("terms"))
    results = models.JSONField(_("results"))
    factors = models.JSONField(_("factors"), default=list)
    snapshot = models.BinaryField(_("data"))
    snapshot_sha256 = models.CharField(_("SHA-256 of the data"), max_length=64)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("keep_simulations", _("Can keep simulations")),)
        triggers = append_only(
            declare_constraint("simulations_are_append_only", _("A kept simulation is never changed; keep another."))
        )
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "name"),
                name=declare_constraint(
                    "one_simulation_per_name", _("A simulation of this name is kept already. Choose another name.")
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


@tracked()
class ServiceFactors(models.Model):
    """What the committee weighs for the users of one service, beside the median of their losses; rates in basis points.

    Source: the committee's factors as the press told them (operating margin, alternative, market share, median loss).
    """

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    service = models.OneToOneField(Service, models.PROTECT, verbose_name=_("service"), related_name="+")
    margin_bp = models.PositiveIntegerField(_("operating margin in basis points"))
    market_share_bp = models.PositiveIntegerField(_("market share in basis points"))
    unavoidable_bp = models.PositiveIntegerField(
        _("unavoidable part in basis points"),
        default=BASIS_POINTS,
        help_text=_("How much of the loss another service could not have avoided"),
    )
    source = models.CharField(_("source"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("set by"), related_name="+")
    set_at = models.DateTimeField(_("set at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("factors of a service")
        verbose_name_plural = _("factors of services")
        ordering = ("service",)
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    margin_bp__lte=BASIS_POINTS, market_share_bp__lte=BASIS_POINTS, unavoidable_bp__lte=BASIS_POINTS
                ),
                name=declare_constraint("factors_are_at_most_the_whole", _("A factor is at most 100 %.")),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name=declare_constraint("factors_name_their_source", _("Say where the factors are from.")),
            ),
        )

    def __str__(self) -> str:
        return str(self.service)
