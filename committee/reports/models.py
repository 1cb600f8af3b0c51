"""Dates on which the committee was told figures, so that they can be told again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from relief.errors import declare_constraint
from relief.guards import append_only
from relief.scope import ScopedQuerySet


class ReportingDate(models.Model):
    """An instant as of which figures were reported, such as the interim count for a plenary meeting."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="reporting_dates")
    code = models.SlugField(_("code"), max_length=40, db_index=False)
    name = models.CharField(_("name"), max_length=120)
    as_of_at = models.DateTimeField(_("as of"))
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting date")
        verbose_name_plural = _("reporting dates")
        ordering = ("incident", "-as_of_at")
        default_permissions = ("view", "add")
        permissions = (("view_published_figures", _("Can read the published figures")),)
        triggers = append_only(
            declare_constraint("reporting_dates_are_append_only", _("A reporting date stays as it was told."))
        )
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code"),
                name=declare_constraint("one_reporting_date_per_code", _("This reporting date exists already.")),
            ),
        )

    def __str__(self) -> str:
        return self.name
