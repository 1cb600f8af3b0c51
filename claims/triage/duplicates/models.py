"""Groups of claims that may be the same, the verdicts on them, and the claims that a verdict closed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.triage.duplicates.guards import MembersWithinIncident
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, append_only
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class GroupState(models.TextChoices):
    """Where a group stands."""

    OPEN = "open", _("Waits for a verdict")
    SETTLED = "settled", _("Settled")
    SUPERSEDED = "superseded", _("Superseded")


# open: its members wait, none is paid; settled: every member has a verdict; superseded: members or facts changed, and
# another group, or none, stands in its place. A verdict that is taken back opens the group again.
GROUP_STATES = StateTable(
    rule=declare_constraint("duplicate_group_moves_as_its_table_says", _("The group cannot take this step now.")),
    born=frozenset({"open"}),
    moves={
        "open": frozenset({"settled", "superseded"}),
        "settled": frozenset({"open", "superseded"}),
    },
)


class VerdictKind(models.TextChoices):
    """What a person says of claims that look alike."""

    SAME_CLAIM = "same_claim", _("The same claim")
    DISTINCT = "distinct", _("Same claimant, distinct claims")
    UNRELATED = "unrelated", _("Unrelated")
    TAKEN_BACK = "taken_back", _("Verdict taken back")


@tracked()
class DuplicateGroup(models.Model):
    """Claims that look like one, directly or over others of the group; members and facts never change."""

    State = GroupState
    STATES = GROUP_STATES

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=GroupState, default=GroupState.OPEN)
    score = models.PositiveSmallIntegerField(_("score"), help_text=_("Of the two members that are most alike"))
    reasons = models.JSONField(_("reasons"), default=list)
    member_count = models.PositiveIntegerField(_("claims"))
    loss_sum = models.BigIntegerField(_("claimed losses in won"), default=0)
    is_risk = models.BooleanField(_("shared account"), default=False)
    digest = models.CharField(max_length=32, editable=False, help_text=_("Of the members and their facts"))
    opened_at = models.DateTimeField(_("opened at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("duplicate group")
        verbose_name_plural = _("duplicates")
        ordering = ("-score", "-id")
        default_permissions = ("view",)
        permissions = (("settle_duplicates", _("Can look for duplicates and settle them")),)
        indexes = (
            models.Index("incident", "state", F("score").desc(), F("id").desc(), name="duplicate_group_by_score"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(member_count__gt=1),
                name=declare_constraint("duplicate_group_has_two", _("A group has two claims or more.")),
            ),
        )
        triggers = (
            *GROUP_STATES.triggers(),
            Refusal(
                rule=declare_constraint(
                    "duplicate_group_stays_as_found", _("Members and facts of a group are never changed.")
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR (OLD.incident_id, OLD.digest, OLD.score, OLD.member_count, OLD.loss_sum) "
                "IS DISTINCT FROM (NEW.incident_id, NEW.digest, NEW.score, NEW.member_count, NEW.loss_sum)",
            ),
        )

    def __str__(self) -> str:
        return str(_("Duplicates no. %(number)s") % {"number": self.pk})


class DuplicateVerdict(models.Model):
    """A person's word on a group or a part of it; a verdict taken back is another row. Append-only."""

    Kind = VerdictKind

    group = models.ForeignKey(DuplicateGroup, models.PROTECT, verbose_name=_("group"), related_name="verdicts")
    verdict = models.CharField(_("verdict"), max_length=10, choices=VerdictKind)
    # No foreign key: the claim may leave with its import, the word on it stays.
    kept = models.ForeignKey(
        Claim, models.DO_NOTHING, verbose_name=_("kept"), null=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    claim_count = models.PositiveIntegerField(_("claims"))
    takes_back = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("takes back"), null=True, related_name="taken_back_by"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"))

    objects = scoped_by("group__incident_id").as_manager()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ("-id",)
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict="same_claim", kept__isnull=False) | (~Q(verdict="same_claim") & Q(kept=None)),
                name=declare_constraint("same_claim_keeps_one", _("Choose the claim that is kept.")),
            ),
            models.CheckConstraint(
                condition=Q(verdict="taken_back", takes_back__isnull=False) & ~Q(reason="")
                | (~Q(verdict="taken_back") & Q(takes_back=None)),
                name=declare_constraint("taking_back_needs_reason", _("Say why the verdict is taken back.")),
            ),
        )
        triggers = append_only(declare_constraint("verdicts_are_append_only", _("A verdict is never changed.")))

    def __str__(self) -> str:
        return str(self.get_verdict_display())


