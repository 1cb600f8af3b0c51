"""Objections to decisions: received, examined by somebody who had no part in the decision, ended with reasons."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.contacts.models import Contact
from claims.register.models import Claim
from claims.register.settled import declare_built_on
from committee.decisions.models import Decision
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, no_truncate
from relief.scope import scoped_by
from relief.states import StateTable


class ObjectionState(models.TextChoices):
    """Where an objection stands."""

    RECEIVED = "received", _("Waits for a reviewer")
    ASSIGNED = "assigned", _("With a reviewer")
    UPHELD = "upheld", _("Decision stands")
    CHANGED = "changed", _("Decision changed")
    WITHDRAWN = "withdrawn", _("Objection withdrawn")


OPEN = (ObjectionState.RECEIVED.value, ObjectionState.ASSIGNED.value)

# received: nobody examines it; assigned: a reviewer does, and may hand it back; upheld: the decision stands; changed: a
# superseding decision was made; withdrawn: the claimant gave it up, or a later decision overtook it.
OBJECTION_STATES = StateTable(
    rule=declare_constraint("objection_moves_as_its_table_says", _("The objection cannot take this step now.")),
    born=frozenset({"received"}),
    moves={
        "received": frozenset({"assigned", "withdrawn"}),
        "assigned": frozenset({"received", "upheld", "changed", "withdrawn"}),
    },
)


class Ground(models.TextChoices):
    """What the claimant objects to."""

    LOSS = "loss", _("The loss was read wrongly")
    TIER = "tier", _("The tier is wrong")
    ELIGIBILITY = "eligibility", _("Wrongly held not eligible")
    PROOF = "proof", _("The proof was handed in")
    DUPLICATE = "duplicate", _("Wrongly closed as a duplicate")
    OTHER = "other", _("Something else")


_RECEIVED = (
    "claim_id", "decision_id", "contact_id", "ground", "grounds", "received_on", "deadline_on", "late_reason",
    "received_by_id", "received_at",
)  # fmt: skip


def _as_received(row: str) -> str:
    return f"({', '.join(f'{row}.{column}' for column in _RECEIVED)})"


# The decision that this very objection led to is no part in what it is about; and whoever examines one may be overtaken
# by a decision of his own, after which it can still be withdrawn.
_HAD_PART = """NEW.state <> 'withdrawn' AND NEW.reviewer_id IS NOT NULL AND (
    NEW.reviewer_id = NEW.received_by_id OR EXISTS (
    SELECT FROM committee_decision decision LEFT JOIN committee_decisionrun run ON run.id = decision.run_id
    WHERE decision.claim_id = NEW.claim_id AND decision.id IS DISTINCT FROM NEW.changed_to_id
    AND NEW.reviewer_id IN (decision.decided_by_id, run.run_by_id)))"""
_OF_ANOTHER_CLAIM = """NOT EXISTS (
    SELECT FROM committee_decision WHERE id = NEW.decision_id AND claim_id = NEW.claim_id
) OR (NEW.contact_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM claims_contact WHERE id = NEW.contact_id AND claim_id = NEW.claim_id
)) OR (NEW.changed_to_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM committee_decision WHERE id = NEW.changed_to_id AND supersedes_id = NEW.decision_id
))"""


@tracked()
class Objection(models.Model):
    """A claimant's objection to a standing decision. What was received never changes; an ended one is closed for good.

    `deadline_on` is the last Seoul day to object, `answer_by` the one by which the reviewer is to answer.
    """

    State = ObjectionState
    STATES = OBJECTION_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="objections")
    decision = models.ForeignKey(Decision, models.PROTECT, verbose_name=_("decision"), related_name="objections")
    contact = models.ForeignKey(
        Contact, models.PROTECT, verbose_name=_("contact"), null=True, related_name="objections", db_index=False
    )
    ground = models.CharField(_("ground"), max_length=12, choices=Ground)
    grounds = models.TextField(_("what the claimant says"))
    received_on = models.DateField(_("received on"))
    deadline_on = models.DateField(_("last day to object"))
    late_reason = models.TextField(_("why it is admitted late"), blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    received_at = models.DateTimeField(_("recorded at"))
    state = models.CharField(_("state"), max_length=9, choices=ObjectionState, default=ObjectionState.RECEIVED)
    answer_by = models.DateField(_("answer due on"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("reviewer"), null=True, related_name="+"
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("assigned by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True)
    reasons = models.TextField(_("reasons"), blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("ended by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    changed_to = models.OneToOneField(
        Decision, models.PROTECT, verbose_name=_("new decision"), null=True, related_name="answered_objection"
    )

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ("answer_by", "id")
        default_permissions = ("view",)
        permissions = (
            ("receive_objection", _("Can record objections")),
            ("assign_objections", _("Can give objections to reviewers")),
            ("review_objections", _("Can examine and end objections")),
        )
        indexes = (models.Index("answer_by", "id", name="open_objection_by_day", condition=Q(state__in=OPEN)),)
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state__in=OPEN),
                name=declare_constraint(
                    "one_open_objection_per_claim",
                    _("An objection to this claim's decision is open already. Add a contact to the claim instead."),
                ),
            ),
            models.CheckConstraint(
                condition=Q(ground__in=Ground.values) & ~Q(grounds=""),
                name=declare_constraint(
                    "objection_has_grounds", _("Choose a ground and write what the claimant says.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(received_on__lte=F("deadline_on"), late_reason="")
                | Q(received_on__gt=F("deadline_on")) & ~Q(late_reason=""),
                name=declare_constraint(
                    "objection_late",
                    _("The objection came after its last day. Write why it is admitted all the same, or answer it."),
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="received", reviewer__isnull=True)
                | Q(state__in=["assigned", "upheld", "changed"], reviewer__isnull=False)
                | Q(state="withdrawn"),
                name=declare_constraint("assigned_objection_has_reviewer", _("Choose who examines the objection.")),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_by__isnull=True, ended_at__isnull=True, reasons="")
                | Q(state__in=["upheld", "changed", "withdrawn"], ended_by__isnull=False, ended_at__isnull=False)
                & ~Q(reasons=""),
                name=declare_constraint(
                    "ended_objection_has_reasons", _("Write the reasons: the claimant reads them.")
                ),
            ),
            models.CheckConstraint(
                condition=Q(state="changed", changed_to__isnull=False)
                | ~Q(state="changed") & Q(changed_to__isnull=True),
                name=declare_constraint(
                    "changed_objection_has_decision", _("Only an objection that changed the decision names a new one.")
                ),
            ),
        )
        triggers = (
            *OBJECTION_STATES.triggers(),
            Refusal(
                rule=declare_constraint(
                    "objections_stay_as_received",
                    _("What was received never changes, and an ended objection is closed. Record another one."),
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test=f"TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL "
                f"OR {_as_received('OLD')} IS DISTINCT FROM {_as_received('NEW')}",
            ),
            no_truncate("objections_stay_as_received"),
            Refusal(
                rule=declare_constraint(
                    "objection_is_of_one_claim", _("Decision, contact and objection belong to the same claim.")
                ),
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=_OF_ANOTHER_CLAIM,
            ),
            Refusal(
                rule=declare_constraint(
                    "reviewer_had_no_part",
                    _("Somebody who had a part in the decision cannot examine the objection. Choose another person."),
                ),
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=_HAD_PART,
            ),
        )

    def __str__(self) -> str:
        return str(_("Objection no. %(number)s") % {"number": self.pk})

    @property
    def is_late(self) -> bool:
        """Say whether it came after its last day and was admitted all the same."""
        return self.late_reason != ""

    @property
    def is_open(self) -> bool:
        """Say whether it still waits for its end."""
        return self.state in OPEN


declare_built_on(table="committee_objection", column="claim_id")
