"""Facts of a claim on their way: rows of a file in staging, and amendments to claims that are registered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import IntakeRound, Pricing, ReporterType, Service
from claims.intake.models import ClaimImport
from claims.register.models import Claim, Claimant
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.scope import scoped_by
from relief.sealed.rotation import declare_sealed
from relief.states import StateTable


class ReportedFacts(models.Model):
    """What one row of a file reports; sealed values are bound to the key of a claim, see `Claim.bound`."""

    line = models.PositiveIntegerField(_("line"))
    received_at = models.DateTimeField(_("received at"))
    intake_round = models.ForeignKey(
        IntakeRound,
        models.PROTECT,
        verbose_name=_("intake round"),
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    admission = models.CharField(_("admission"), max_length=12, choices=Claim.Admission)
    channel = models.CharField(_("channel"), max_length=40)
    reporter_type = models.CharField(_("reporter type"), max_length=16, choices=ReporterType)
    service = models.ForeignKey(
        Service, models.PROTECT, verbose_name=_("service"), related_name="+", db_index=False, db_constraint=False
    )
    pricing = models.CharField(_("paid or free"), max_length=8, choices=Pricing)
    claimed_loss = models.BigIntegerField(_("claimed loss in won"), null=True)
    description = models.TextField(_("description"))
    name = models.CharField(_("name"), max_length=200)
    phone_sealed = models.BinaryField(_("phone"), null=True)
    phone_index = models.BinaryField(null=True)
    registration_number_sealed = models.BinaryField(_("business registration number"), null=True)
    registration_number_index = models.BinaryField(null=True)
    bank_code = models.CharField(_("bank"), max_length=3)
    account_sealed = models.BinaryField(_("account"), null=True)
    account_index = models.BinaryField(null=True)
    content_hash = models.BinaryField(editable=False)

    class Meta:
        abstract = True


class StagedClaim(ReportedFacts):
    """A good row of a file that nobody has accepted yet. The table is UNLOGGED: it can be made again from the file."""

    claim_key = models.BigIntegerField(primary_key=True, help_text=_("The key that the claim will have"))
    claim_import = models.ForeignKey(
        ClaimImport, models.DO_NOTHING, verbose_name=_("import"), related_name="+", db_index=False, db_constraint=False
    )
    receipt_number = models.CharField(_("receipt number"), max_length=40)
    name_key = models.CharField(max_length=200)
    identity_kind = models.CharField(_("known by"), max_length=12, choices=Claimant.Identity, null=True)
    identity_index = models.BinaryField(_("blind index"), max_length=16, null=True)

    objects = scoped_by("claim_import__incident_id").as_manager()

    class Meta:
        verbose_name = _("staged claim")
        verbose_name_plural = _("staged claims")
        default_permissions = ()

    def __str__(self) -> str:
        return self.receipt_number


class AmendmentState(models.TextChoices):
    """What became of a change that a file reported."""

    WAITING = "waiting", _("Waiting for a person")
    APPLIED = "applied", _("Applied")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# waiting: its claim was decided already, a person says what follows; applied: the claim says so now;
# dismissed: the claim stays as it is; withdrawn: the import that brought it was undone.
AMENDMENT_STATES = StateTable(
    rule=declare_constraint("amendment_moves_as_its_table_says", _("The amendment cannot take this step now.")),
    born=frozenset({"waiting", "applied"}),
    moves={
        "waiting": frozenset({"applied", "dismissed", "withdrawn"}),
        "applied": frozenset({"withdrawn"}),
    },
)


@tracked()
class Amendment(ReportedFacts):
    """A registered claim as a later file reports it, with other content."""

    State = AmendmentState
    STATES = AMENDMENT_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="amendments")
    claim_import = models.ForeignKey(
        ClaimImport, models.PROTECT, verbose_name=_("import"), related_name="amendments", db_index=False
    )
    claimant = models.ForeignKey(
        Claimant, models.PROTECT, verbose_name=_("claimant"), null=True, related_name="+", db_index=False
    )
    state = models.CharField(_("state"), max_length=10, choices=AmendmentState)
    replaced_version = models.PositiveIntegerField(_("version that it replaced"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("at"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = scoped_by("claim_import__incident_id").as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ("claim_import", "line")
        default_permissions = ("view",)
        triggers = AMENDMENT_STATES.triggers()
        constraints = (
            models.UniqueConstraint(
                fields=("claim_import", "line"),
                name=declare_constraint("one_amendment_per_line", _("This line has made an amendment already.")),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="applied") | models.Q(replaced_version__isnull=False),
                name=declare_constraint(
                    "applied_amendment_replaces", _("An applied amendment names the version that it replaced.")
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.claim)


for _column in ("phone", "registration_number", "account"):
    for _model, _key in (("StagedClaim", "claim_key"), ("Amendment", "claim_id"), ("AmendmentEvent", "claim_id")):
        declare_sealed(
            model=f"claims.{_model}", column=f"{_column}_sealed", bound=f"claims_claim.{_column}", row_key=_key
        )