class DuplicateMember(models.Model):
    """A claim in a group: its facts as they were compared, and the member that it is most like."""

    group = models.ForeignKey(DuplicateGroup, models.PROTECT, verbose_name=_("group"), related_name="members")
    claim = models.ForeignKey(
        Claim, models.DO_NOTHING, verbose_name=_("claim"), related_name="duplicate_members", db_constraint=False
    )
    facts = models.CharField(max_length=32, editable=False)
    score = models.PositiveSmallIntegerField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list)
    like = models.ForeignKey(
        Claim, models.DO_NOTHING, verbose_name=_("compared with"), related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    is_live = models.BooleanField(_("live"), default=True, help_text=_("False once its group is superseded"))
    verdict = models.ForeignKey(
        DuplicateVerdict, models.PROTECT, verbose_name=_("verdict"), null=True, related_name="members"
    )

    objects = scoped_by("group__incident_id").as_manager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        ordering = ("claim",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("group", "claim"),
                name=declare_constraint("claim_is_in_a_group_once", _("The claim is in this group already.")),
            ),
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(is_live=True),
                name=declare_constraint(
                    "one_live_group_per_claim", _("The claim is in another group already. Look for duplicates again.")
                ),
            ),
        )
        triggers = (
            MembersWithinIncident(
                declare_constraint("duplicates_stay_within_incident", _("All claims of a group are of its incident."))
            ),
            Refusal(
                rule=declare_constraint("duplicate_members_stay", _("A member of a group is never changed.")),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR (OLD.group_id, OLD.claim_id, OLD.facts) "
                "IS DISTINCT FROM (NEW.group_id, NEW.claim_id, NEW.facts)",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group_id}: {self.claim_id}"


@tracked()
class DuplicateClosure(models.Model):
    """A claim closed because another one is kept for it; ended, never removed, where the verdict is taken back."""

    # No foreign keys: they would wait for locks on the claims after the incident's lock is taken. Who removes claims
    # lets go of their closures first.
    claim = models.ForeignKey(
        Claim, models.PROTECT, verbose_name=_("closed claim"), related_name="closures", db_constraint=False
    )
    kept = models.ForeignKey(
        Claim, models.PROTECT, verbose_name=_("kept claim"), related_name="closed_for_it", db_constraint=False
    )
    verdict = models.ForeignKey(DuplicateVerdict, models.PROTECT, verbose_name=_("verdict"), related_name="closures")
    closed_at = models.DateTimeField(_("closed at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("closed duplicate")
        verbose_name_plural = _("closed duplicates")
        ordering = ("-id",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(ended_at__isnull=True),
                name=declare_constraint("one_live_closure_per_claim", _("The claim is closed already.")),
            ),
            models.CheckConstraint(
                condition=~Q(claim=F("kept")),
                name=declare_constraint("kept_claim_is_another", _("A claim cannot be closed in favour of itself.")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id} → {self.kept_id}"


class SharedAccount(models.Model):
    """An account on which unrelated claimants ask to be paid: found with the duplicates, and gone with its cause."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    account_index = models.BinaryField(_("blind index"), max_length=16)
    claim_count = models.PositiveIntegerField(_("claims"))
    name_count = models.PositiveIntegerField(_("names"))
    loss_sum = models.BigIntegerField(_("claimed losses in won"), default=0)
    found_at = models.DateTimeField(_("found at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared account")
        verbose_name_plural = _("shared accounts")
        ordering = ("-name_count", "-id")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("account_index", "incident"),
                name=declare_constraint("one_row_per_shared_account", _("This account is known as shared already.")),
            ),
        )

    def __str__(self) -> str:
        return str(_("Shared account no. %(number)s") % {"number": self.pk})


class DuplicateTraits(models.Model):
    """What of a claim is compared, in the form in which it is looked up; made anew whenever the claim changes.

    The blocks are hashes over the service and the name, or the beginning or the end of the text: only claims of one
    block are ever compared for likeness.
    """

    claim = models.OneToOneField(
        Claim, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False, verbose_name=_("claim")
    )
    name_key = models.CharField(max_length=200)
    text_hash = models.BigIntegerField(null=True)
    name_block = models.BigIntegerField(null=True)
    head_block = models.BigIntegerField(null=True)
    tail_block = models.BigIntegerField(null=True)
    without_phone = models.BooleanField()
    facts = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("traits of a claim")
        verbose_name_plural = _("traits of claims")
        default_permissions = ()
        indexes = tuple(
            models.Index(fields=(column,), name=f"claim_by_{column}")
            for column in ("name_block", "head_block", "tail_block")
        )

    def __str__(self) -> str:
        return str(self.claim_id)
