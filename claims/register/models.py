"""Claimants and claims as they were reported; what is decided or paid about them stands elsewhere."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, IntakeRound, Pricing, ReporterType, Service
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, no_truncate
from relief.money import MAX_WON
from relief.references import Reference, ReferencedRowStays, ReferencesExist, ReferencesStay
from relief.scope import ScopedQuerySet
from relief.sealed import mask, unseal
from relief.sealed.rotation import declare_sealed

# The targets that a file's claims share are guarded by statement, not by foreign keys: see `relief.references`.
_CLAIM_RULE = declare_constraint(
    "claim_stays_within_its_incident", _("A claim's service, intake round and import belong to the claim's incident.")
)
_CLAIMANT_RULE = declare_constraint("claimant_has_an_incident", _("A claimant belongs to an incident that exists."))
TARGET_RULE = declare_constraint("claims_refer_to_it", _("Claims refer to this; it can be neither removed nor moved."))
CLAIM_REFERENCES = (
    Reference("service_id", "claims_service", within="incident_id"),
    Reference("intake_round_id", "claims_intakeround", within="incident_id"),
    Reference("claim_import_id", "claims_claimimport", within="incident_id"),
    Reference("claimant_id", "claims_claimant", table_keeps_all=True),
)
CLAIMANT_REFERENCES = (Reference("incident_id", "claims_incident"),)


def _guarded(references: tuple[Reference, ...], rule: str) -> tuple[pgtrigger.Trigger, ...]:
    return (ReferencesExist(rule=rule, references=references), ReferencesStay(rule=rule, references=references))


class Bigrams(models.Func):
    """The pairs of neighbouring characters of a text, as an array."""

    function = "claims_bigrams"
    output_field: models.Field[Any, Any] = ArrayField(models.TextField())


class Claimant(models.Model):
    """One person or business within an incident, known by the strongest number it reported and by its name."""

    class Identity(models.TextChoices):
        REGISTRATION_NUMBER = "registration", _("Business registration number")
        PHONE = "phone", _("Phone")
        ACCOUNT = "account", _("Account")

    incident = models.ForeignKey(
        Incident, models.PROTECT, verbose_name=_("incident"), related_name="+", db_index=False, db_constraint=False
    )
    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False, default="")
    identity_kind = models.CharField(_("known by"), max_length=12, choices=Identity)
    identity_index = models.BinaryField(_("blind index"), max_length=16)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("claimant")
        verbose_name_plural = _("claimants")
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = (
            *_guarded(CLAIMANT_REFERENCES, _CLAIMANT_RULE),
            Refusal(
                rule=declare_constraint("claimants_are_kept", _("A claimant is never removed.")),
                test="TG_OP = 'DELETE' OR NEW.id <> OLD.id",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        )
        constraints = (
            models.UniqueConstraint(
                # The index comes first, so that no other index can serve a look-up by it. The same number under
                # another name is another claimant: people say whether the two are one.
                fields=("identity_index", "identity_kind", "incident", "name_key"),
                name=declare_constraint("one_claimant_per_identity", _("This claimant is known already.")),
            ),
        )

    def __str__(self) -> str:
        return self.name


@tracked()
class Claim(models.Model):
    """One report of damage as it came in. Phone, registration number and account are sealed; see `relief.sealed`."""

    class Admission(models.TextChoices):
        REGULAR = "regular", _("Within its round")
        LATE = "late", _("Outside every round")
        INADMISSIBLE = "inadmissible", _("Not admitted to the round")

    incident = models.ForeignKey(
        Incident, models.PROTECT, verbose_name=_("incident"), related_name="+", db_index=False, db_constraint=False
    )
    receipt_number = models.CharField(_("receipt number"), max_length=40)
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
    admission = models.CharField(_("admission"), max_length=12, choices=Admission, default=Admission.REGULAR)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    reporter_type = models.CharField(
        _("reporter type"), max_length=16, choices=ReporterType, default=ReporterType.UNKNOWN
    )
    service = models.ForeignKey(
        Service, models.PROTECT, verbose_name=_("service"), related_name="+", db_index=False, db_constraint=False
    )
    pricing = models.CharField(_("paid or free"), max_length=8, choices=Pricing, default=Pricing.UNKNOWN)
    claimed_loss = models.BigIntegerField(_("claimed loss in won"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    phone_sealed = models.BinaryField(_("phone"), null=True)
    phone_index = models.BinaryField(null=True)
    registration_number_sealed = models.BinaryField(_("business registration number"), null=True)
    registration_number_index = models.BinaryField(null=True)
    bank_code = models.CharField(_("bank"), max_length=3, blank=True)
    account_sealed = models.BinaryField(_("account"), null=True)
    account_index = models.BinaryField(null=True)
    claimant = models.ForeignKey(
        Claimant,
        models.PROTECT,
        verbose_name=_("claimant"),
        null=True,
        related_name="claims",
        db_constraint=False,
    )
    claim_import = models.ForeignKey(
        "claims.ClaimImport",
        models.PROTECT,
        verbose_name=_("import"),
        null=True,
        related_name="claims",
        db_constraint=False,
    )
    source_line = models.PositiveIntegerField(_("line in the file"), null=True)
    content_hash = models.BinaryField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ("-id",)
        default_permissions = ("view", "change")
        permissions = (("reveal_personal_data", _("Can reveal personal data, with a reason")),)
        triggers = (
            *_guarded(CLAIM_REFERENCES, _CLAIM_RULE),
            no_truncate(declare_constraint("claims_are_never_emptied", _("The register of claims is never emptied."))),
        )
        constraints = (
            models.UniqueConstraint(
                # The number comes first, so that no other index can serve a look-up by it.
                fields=("receipt_number", "incident"),
                name=declare_constraint(
                    "one_claim_per_receipt_number", _("A claim with this receipt number is registered already.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(claimed_loss__isnull=True) | Q(claimed_loss__gte=0, claimed_loss__lte=MAX_WON),
                name=declare_constraint(
                    "claimed_loss_is_whole_won", _("A claimed loss lies between 0 and 1,000 trillion won.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(reporter_type__in=ReporterType.values)
                & Q(pricing__in=["paid", "free", "unknown"])
                & Q(admission__in=["regular", "late", "inadmissible"])
                & ~Q(receipt_number=""),
                name=declare_constraint("claim_words_are_known", _("A claim has an unknown type, price or admission.")),
            ),
        )
        indexes = (
            models.Index("incident", F("received_at").desc(), F("id").desc(), name="claim_by_arrival"),
            models.Index("incident", "service", F("received_at").desc(), F("id").desc(), name="claim_by_service"),
            # Two syllables are too few for trigrams; the function comes with the migration.
            GinIndex(Bigrams("name"), name="claim_by_name"),
            models.Index("phone_index", name="claim_by_phone", condition=Q(phone_index__isnull=False)),
            models.Index(
                "registration_number_index",
                name="claim_by_registration",
                condition=Q(registration_number_index__isnull=False),
            ),
            models.Index("account_index", name="claim_by_account", condition=Q(account_index__isnull=False)),
        )

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def is_complete(self) -> bool:
        """A claim can be paid only where it names a person, a contact and an account."""
        return bool(self.name and self.phone_sealed and self.account_sealed and self.bank_code)

    @staticmethod
    def bound(column: str, key: int) -> str:
        """Return what a sealed column of the claim with this key is bound to."""
        return f"claims_claim.{column}:{key}"

    def _open(self, column: str) -> str:
        sealed = getattr(self, f"{column}_sealed")
        return "" if sealed is None else unseal(sealed, bound_to=self.bound(column, self.pk))

    def reveal(self, column: str) -> str:
        """Return "phone", "registration_number" or "account" in clear; record the disclosure before showing it."""
        return self._open(column)

    def masked(self, column: str) -> str:
        """Return the number with all but its last four characters hidden, or an empty text."""
        return mask(self._open(column))


for _target, _column in ((Service, "service_id"), (IntakeRound, "intake_round_id")):
    pgtrigger.register(
        ReferencedRowStays(rule=TARGET_RULE, table="claims_claim", column=_column, within="incident_id")
    )(_target)
pgtrigger.register(ReferencedRowStays(rule=TARGET_RULE, table="claims_claimant", column="incident_id"))(Incident)


for _column in ("phone", "registration_number", "account"):
    # An event's `id` is the claim's: its values are copies, bound to the claim's row.
    for _model in ("claims.Claim", "claims.ClaimEvent"):
        declare_sealed(model=_model, column=f"{_column}_sealed", bound=f"claims_claim.{_column}", row_key="id")
