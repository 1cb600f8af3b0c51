"""The relief plan: measures with their items and values."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, ReporterType
from committee.ledger.models import Book
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.money import MAX_WON
from relief.scope import ScopedQuerySet, scoped_by


# The book is opened with the measure and stays.
@tracked(exclude=("book",))
class Measure(models.Model):
    """One measure of the plan: what is given, to whom, in which window, within which quota."""

    class Kind(models.TextChoices):
        CASH_BY_TIER = "cash_by_tier", _("Cash by tier")
        CASH_BY_RESOLUTION = "cash_by_resolution", _("Cash by resolution")
        CREDIT = "credit", _("Credit")
        COUPON = "coupon", _("Coupon")
        POINTS = "points", _("Points")
        GOODS = "goods", _("Goods")

    class State(models.TextChoices):
        UNDER_DISCUSSION = "under_discussion", _("Under discussion")
        DECIDED = "decided", _("Decided")

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="measures")
    book = models.OneToOneField(Book, models.PROTECT, verbose_name=_("budget"), related_name="measure")
    code = models.SlugField(_("code"), max_length=40, db_index=False)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.UNDER_DISCUSSION)
    audience = models.CharField(_("who"), max_length=120)
    audience_en = models.CharField(_("who, in English"), max_length=120, blank=True)
    reporter_type = models.CharField(
        _("for reporters of type"), max_length=16, choices=ReporterType, blank=True, help_text=_("Empty: another group")
    )
    recipients = models.BigIntegerField(_("recipients"), null=True, blank=True)
    quota = models.BigIntegerField(_("quota"), null=True, blank=True)
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    expected_cost_from = models.BigIntegerField(_("expected cost from"), null=True, blank=True)
    expected_cost_to = models.BigIntegerField(_("expected cost to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ("incident", "id")
        default_permissions = ("view",)
        permissions = (("plan_measures", _("Can write measures into the relief plan")),)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code"),
                name=declare_constraint("one_measure_per_code", _("A measure with this code exists already.")),
            ),
            models.CheckConstraint(
                condition=(Q(recipients__isnull=True) | Q(recipients__gte=0))
                & (Q(quota__isnull=True) | Q(quota__gt=0))
                & (Q(expected_cost_from__isnull=True) | Q(expected_cost_from__lte=F("expected_cost_to"))),
                name=declare_constraint("measure_counts_are_sound", _("Recipients, quota or cost range is wrong.")),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(opens_on__isnull=False, closes_on__gte=F("opens_on")),
                name=declare_constraint(
                    "measure_closes_after_opening", _("The window closes on its first day or later. Mend the days.")
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def audience_text(self) -> str:
        """Who the measure is for, in the active language where a text in it is kept."""
        return self.audience_en if get_language() == "en" and self.audience_en else self.audience


@tracked()
class MeasureItem(models.Model):
    """One thing a recipient of a measure gets: its unit value in won and how many of it."""

    measure = models.ForeignKey(Measure, models.CASCADE, verbose_name=_("measure"), related_name="items")
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    unit_value = models.BigIntegerField(_("unit value in won"), null=True, blank=True)
    unit_value_to = models.BigIntegerField(_("unit value up to"), null=True, blank=True)
    pieces = models.PositiveIntegerField(_("pieces"), default=1)
    kept_days = models.PositiveIntegerField(_("kept for days"), null=True, blank=True, help_text=_("Empty: for ever"))

    objects = scoped_by("measure__incident_id").as_manager()

    class Meta:
        verbose_name = _("item of a measure")
        verbose_name_plural = _("items of measures")
        ordering = ("measure", "id")
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(unit_value__isnull=True) | Q(unit_value__gte=0, unit_value__lte=MAX_WON),
                name=declare_constraint("unit_value_is_whole_won", _("A unit value is a whole amount in won.")),
            ),
            models.CheckConstraint(
                condition=Q(unit_value_to__isnull=True)
                | Q(unit_value__isnull=False, unit_value_to__gte=F("unit_value"), unit_value_to__lte=MAX_WON),
                name=declare_constraint(
                    "unit_value_rises", _("The upper end of a unit value is not below the value itself.")
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name
