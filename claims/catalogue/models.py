"""What is known before a claim comes in: incident, operators, services, intake rounds, and who works on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.scope import ScopedQuerySet

if TYPE_CHECKING:
    from relief.accounts.models import User


class ReporterType(models.TextChoices):
    """Who reports: the committee's first axis."""

    GENERAL_USER = "general_user", _("General user")
    SMALL_BUSINESS = "small_business", _("Small business")
    ENTERPRISE = "enterprise", _("Enterprise")
    UNKNOWN = "unknown", _("Unknown")


class Pricing(models.TextChoices):
    """Whether the service was paid for: the second axis, and what a service offers."""

    PAID = "paid", _("Paid")
    FREE = "free", _("Free")
    BOTH = "both", _("Both")
    UNKNOWN = "unknown", _("Unknown")


class Named(models.Model):
    """A row with a name in the incident's own language and one in English."""

    code = models.SlugField(_("code"), max_length=40, db_index=False)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    """Incidents; a user sees those he is assigned to."""

    incident_path = "id"

    def visible_to(self, user: User) -> Self:
        return self.filter(desks__user=user)


@tracked()
class Incident(Named):
    """A failure of a service for which relief is given: a fire, an outage. The next one is another row."""

    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("code",),
                name=declare_constraint("one_incident_per_code", _("An incident with this code exists already.")),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name=declare_constraint("incident_ends_after_start", _("An incident ends after it started.")),
            ),
        )


class Desk(models.Model):
    """A user's place at an incident; the current desk is the incident he works on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"), related_name="desks")
    incident = models.ForeignKey(Incident, models.CASCADE, verbose_name=_("incident"), related_name="desks")
    is_current = models.BooleanField(_("works on it now"), default=False)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "incident"),
                name=declare_constraint("one_desk_per_user_and_incident", _("The user has this incident already.")),
            ),
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(is_current=True),
                name=declare_constraint("one_current_desk_per_user", _("A user works on one incident at a time.")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.incident}"


@tracked()
class Operator(Named):
    """Who runs services: the company itself, or an affiliate to which its claims are referred."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Own company")
        AFFILIATE = "affiliate", _("Affiliate")

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="operators")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ("kind", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code"),
                name=declare_constraint("one_operator_per_code", _("An operator with this code exists already.")),
            ),
            models.UniqueConstraint(
                fields=("incident",),
                condition=Q(kind="company"),
                name=declare_constraint("one_company_per_incident", _("An incident has one own company.")),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["company", "affiliate"]),
                name=declare_constraint("operator_kind_is_known", _("Choose own company or affiliate.")),
            ),
        )


@tracked()
class Service(Named):
    """A service that failed: whose it is, what it costs, how hard it was to do without it, and for how long."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="services")
    operator = models.ForeignKey(Operator, models.PROTECT, verbose_name=_("operator"), related_name="services")
    aliases = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("other names in claim files"),
        default=list,
        blank=True,
    )
    pricing = models.CharField(
        _("paid or free"), max_length=8, choices=[(c.value, c.label) for c in Pricing if c != Pricing.UNKNOWN]
    )
    has_alternative = models.BooleanField(_("another service could be used instead"), default=False)
    market_share_bp = models.PositiveIntegerField(_("market share in basis points"), null=True, blank=True)
    outage_from = models.DateTimeField(_("outage from"))
    outage_to = models.DateTimeField(_("outage to"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("operator", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code"),
                name=declare_constraint("one_service_per_code", _("A service with this code exists already.")),
            ),
            models.CheckConstraint(
                condition=Q(pricing__in=["paid", "free", "both"]),
                name=declare_constraint("service_pricing_is_known", _("A service is paid, free or both.")),
            ),
            models.CheckConstraint(
                condition=Q(market_share_bp__isnull=True) | Q(market_share_bp__lte=10_000),
                name=declare_constraint(
                    "market_share_within_whole", _("A market share lies between 0 and 10,000 basis points.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(outage_to__isnull=True) | Q(outage_to__gt=F("outage_from")),
                name=declare_constraint("outage_ends_after_start", _("An outage ends after it began.")),
            ),
        )


@tracked()
class IntakeRound(models.Model):
    """A span of Seoul days in which claims are received, and who may claim in it."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"))
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"), help_text=_("The last day, included"))
    extended_from = models.DateField(_("extended from"), null=True, blank=True, help_text=_("The last day at first"))
    admits = ArrayField(
        models.CharField(max_length=16, choices=ReporterType),
        verbose_name=_("who may claim"),
        default=list,
        blank=True,
        help_text=_("Empty: everybody"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake round")
        verbose_name_plural = _("intake rounds")
        ordering = ("incident", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "number"),
                name=declare_constraint("one_round_per_number", _("An intake round with this number exists.")),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name=declare_constraint("round_closes_after_opening", _("A round closes on or after its first day.")),
            ),
            models.CheckConstraint(
                condition=Q(extended_from__isnull=True) | Q(extended_from__lt=F("closes_on")),
                name=declare_constraint(
                    "round_extended_to_later_day", _("An extended round closes later than it was to close at first.")
                ),
            ),
        )

    def __str__(self) -> str:
        return str(_("Round %(number)s") % {"number": self.number})
