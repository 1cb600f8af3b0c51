"""Referral: claims of an affiliate's services, packed into that affiliate's file, handed over, and sent back."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, Operator
from claims.register.models import Claim
from claims.register.settled import declare_settled
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.files.models import StoredFile
from relief.guards import Refusal, no_truncate
from relief.jobs.models import Job
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class FileState(models.TextChoices):
    """Where a referral file stands."""

    PACKING = "packing", _("Packing")
    PACKED = "packed", _("Packed")
    HANDED_OVER = "handed_over", _("Handed over")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CANCELLED = "cancelled", _("Cancelled")


# packing: a job freezes its lines and writes it; packed: may be taken away and handed over; handed over: the affiliate
# has it and owes a receipt; acknowledged: the affiliate confirmed it; cancelled: its claims wait for referral again.
FILE_STATES = StateTable(
    rule=declare_constraint("referral_file_moves_as_its_table_says", _("The file cannot take this step now.")),
    born=frozenset({"packing"}),
    moves={
        "packing": frozenset({"packed", "cancelled"}),
        "packed": frozenset({"handed_over", "cancelled"}),
        "handed_over": frozenset({"acknowledged"}),
    },
)


@tracked()
class ReferralFile(models.Model):
    """The claims that go to one affiliate together; the same bytes at every download."""

    State = FileState
    STATES = FILE_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, verbose_name=_("affiliate"), related_name="+")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=FileState, default=FileState.PACKING)
    ground = models.CharField(_("legal ground"), max_length=500)
    columns = ArrayField(models.CharField(max_length=30), verbose_name=_("columns that leave"))
    numbers_in_clear = models.BooleanField(_("numbers in clear"), default=False)
    clear_reason = models.CharField(_("why numbers leave in clear"), max_length=500, blank=True)
    line_count = models.PositiveIntegerField(_("claims"), default=0)
    loss_sum = models.BigIntegerField(_("sum of losses in won"), default=0)
    workbook = models.ForeignKey(
        StoredFile, models.PROTECT, verbose_name=_("workbook"), null=True, related_name="+", db_index=False
    )
    text_file = models.ForeignKey(
        StoredFile, models.PROTECT, verbose_name=_("text file"), null=True, related_name="+", db_index=False
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("made by"), related_name="+")
    made_at = models.DateTimeField(_("made at"))
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("job"), null=True, related_name="+", db_index=False)
    handed_over_on = models.DateField(_("handed over on"), null=True)
    handed_over_to = models.CharField(_("handed over to"), max_length=200, blank=True)
    handed_over_how = models.CharField(_("how it was handed over"), max_length=200, blank=True)
    acknowledged_on = models.DateField(_("acknowledged on"), null=True)
    acknowledged_number = models.CharField(_("the affiliate's receipt number"), max_length=100, blank=True)
    acknowledged_count = models.PositiveIntegerField(_("claims that the affiliate confirms"), null=True)
    difference = models.CharField(_("why the count differs"), max_length=500, blank=True)
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral file")
        verbose_name_plural = _("referral files")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("refer_claims", _("Can refer claims to affiliates and settle what they send back")),)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "operator", "number"),
                name=declare_constraint("one_referral_file_per_number", _("A file with this number exists already.")),
            ),
            models.UniqueConstraint(
                fields=("operator",),
                condition=Q(state="packing"),
                name=declare_constraint(
                    "one_packing_file_per_affiliate", _("A file for this affiliate is being packed. Wait for it.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["packing", "cancelled"])
                | Q(line_count__gt=0, workbook__isnull=False, text_file__isnull=False),
                name=declare_constraint("packed_file_is_stored", _("A packed file has claims and is stored.")),
            ),
            models.CheckConstraint(
                condition=Q(numbers_in_clear=False) | ~Q(clear_reason=""),
                name=declare_constraint(
                    "clear_numbers_need_reason", _("Say why the numbers leave in clear, or let them leave masked.")
                ),
            ),
        )
        triggers = (
            *FILE_STATES.triggers(),
            Refusal(
                rule=declare_constraint("packed_file_is_frozen", _("What a packed file holds is never changed.")),
                operation=pgtrigger.Update,
                test="(OLD.incident_id, OLD.operator_id, OLD.number, OLD.columns, OLD.ground, OLD.numbers_in_clear, "
                "OLD.made_by_id) IS DISTINCT FROM (NEW.incident_id, NEW.operator_id, NEW.number, NEW.columns, "
                "NEW.ground, NEW.numbers_in_clear, NEW.made_by_id) OR OLD.state <> 'packing' AND (OLD.line_count, "
                "OLD.loss_sum, OLD.workbook_id, OLD.text_file_id) IS DISTINCT FROM (NEW.line_count, NEW.loss_sum, "
                "NEW.workbook_id, NEW.text_file_id)",
            ),
            Refusal(
                rule=declare_constraint(
                    "referral_files_are_never_deleted", _("A referral file is cancelled, never deleted.")
                ),
                operation=pgtrigger.Delete,
                test="TRUE",
            ),
        )

    def __str__(self) -> str:
        return str(_("%(affiliate)s, file %(number)s") % {"affiliate": self.operator, "number": self.number})


class ReferralState(models.TextChoices):
    """Where one claim of a referral file stands."""

    REFERRED = "referred", _("Referred")
    SENT_BACK = "sent_back", _("Sent back by the affiliate")
    RELEASED = "released", _("Released")


# referred: the affiliate has the claim, or is about to get it; sent back: the affiliate does not take it; released:
# its file was cancelled before it left.
REFERRAL_STATES = StateTable(
    rule=declare_constraint("referral_moves_as_its_table_says", _("This referral has ended already.")),
    born=frozenset({"referred"}),
    moves={"referred": frozenset({"sent_back", "released"})},
)


class SentBackCode(models.TextChoices):
    """Why an affiliate does not take a claim."""

    NOT_OURS = "not_ours", _("Not their service")
    INCOMPLETE = "incomplete", _("Incomplete")
    DUPLICATE = "duplicate", _("They have it already")
    OTHER = "other", _("Other")


@tracked()
class Referral(models.Model):
    """One claim in one affiliate's file, as it was frozen."""

    State = ReferralState
    STATES = REFERRAL_STATES
    Code = SentBackCode

    file = models.ForeignKey(
        ReferralFile, models.PROTECT, verbose_name=_("file"), related_name="referrals", db_index=False
    )
    line = models.PositiveIntegerField(_("line"))
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="referrals")
    claim_version = models.PositiveIntegerField(_("version of the claim"))
    claimed_loss = models.BigIntegerField(_("claimed loss in won"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=ReferralState, default=ReferralState.REFERRED)
    code = models.CharField(_("why it was sent back"), max_length=10, choices=SentBackCode, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, related_name="+", db_index=False
    )
    sent_back_at = models.DateTimeField(_("sent back at"), null=True)
    again_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("to be referred again, by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    again_at = models.DateTimeField(_("to be referred again since"), null=True)
    again_reason = models.CharField(_("why it is referred again"), max_length=500, blank=True)

    objects = scoped_by("file__incident_id").as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("file", "line"),
                name=declare_constraint("one_referral_per_line", _("Two referrals carry the same line number.")),
            ),
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state="referred"),
                name=declare_constraint(
                    "one_live_referral_per_claim", _("A claim is in another live file already. Pack again.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="sent_back", sent_back_at__isnull=False, sent_back_by__isnull=False)
                & Q(code__in=SentBackCode.values)
                & ~Q(reason="")
                | ~Q(state="sent_back") & Q(code="", again_at__isnull=True),
                name=declare_constraint("sent_back_says_why", _("Say why the affiliate sent the claim back.")),
            ),
        )
        indexes = (
            models.Index("file", name="referral_sent_back", condition=Q(state="sent_back", again_at__isnull=True)),
        )
        triggers = (
            *REFERRAL_STATES.triggers(),
            Refusal(
                rule=declare_constraint("referred_lines_are_frozen", _("A line of a referral file never changes.")),
                operation=pgtrigger.Update,
                test="(OLD.file_id, OLD.line, OLD.claim_id, OLD.claim_version, OLD.claimed_loss) IS DISTINCT FROM "
                "(NEW.file_id, NEW.line, NEW.claim_id, NEW.claim_version, NEW.claimed_loss) OR OLD.again_at IS NOT "
                "NULL AND OLD.again_at IS DISTINCT FROM NEW.again_at",
            ),
            Refusal(
                rule=declare_constraint("referrals_are_never_deleted", _("A referral is never removed.")),
                operation=pgtrigger.Delete,
                test="TRUE",
            ),
            no_truncate(declare_constraint("referrals_are_never_emptied", _("Referrals are never emptied."))),
        )

    def __str__(self) -> str:
        return f"{self.claim} · {self.get_state_display()}"


# A claim that was in a file stays: a later claim file neither changes nor removes it without a person.
declare_settled(table="claims_referral", column="claim_id")
