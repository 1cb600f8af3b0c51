"""One decision a claim: by tier or by resolution; superseded by a later row, never edited."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, IntakeRound, Operator, Pricing, ReporterType, Service
from claims.evidence.models import Kind
from claims.register.models import Claim
from claims.register.settled import declare_settled
from claims.triage.models import Nature
from committee.plan.policies import Tier, TierPolicy
from relief.errors import declare_constraint
from relief.guards import append_only
from relief.jobs.models import Job
from relief.money import MAX_WON
from relief.scope import ScopedQuerySet


class DecisionRun(models.Model):
    """One run of a policy version over the eligible claims of an incident."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="decision_runs")
    policy = models.ForeignKey(TierPolicy, models.PROTECT, verbose_name=_("policy"), related_name="runs")
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    created_at = models.DateTimeField(_("created at"))
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+")
    is_again = models.BooleanField(_("decides anew"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, help_text=_("Why claims were decided anew"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision run")
        verbose_name_plural = _("decision runs")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("run_decisions", _("Can run the tier decisions")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(is_again=False) | ~Q(reason=""),
                name=declare_constraint("deciding_anew_needs_reason", _("Say why the claims are decided anew.")),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.policy}"


class DecisionQuerySet(ScopedQuerySet["Decision"]):
    """Decisions; the standing one of a claim is the one that no other supersedes."""

    incident_path = "claim__incident_id"

    def standing(self) -> Self:
        """Return the decisions that are not superseded: at most one a claim."""
        return self.filter(~Exists(Decision.objects.filter(supersedes=OuterRef("pk"))))


class Decision(models.Model):
    """What was decided on a claim, under which version, and the facts it rested on. Append-only."""

    class Outcome(models.TextChoices):
        SUPPORTED = "supported", _("Supported")
        REVIEW = "review", _("Waits for the committee")
        NOT_ELIGIBLE = "not_eligible", _("Not eligible")
        PROOF_MISSING = "proof_missing", _("Proof missing")

    class Reason(models.TextChoices):
        """Why a claim got what it got; codes for letters and statistics."""

        TIER = "tier", _("The tier of the loss")
        ABOVE_TIERS = "above_tiers", _("The loss lies above the fixed tiers")
        REPORTER_TYPE = "reporter_type", _("The measure is not for this type of reporter")
        PRICING = "pricing", _("The measure is not for paid, or not for free services")
        SERVICE = "service", _("The measure is not for this service")
        ROUND = "round", _("The measure is not for this intake round")
        PROOF_MISSING = "proof_missing", _("Required evidence is missing")
        NO_LOSS = "no_loss", _("No loss in money was stated")
        AFFILIATE = "affiliate", _("The service belongs to an affiliate, to which the claim is referred")
        INQUIRY = "inquiry", _("The report is a question or a protest")
        NOT_ADMITTED = "not_admitted", _("The claim came outside its round or its round does not admit it")
        CORRECTION = "correction", _("A correction of an earlier decision")

    # Indexed for whoever removes claims: an import that is undone asks for every claim of it.
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="decisions")
    run = models.ForeignKey(DecisionRun, models.PROTECT, verbose_name=_("run"), null=True, related_name="decisions")
    policy = models.ForeignKey(
        TierPolicy, models.PROTECT, verbose_name=_("policy"), null=True, related_name="+", db_index=False
    )
    tier = models.ForeignKey(Tier, models.PROTECT, verbose_name=_("tier"), null=True, related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=13, choices=Outcome)
    reason_code = models.CharField(_("reason code"), max_length=16, choices=Reason)
    amount = models.BigIntegerField(_("support amount in won"), default=0)
    fact_loss = models.BigIntegerField(_("loss as decided on"), null=True)
    fact_reporter_type = models.CharField(_("reporter type as decided on"), max_length=16, choices=ReporterType)
    fact_pricing = models.CharField(_("paid or free as decided on"), max_length=8, choices=Pricing)
    fact_nature = models.CharField(_("nature as decided on"), max_length=8, choices=Nature)
    fact_admission = models.CharField(_("admission as decided on"), max_length=12, choices=Claim.Admission)
    fact_operator_kind = models.CharField(_("operator as decided on"), max_length=10, choices=Operator.Kind)
    # Keys as they were, without constraints of their own: a decided claim keeps its service and round from deletion.
    fact_service = models.ForeignKey(
        Service,
        models.PROTECT,
        verbose_name=_("service as decided on"),
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    fact_round = models.ForeignKey(
        IntakeRound,
        models.PROTECT,
        verbose_name=_("intake round as decided on"),
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    fact_evidence = ArrayField(
        models.CharField(max_length=30, choices=Kind), verbose_name=_("evidence as decided on"), null=True
    )
    missing_evidence = ArrayField(
        models.CharField(max_length=30, choices=Kind), verbose_name=_("missing evidence"), null=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"))
    supersedes = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("supersedes"), null=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason for the change"), max_length=500, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("supersede_decision", _("Can put a new decision in the place of an earlier one")),)
        triggers = append_only(
            declare_constraint("decisions_are_append_only", _("A decision is never changed; a new one supersedes it."))
        )
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(supersedes__isnull=True),
                name=declare_constraint("one_first_decision_per_claim", _("The claim has been decided already.")),
            ),
            models.UniqueConstraint(
                fields=("supersedes",),
                name=declare_constraint(
                    "one_decision_supersedes_another",
                    _("A later decision stands in the place of this one. Open that one."),
                ),
            ),
            models.CheckConstraint(
                condition=Q(outcome="supported", amount__gt=0, amount__lte=MAX_WON)
                | (~Q(outcome="supported") & Q(amount=0)),
                name=declare_constraint(
                    "only_supported_claims_get_money", _("Only a supported claim carries an amount.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(outcome="proof_missing", missing_evidence__isnull=False, missing_evidence__len__gt=0)
                | (~Q(outcome="proof_missing") & Q(missing_evidence__isnull=True)),
                name=declare_constraint(
                    "missing_proof_is_named", _("A decision for missing proof names what is missing.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(reason=""),
                name=declare_constraint("superseding_needs_reason", _("Say why the decision is changed.")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim}: {self.get_outcome_display()}"


declare_settled(table="committee_decision", column="claim_id")
