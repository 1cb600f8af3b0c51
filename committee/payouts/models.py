"""Payout batches under four eyes: composed by one, approved by another, exported from frozen lines."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.register.settled import declare_in_payment, declare_paid
from committee.decisions.models import Decision
from committee.payouts.guards import WaitsForDuplicates, frozen_lines
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.files.models import StoredFile
from relief.guards import Refusal, append_only, no_truncate
from relief.jobs.models import Job
from relief.money import MAX_WON
from relief.scope import ScopedQuerySet, scoped_by
from relief.sealed.rotation import declare_sealed
from relief.states import StateTable


class BatchState(models.TextChoices):
    """Where a payout batch stands."""

    COMPOSING = "composing", _("Composing")
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for approval")
    APPROVED = "approved", _("Approved")
    EXPORTED = "exported", _("Exported to the bank")
    CANCELLED = "cancelled", _("Cancelled")


# composing: a job fills its lines; draft: may be submitted or cancelled; submitted: lines are frozen, waits for
# another person; approved: may be exported; exported: the bank file has left; cancelled: its claims are free again.
BATCH_STATES = StateTable(
    rule=declare_constraint("batch_moves_as_its_table_says", _("The batch cannot take this step now.")),
    born=frozenset({"composing"}),
    moves={
        "composing": frozenset({"draft", "cancelled"}),
        "draft": frozenset({"submitted", "cancelled"}),
        "submitted": frozenset({"approved", "draft"}),
        "approved": frozenset({"exported", "draft"}),
    },
)


@tracked()
class Batch(models.Model):
    """A set of payments that leave together."""

    State = BatchState
    STATES = BATCH_STATES
    LIVE = frozenset({"composing", "draft", "submitted", "approved", "exported"})

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="batches")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.COMPOSING)
    selection = models.JSONField(_("selection"), default=dict, help_text=_("The filter it was composed from"))
    composed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("composed by"), related_name="+"
    )
    composed_at = models.DateTimeField(_("composed at"))
    form_key = models.UUIDField(_("form"), null=True, editable=False, help_text=_("Which form it was composed from"))
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+")
    submission = models.PositiveSmallIntegerField(_("submission"), default=0)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    line_count = models.PositiveIntegerField(_("payments"), default=0)
    line_sum = models.BigIntegerField(_("sum in won"), default=0)
    lines_sha256 = models.CharField(_("SHA-256 of the lines"), max_length=64, blank=True)
    reason = models.CharField(
        _("reason"), max_length=500, blank=True, help_text=_("Why it was last sent back, withdrawn or cancelled")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (
            ("compose_batch", _("Can compose, submit and cancel payout batches")),
            ("approve_batch", _("Can approve payout batches that somebody else composed")),
            ("export_bank_file", _("Can export and download bank files")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "number"),
                name=declare_constraint("one_batch_per_number", _("A batch with this number exists already.")),
            ),
            models.UniqueConstraint(
                fields=("form_key",),
                name=declare_constraint(
                    "one_batch_per_form",
                    _("This form was sent twice; the batch was composed once. You find it in the list."),
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "approved", "exported"])
                | (Q(line_count__gt=0, submission__gt=0) & ~Q(lines_sha256="")),
                name=declare_constraint(
                    "submitted_batch_is_sealed", _("A submitted batch has payments, totals and a check sum.")
                ),
            ),
        )
        triggers = (
            *BATCH_STATES.triggers(),
            Refusal(
                rule=declare_constraint("composer_stays", _("The composer of a batch cannot be changed.")),
                operation=pgtrigger.Update,
                test="OLD.composed_by_id <> NEW.composed_by_id",
            ),
            Refusal(
                rule=declare_constraint("frozen_totals_stay", _("The totals of a submitted batch are frozen.")),
                operation=pgtrigger.Update,
                test="OLD.state IN ('submitted', 'approved', 'exported') AND NEW.state <> 'draft' AND "
                "(OLD.line_count, OLD.line_sum, OLD.lines_sha256, OLD.submission) IS DISTINCT FROM "
                "(NEW.line_count, NEW.line_sum, NEW.lines_sha256, NEW.submission)",
            ),
            Refusal(
                rule=declare_constraint(
                    "approval_stands_behind_state", _("Without the approval of another person the batch stays.")
                ),
                operation=pgtrigger.UpdateOf("state"),
                test="NEW.state = 'approved' AND OLD.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM "
                "committee_approval a WHERE a.batch_id = NEW.id AND a.submission = NEW.submission AND "
                "a.verdict = 'approved' AND a.lines_sha256 = NEW.lines_sha256 "
                "AND a.approved_by_id <> NEW.composed_by_id)",
            ),
            Refusal(
                rule=declare_constraint("batches_are_never_deleted", _("A batch is cancelled, never deleted.")),
                operation=pgtrigger.Delete,
                test="TRUE",
            ),
        )

    def __str__(self) -> str:
        return str(_("Batch %(number)s") % {"number": self.number})


class Payment(models.Model):
    """One line of a batch: which decision, how much, to whom, on which account; frozen on submission.

    The sealed account is the claim's own at the time of composing and stays bound to the claim's row.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name=_("batch"), related_name="payments", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    # Indexed for whoever removes claims: an import that is undone asks for every claim of it.
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="payments")
    decision = models.ForeignKey(
        Decision, models.PROTECT, verbose_name=_("decision"), related_name="payments", db_index=False
    )
    amount = models.BigIntegerField(_("amount in won"))
    payee_name = models.CharField(_("payee"), max_length=200)
    bank_code = models.CharField(_("bank"), max_length=3)
    account_sealed = models.BinaryField(_("account"))
    is_live = models.BooleanField(_("live"), default=True, help_text=_("False once its batch is cancelled"))

    objects = scoped_by("batch__incident_id").as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("batch", "line")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "line"),
                name=declare_constraint("one_payment_per_line", _("Two payments carry the same line number.")),
            ),
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(is_live=True),
                name=declare_constraint(
                    "one_live_batch_per_claim", _("The claim is in another live batch already. Compose again.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_WON) & ~Q(bank_code="") & ~Q(payee_name=""),
                name=declare_constraint(
                    "payment_has_amount_and_payee", _("A payment has an amount, a payee and a bank.")
                ),
            ),
        )
        triggers = (
            *frozen_lines(
                declare_constraint(
                    "submitted_lines_are_frozen", _("The lines of a submitted batch are frozen. Send it back first.")
                )
            ),
            WaitsForDuplicates(
                declare_constraint(
                    "payment_waits_for_duplicates",
                    _("A claim of this batch came to an open group of duplicates, or was closed. Compose again."),
                )
            ),
            no_truncate(declare_constraint("payments_are_never_emptied", _("Payments are never emptied."))),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.line}"


