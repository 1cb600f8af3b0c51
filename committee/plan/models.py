"""The relief plan: measures with their items and values, and versioned tier policies."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, ReporterType
from claims.evidence.models import Kind
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal
from relief.money import MAX_WON, format_won
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


@tracked()
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
        )

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class PolicyState(models.TextChoices):
    """Where a version of the tier policy stands."""

    DRAFT = "draft", _("Draft")
    ADOPTED = "adopted", _("Adopted")
    RETIRED = "retired", _("Retired")


# draft: may be edited; adopted: decides claims, frozen; retired: decided claims once, frozen.
POLICY_STATES = StateTable(
    rule=declare_constraint("policy_moves_as_its_table_says", _("The policy cannot take this step now.")),
    born=frozenset({"draft"}),
    moves={"draft": frozenset({"adopted", "retired"}), "adopted": frozenset({"retired"})},
)


@tracked()
class TierPolicy(models.Model):
    """A version of the rule that turns a loss into an amount; it covers every loss from 1 won up, without gap."""

    State = PolicyState
    STATES = POLICY_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="policies")
    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name=_("measure"), related_name="policies")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    eligible_types = ArrayField(
        models.CharField(max_length=16, choices=ReporterType), verbose_name=_("eligible reporter types"), default=list
    )
    required_evidence = ArrayField(
        models.CharField(max_length=30, choices=Kind),
        verbose_name=_("required evidence"),
        default=list,
        blank=True,
        help_text=_("For the losses that the committee examines"),
    )
    grounds = models.TextField(_("grounds"), blank=True, help_text=_("Why these tiers: the factors weighed"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("drafted by"), related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("adopted by"), null=True, related_name="+"
    )
    adopted_at = models.DateTimeField(_("adopted at"), null=True)
    retired_at = models.DateTimeField(_("retired at"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        ordering = ("measure", "-number")
        default_permissions = ("view",)
        permissions = (
            ("draft_tier_policy", _("Can draft tier policies")),
            ("adopt_tier_policy", _("Can adopt and retire tier policies")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("measure", "number"),
                name=declare_constraint("one_policy_per_number", _("This version of the policy exists already.")),
            ),
            models.UniqueConstraint(
                fields=("measure",),
                condition=Q(state="adopted"),
                name=declare_constraint(
                    "one_adopted_policy_per_measure", _("Another version is adopted. Retire it first.")
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | Q(adopted_by__isnull=False, adopted_at__isnull=False),
                name=declare_constraint("adoption_has_who_and_when", _("An adopted policy names who and when.")),
            ),
        )
        triggers = (
            *POLICY_STATES.triggers(),
            Refusal(
                rule=declare_constraint("adopted_policy_is_frozen", _("An adopted policy is frozen; draft a new one.")),
                operation=pgtrigger.Update,
                test="OLD.state <> 'draft' AND (OLD.measure_id, OLD.number, OLD.eligible_types, OLD.required_evidence, "
                "OLD.grounds, OLD.drafted_by_id, OLD.adopted_by_id, OLD.adopted_at) IS DISTINCT FROM (NEW.measure_id, "
                "NEW.number, NEW.eligible_types, NEW.required_evidence, NEW.grounds, NEW.drafted_by_id, "
                "NEW.adopted_by_id, NEW.adopted_at)",
            ),
            Refusal(
                rule=declare_constraint("policies_are_never_deleted", _("Only a draft can be thrown away.")),
                operation=pgtrigger.Delete,
                test="OLD.state <> 'draft'",
            ),
            Refusal(
                rule=declare_constraint(
                    "tiers_cover_every_loss",
                    _("The tiers must cover every loss from 1 won up without a gap. Mend the bounds, then adopt."),
                ),
                operation=pgtrigger.UpdateOf("state"),
                test="NEW.state = 'adopted' AND OLD.state = 'draft' AND (SELECT range_agg(bounds) FROM committee_tier "
                "WHERE policy_id = NEW.id) IS DISTINCT FROM int8multirange(int8range(1, NULL))",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} v{self.number}"


class Tier(models.Model):
    """A span of losses in won, lower bound included and upper excluded, and what it gives."""

    class Outcome(models.TextChoices):
        FIXED = "fixed", _("Fixed amount")
        REVIEW = "review", _("The committee examines the proof")

    policy = models.ForeignKey(TierPolicy, models.CASCADE, verbose_name=_("policy"), related_name="tiers")
    number = models.PositiveSmallIntegerField(_("tier"))
    bounds = BigIntegerRangeField(_("loss in won"), help_text=_("[1,300001) means 1 to 300,000 won, both included"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome)
    amount = models.BigIntegerField(_("support amount in won"), null=True, blank=True)

    objects = scoped_by("policy__incident_id").as_manager()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ("policy", "number")
        default_permissions = ("view",)
        constraints = (
            ExclusionConstraint(
                name=declare_constraint("tiers_do_not_overlap", _("Two tiers overlap. Mend the bounds.")),
                expressions=(("policy", RangeOperators.EQUAL), ("bounds", RangeOperators.OVERLAPS)),
            ),
            models.UniqueConstraint(
                fields=("policy", "number"),
                name=declare_constraint("one_tier_per_number", _("Two tiers carry the same number.")),
            ),
            models.CheckConstraint(
                condition=Q(outcome="fixed", amount__gt=0, amount__lte=MAX_WON)
                | Q(outcome="review", amount__isnull=True),
                name=declare_constraint(
                    "tier_gives_amount_or_review", _("A tier gives a fixed amount, or goes to the committee.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(bounds__startswith__gte=1),
                name=declare_constraint("tier_begins_at_one_won", _("The lowest loss a tier can hold is 1 won.")),
            ),
        )
        triggers = (
            Refusal(
                rule=declare_constraint("adopted_tiers_are_frozen", _("The tiers of an adopted policy are frozen.")),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                test="EXISTS (SELECT 1 FROM committee_tierpolicy p WHERE p.id IN (NEW.policy_id, OLD.policy_id) "
                "AND p.state <> 'draft')",
            ),
        )

    def __str__(self) -> str:
        return str(_("Tier %(number)s") % {"number": self.number})

    @property
    def up_to(self) -> int | None:
        """The highest loss in won that the tier holds, itself included; None where the tier is open above."""
        return None if self.bounds.upper is None else self.bounds.upper - 1

    @property
    def span(self) -> str:
        """The losses of the tier as people write them: "1 won to 300,000 won", or "more than 500,000 won"."""
        if self.up_to is None:
            return gettext("more than %(bound)s") % {"bound": format_won(self.bounds.lower - 1)}
        return gettext("%(first)s to %(last)s") % {
            "first": format_won(self.bounds.lower),
            "last": format_won(self.up_to),
        }
