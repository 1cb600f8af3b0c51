"""Evidence for claims: what is required, what was handed in, and what a person found when he checked it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, ReporterType
from claims.register.models import Claim
from claims.register.settled import declare_built_on
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.files.models import StoredFile
from relief.guards import Refusal, append_only, no_truncate
from relief.money import MAX_WON
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class Kind(models.TextChoices):
    """What a piece of evidence proves."""

    CERTIFICATE = "small_business_certificate", _("Small-business certificate")
    LOST_SALES = "proof_of_lost_sales", _("Proof of lost sales")
    BUSINESS_USE = "proof_of_business_use", _("Proof of use for business")
    OTHER = "other", _("Other evidence")


class EvidenceState(models.TextChoices):
    """Where a piece of evidence stands."""

    RECEIVED = "received", _("To check")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    TO_REPLACE = "to_replace", _("To be replaced")
    REPLACED = "replaced", _("Replaced")


class Fault(models.TextChoices):
    """Why a piece of evidence was refused, or is to be replaced."""

    ILLEGIBLE = "illegible", _("Illegible")
    WRONG_DOCUMENT = "wrong_document", _("Another document than the one required")
    WRONG_PERIOD = "wrong_period", _("Of another period")
    WRONG_PERSON = "wrong_person", _("Of another person or business")
    INCOMPLETE = "incomplete", _("Pages or parts are missing")
    FORGERY = "forgery", _("Suspected forgery")
    OTHER = "other", _("Another reason")


_CHECKED = frozenset({"accepted", "refused", "to_replace"})
# received: waits for a person; accepted, refused, to_replace: what the last check said, which a later check may
# correct; replaced: a newer file took its place, nothing follows.
EVIDENCE_STATES = StateTable(
    rule=declare_constraint("evidence_moves_as_its_table_says", _("The evidence cannot take this step now.")),
    born=frozenset({"received"}),
    moves={
        "received": _CHECKED | {"replaced"},
        "accepted": (_CHECKED - {"accepted"}) | {"replaced"},
        "refused": (_CHECKED - {"refused"}) | {"replaced"},
        "to_replace": (_CHECKED - {"to_replace"}) | {"replaced"},
    },
)


class EvidenceRule(models.Model):
    """Which kinds claims above a loss need, as long as it is in force; `basis` names what put it in force."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="evidence_rules")
    basis = models.CharField(_("basis"), max_length=40)
    label = models.CharField(_("policy"), max_length=160)
    loss_over = models.BigIntegerField(_("for losses over (won)"))
    reporter_types = ArrayField(models.CharField(max_length=16, choices=ReporterType), verbose_name=_("reporter types"))
    kinds = ArrayField(models.CharField(max_length=30, choices=Kind), verbose_name=_("required evidence"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    in_force_at = models.DateTimeField(_("in force from"))
    ended_at = models.DateTimeField(_("in force until"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence rule")
        verbose_name_plural = _("evidence rules")
        ordering = ("incident", "-id")
        default_permissions = ()
        permissions = (("set_evidence_rules", _("Can say which evidence claims need")),)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "basis", "loss_over"),
                condition=Q(ended_at__isnull=True),
                name=declare_constraint(
                    "one_evidence_rule_in_force", _("A rule for these losses is in force already. Reload the page.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(loss_over__gte=0, loss_over__lte=MAX_WON)
                & Q(kinds__len__gt=0)
                & Q(reporter_types__len__gt=0),
                name=declare_constraint(
                    "evidence_rule_is_whole", _("An evidence rule names a loss in won, reporter types and kinds.")
                ),
            ),
        )
        triggers = (
            Refusal(
                rule=declare_constraint(
                    "evidence_rules_are_frozen", _("An evidence rule is never changed, only ended by a new policy.")
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR (OLD.id, "
                "OLD.incident_id, OLD.basis, OLD.label, OLD.loss_over, OLD.reporter_types, OLD.kinds, OLD.set_by_id, "
                "OLD.in_force_at) IS DISTINCT FROM (NEW.id, NEW.incident_id, NEW.basis, NEW.label, NEW.loss_over, "
                "NEW.reporter_types, NEW.kinds, NEW.set_by_id, NEW.in_force_at)",
            ),
        )

    def __str__(self) -> str:
        return self.label


@tracked()
class Evidence(models.Model):
    """One file handed in for one claim; its bytes are a private file, its checks rows of their own."""

    State = EvidenceState
    STATES = EVIDENCE_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="evidence", db_index=False)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name=_("file"), related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_type = models.CharField(_("type"), max_length=10)
    size = models.BigIntegerField(_("size in bytes"))
    pages = models.PositiveIntegerField(_("pages"), default=0)
    name = models.CharField(_("name"), max_length=255)
    state = models.CharField(_("state"), max_length=10, choices=EvidenceState, default=EvidenceState.RECEIVED)
    note = models.CharField(_("note"), max_length=300, blank=True)
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("replaced by"), null=True, related_name="replaces"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("id",)
        default_permissions = ("view",)
        permissions = (
            ("upload_evidence", _("Can hand in evidence")),
            ("check_evidence", _("Can check evidence")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("claim", "sha256"),
                name=declare_constraint(
                    "one_evidence_per_content", _("This very file is on the claim already. Nothing was added.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_by__isnull=False)
                | (~Q(state="replaced") & Q(replaced_by__isnull=True)),
                name=declare_constraint(
                    "replaced_evidence_names_the_new_one", _("Replaced evidence names the file that took its place.")
                ),
            ),
        )
        indexes = (
            models.Index("claim", "kind", "state", name="evidence_by_claim"),
            models.Index("sha256", name="evidence_by_content"),
            models.Index("uploaded_at", "id", name="evidence_to_check", condition=Q(state="received")),
        )
        triggers = (
            *EVIDENCE_STATES.triggers(),
            Refusal(
                rule=declare_constraint(
                    "evidence_stays_what_it_was", _("A file handed in is never changed or removed; replace it.")
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR (OLD.id, OLD.claim_id, OLD.stored_file_id, OLD.sha256, OLD.content_type, "
                "OLD.size, OLD.name, OLD.note, OLD.uploaded_by_id, OLD.uploaded_at) IS DISTINCT FROM (NEW.id, "
                "NEW.claim_id, NEW.stored_file_id, NEW.sha256, NEW.content_type, NEW.size, NEW.name, NEW.note, "
                "NEW.uploaded_by_id, NEW.uploaded_at) "
                "OR (OLD.replaced_by_id IS NOT NULL AND OLD.replaced_by_id IS DISTINCT FROM NEW.replaced_by_id)",
            ),
            no_truncate(declare_constraint("evidence_is_never_emptied", _("The evidence is never emptied."))),
        )

    def __str__(self) -> str:
        return self.name


class EvidenceCheck(models.Model):
    """What a person said about a piece of evidence; a later check corrects it, none is changed."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, verbose_name=_("evidence"), related_name="checks")
    verdict = models.CharField(_("verdict"), max_length=10, choices=EvidenceState)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    code = models.CharField(_("reason"), max_length=16, choices=Fault, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"))

    objects = scoped_by("evidence__claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("check of evidence")
        verbose_name_plural = _("checks of evidence")
        ordering = ("id",)
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict="accepted", code="")
                | (Q(verdict__in=["refused", "to_replace"]) & ~Q(code="") & (~Q(code="other") | ~Q(note=""))),
                name=declare_constraint(
                    "refused_evidence_has_a_reason",
                    _("Evidence that is not accepted has a reason; another reason is put into words."),
                ),
            ),
        )
        triggers = append_only(
            declare_constraint("evidence_checks_are_append_only", _("A check is never changed; check again."))
        )

    def __str__(self) -> str:
        return str(self.get_verdict_display())


class EvidenceThreat(models.Model):
    """A file that the virus scanner refused: nothing of it is kept but this row."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), null=True, related_name="threats")
    name = models.CharField(_("name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    found = models.CharField(_("found"), max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("virus found")
        verbose_name_plural = _("viruses found")
        ordering = ("id",)
        default_permissions = ()
        triggers = append_only(
            declare_constraint("found_viruses_are_append_only", _("The record of viruses found is only added to."))
        )

    def __str__(self) -> str:
        return self.found


for _table in ("claims_evidence", "claims_evidencethreat"):
    declare_built_on(table=_table, column="claim_id")