class Approval(models.Model):
    """A second person's word on a submitted batch, bound to the check sum of its lines. Append-only."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back")

    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name=_("batch"), related_name="approvals")
    submission = models.PositiveSmallIntegerField(_("submission"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    lines_sha256 = models.CharField(_("SHA-256 of the lines"), max_length=64)
    at = models.DateTimeField(_("at"))

    objects = scoped_by("batch__incident_id").as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "submission"),
                name=declare_constraint("one_word_per_submission", _("Somebody has given a verdict on it already.")),
            ),
            models.CheckConstraint(
                condition=~Q(verdict="sent_back") | ~Q(reason=""),
                name=declare_constraint("sending_back_needs_reason", _("Say why the batch is sent back.")),
            ),
        )
        triggers = (
            *append_only(declare_constraint("approvals_are_append_only", _("An approval cannot be changed."))),
            Refusal(
                rule=declare_constraint(
                    "approver_is_not_composer",
                    _("Who composed the batch cannot approve it. Ask another manager."),
                ),
                operation=pgtrigger.Insert,
                test="NEW.approved_by_id = (SELECT b.composed_by_id FROM committee_batch b WHERE b.id = NEW.batch_id)",
            ),
            Refusal(
                rule=declare_constraint(
                    "approval_binds_the_lines", _("The batch changed after you opened it. Look at it again.")
                ),
                operation=pgtrigger.Insert,
                test="NOT EXISTS (SELECT 1 FROM committee_batch b WHERE b.id = NEW.batch_id AND b.state = 'submitted' "
                "AND b.submission = NEW.submission AND b.lines_sha256 = NEW.lines_sha256)",
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.get_verdict_display()}"


class BankFile(models.Model):
    """The file that went to the bank for an approved batch, with control totals; the same bytes at every download."""

    batch = models.OneToOneField(Batch, models.PROTECT, verbose_name=_("batch"), related_name="bank_file")
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name=_("file"), related_name="+")
    layout = models.CharField(_("layout"), max_length=40)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    line_count = models.PositiveIntegerField(_("payments"))
    line_sum = models.BigIntegerField(_("sum in won"))
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    exported_at = models.DateTimeField(_("exported at"))

    objects = scoped_by("batch__incident_id").as_manager()

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = append_only(declare_constraint("bank_files_are_append_only", _("A bank file is never changed.")))

    def __str__(self) -> str:
        return str(_("Bank file of %(batch)s") % {"batch": self.batch})


declare_in_payment(table="committee_payment", column="claim_id", live="is_live")
declare_paid(
    test="EXISTS (SELECT FROM committee_payment p JOIN committee_batch b ON b.id = p.batch_id "
    "WHERE p.claim_id = {claim} AND p.is_live AND b.state = 'exported')",
    lock="SELECT FROM committee_batch WHERE incident_id = %s AND state NOT IN ('exported', 'cancelled') "
    "ORDER BY id FOR NO KEY UPDATE",
)

# A payment's account is a copy of the claim's, bound to the claim's row.
declare_sealed(model="committee.Payment", column="account_sealed", bound="claims_claim.account", row_key="claim_id")
