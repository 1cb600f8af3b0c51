"""Versioned tier policies: from draft to adoption by a resolution, frozen from the proposal on."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Pricing, ReporterType
from claims.evidence.models import Kind
from committee.plan.models import Measure
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal
from relief.money import BASIS_POINTS, MAX_WON, format_basis_points, format_won
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable

NO_SHARE = Q(share_bp__isnull=True, floor__isnull=True, cap__isnull=True)


class PolicyState(models.TextChoices):
    """Where a version of the tier policy stands."""

    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    ADOPTED = "adopted", _("Adopted")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# draft: may be edited; proposed: frozen, waits for the committee's resolution; adopted: decides claims; superseded: a
# later version was adopted; withdrawn: given up, or taken out of force with nothing in its place.
POLICY_STATES = StateTable(
    rule=declare_constraint("policy_moves_as_its_table_says", _("The policy cannot take this step now.")),
    born=frozenset({"draft"}),
    moves={
        "draft": frozenset({"proposed", "withdrawn"}),
        "proposed": frozenset({"adopted", "draft", "withdrawn"}),
        "adopted": frozenset({"superseded", "withdrawn"}),
    },
)

_TERMS = (
    "incident_id", "measure_id", "number", "eligible_types", "pricing", "services", "rounds", "required_evidence",
    "objection_days", "grounds", "drafted_by_id", "drafted_at",
)  # fmt: skip
_ADOPTION = ("adopted_by_id", "adopted_at", "resolution", "proposed_by_id", "proposed_at")


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


@tracked()
class TierPolicy(models.Model):
    """A version of the rule that turns a loss into an amount; it covers every loss from 1 won up, without gap.

    An empty list of pricing, services or rounds restricts nothing.
    """

    State = PolicyState
    STATES = POLICY_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="policies")
    measure = models.ForeignKey(Measure, models.PROTECT, verbose_name=_("measure"), related_name="policies")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    eligible_types = ArrayField(
        models.CharField(max_length=16, choices=ReporterType), verbose_name=_("eligible reporter types"), default=list
    )
    pricing = ArrayField(
        models.CharField(max_length=8, choices=Pricing), verbose_name=_("paid or free"), default=list, blank=True
    )
    services = ArrayField(models.BigIntegerField(), verbose_name=_("services"), default=list, blank=True)
    rounds = ArrayField(models.BigIntegerField(), verbose_name=_("intake rounds"), default=list, blank=True)
    required_evidence = ArrayField(
        models.CharField(max_length=30, choices=Kind),
        verbose_name=_("required evidence"),
        default=list,
        blank=True,
        help_text=_("For the losses that the committee examines, and for tiers that need proof"),
    )
    objection_days = models.PositiveSmallIntegerField(
        _("days to object"), default=30, help_text=_("From the day of the decision")
    )
    grounds = models.TextField(_("grounds"), blank=True, help_text=_("Why these tiers: the factors weighed"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("drafted by"), related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("proposed by"), null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("adopted by"), null=True, related_name="+"
    )
    adopted_at = models.DateTimeField(_("adopted at"), null=True)
    resolution = models.CharField(
        _("resolution"), max_length=200, blank=True, help_text=_("Which meeting resolved it, under which number")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(
        _("reason"), max_length=500, blank=True, help_text=_("Why it was last sent back or withdrawn")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        ordering = ("measure", "-number")
        default_permissions = ("view",)
        permissions = (
            ("draft_tier_policy", _("Can draft and propose tier policies")),
            ("adopt_tier_policy", _("Can adopt tier policies, send them back and withdraw them")),
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
                    "one_adopted_policy_per_measure", _("Another version is adopted. Reload the page to see it.")
                ),
            ),
            ExclusionConstraint(
                name=declare_constraint(
                    "one_policy_in_force_at_a_time", _("Two versions of a measure cannot be in force at the same time.")
                ),
                expressions=(
                    ("measure", RangeOperators.EQUAL),
                    (
                        Func("adopted_at", "ended_at", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ),
                condition=Q(adopted_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["adopted", "superseded"])
                | Q(adopted_by__isnull=False, adopted_at__isnull=False) & ~Q(resolution=""),
                name=declare_constraint(
                    "adoption_has_who_and_when", _("An adopted policy names who adopted it, when, and the resolution.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["superseded", "withdrawn"], ended_at__isnull=False)
                | Q(state__in=["draft", "proposed", "adopted"], ended_at__isnull=True),
                name=declare_constraint("policy_in_force_has_no_end", _("Only a policy that has ended has an end.")),
            ),
        )
        triggers = (
            *POLICY_STATES.triggers(),
            Refusal(
                rule=declare_constraint(
                    "adopted_policy_is_frozen",
                    _("A proposed or adopted policy is frozen; send it back, or draft a new one."),
                ),
                operation=pgtrigger.Update,
                test=f"(OLD.state <> 'draft' AND {_differ(_TERMS)}) "
                f"OR (OLD.state NOT IN ('draft', 'proposed') AND {_differ(_ADOPTION)})",
            ),
            Refusal(
                rule=declare_constraint("policies_are_never_deleted", _("Only a draft can be thrown away.")),
                operation=pgtrigger.Delete,
                test="OLD.state <> 'draft'",
            ),
            Refusal(
                rule=declare_constraint(
                    "tiers_cover_every_loss",
                    _("The tiers must cover every loss from 1 won up without a gap. Mend the bounds first."),
                ),
                operation=pgtrigger.UpdateOf("state"),
                test="NEW.state IN ('proposed', 'adopted') AND NEW.state <> OLD.state AND (SELECT range_agg(bounds) "
                "FROM committee_tier WHERE policy_id = NEW.id) IS DISTINCT FROM int8multirange(int8range(1, NULL))",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} v{self.number}"


class Tier(models.Model):
    """A span of losses in won, lower bound included and upper excluded, and what it gives."""

    class Outcome(models.TextChoices):
        FIXED = "fixed", _("Fixed amount")
        SHARE = "share", _("Share of the loss")
        REVIEW = "review", _("The committee examines the proof")

    policy = models.ForeignKey(TierPolicy, models.CASCADE, verbose_name=_("policy"), related_name="tiers")
    number = models.PositiveSmallIntegerField(_("tier"))
    bounds = BigIntegerRangeField(_("loss in won"), help_text=_("[1,300001) means 1 to 300,000 won, both included"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome)
    amount = models.BigIntegerField(_("support amount in won"), null=True, blank=True)
    share_bp = models.PositiveIntegerField(_("share of the loss in basis points"), null=True, blank=True)
    floor = models.BigIntegerField(_("at least, in won"), null=True, blank=True)
    cap = models.BigIntegerField(_("at most, in won"), null=True, blank=True)
    needs_proof = models.BooleanField(_("needs proof"), default=False)

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
                condition=Q(outcome="fixed", amount__gt=0, amount__lte=MAX_WON) & NO_SHARE
                | Q(outcome="share", amount__isnull=True, share_bp__gte=1, share_bp__lte=BASIS_POINTS, floor__gte=1)
                & (Q(cap__isnull=True) | Q(cap__gte=F("floor"), cap__lte=MAX_WON))
                | Q(outcome="review", amount__isnull=True) & NO_SHARE,
                name=declare_constraint(
                    "tier_gives_amount_or_review",
                    _("A tier gives a fixed amount, or a share of the loss with a floor, or goes to the committee."),
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

    @property
    def gift(self) -> str:
        """What the tier gives, as people write it: "30,000 won", "10 % of the loss, at least …", or the committee."""
        if self.outcome == self.Outcome.FIXED:
            return format_won(self.amount)
        if self.outcome == self.Outcome.REVIEW:
            return str(self.get_outcome_display())
        words = gettext("%(share)s %% of the loss, at least %(floor)s") % {
            "share": format_basis_points(self.share_bp or 0),
            "floor": format_won(self.floor),
        }
        return (
            words
            if self.cap is None
            else gettext("%(words)s, at most %(cap)s") % {"words": words, "cap": format_won(self.cap)}
        )
