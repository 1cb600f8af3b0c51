"""What deciding anew would change for claims in payment: proposals for people, never decisions by themselves."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim
from committee.decisions.models import Decision, DecisionRun
from relief import clock
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, no_truncate
from relief.money import MAX_WON
from relief.scope import scoped_by
from relief.states import StateTable


class AdjustmentState(models.TextChoices):
    """Where the proposal stands."""

    OPEN = "open", _("Waits for a person")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")
    REPLACED = "replaced", _("Replaced")


# open: a person looks at it; accepted: a superseding decision says the new amount; dismissed: the old one stands;
# replaced: a later run or a correction says something else.
ADJUSTMENT_STATES = StateTable(
    rule=declare_constraint("adjustment_moves_as_its_table_says", _("The proposal cannot take this step now.")),
    born=frozenset({"open", "accepted"}),
    moves={"open": frozenset({"accepted", "dismissed", "replaced"})},
)


@tracked()
class Adjustment(models.Model):
    """The difference between what a paid claim was decided to get, and what it would get now, in won.

    More than before is a top-up, less is a recovery. `decision` is the one that the payment rests on; `followed_by`
    the decision that the acceptance wrote, or the correction that brought the difference about (then `run` is None).
    """

    State = AdjustmentState
    STATES = ADJUSTMENT_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="adjustments")
    decision = models.ForeignKey(Decision, models.PROTECT, verbose_name=_("decision"), related_name="adjustments")
    run = models.ForeignKey(
        DecisionRun, models.PROTECT, verbose_name=_("run"), null=True, blank=True, related_name="adjustments"
    )
    outcome = models.CharField(_("outcome now"), max_length=13, choices=Decision.Outcome)
    amount = models.BigIntegerField(_("amount now, in won"))
    difference = models.BigIntegerField(_("difference in won"))
    state = models.CharField(_("state"), max_length=9, choices=AdjustmentState, default=AdjustmentState.OPEN)
    created_at = models.DateTimeField(_("created at"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("settled by"), null=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    followed_by = models.OneToOneField(
        Decision, models.PROTECT, verbose_name=_("new decision"), null=True, related_name="adjustment"
    )

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("settle_adjustments", _("Can accept or dismiss top-ups and recoveries")),)
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state="open"),
                name=declare_constraint(
                    "one_open_adjustment_per_claim",
                    _("A proposal for this claim waits already. Settle that one first."),
                ),
            ),
            models.CheckConstraint(
                condition=~Q(difference=0) & Q(amount__gte=0, amount__lte=MAX_WON),
                name=declare_constraint("adjustment_has_a_difference", _("An adjustment has a difference in won.")),
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True, followed_by__isnull=True)
                | Q(state="accepted", settled_by__isnull=False, settled_at__isnull=False, followed_by__isnull=False)
                | Q(state="replaced", settled_at__isnull=False, followed_by__isnull=True)
                | Q(state="dismissed", settled_by__isnull=False, settled_at__isnull=False, followed_by__isnull=True)
                & ~Q(reason=""),
                name=declare_constraint("settling_has_who_and_why", _("A settled proposal names who, when and why.")),
            ),
        )
        triggers = (
            *ADJUSTMENT_STATES.triggers(),
            Refusal(
                rule=declare_constraint("adjustments_stay_as_proposed", _("A proposal is never rewritten or removed.")),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR OLD.state <> 'open' OR (OLD.claim_id, OLD.decision_id, OLD.run_id, "
                "OLD.outcome, OLD.amount, OLD.difference, OLD.created_at) IS DISTINCT FROM (NEW.claim_id, "
                "NEW.decision_id, NEW.run_id, NEW.outcome, NEW.amount, NEW.difference, NEW.created_at)",
            ),
            Refusal(
                rule=declare_constraint(
                    "runner_settles_nothing", _("Who ran the decisions does not settle what they propose. Ask another.")
                ),
                operation=pgtrigger.Update,
                test="NEW.settled_by_id = (SELECT run_by_id FROM committee_decisionrun WHERE id = NEW.run_id)",
            ),
            no_truncate(declare_constraint("adjustments_are_never_emptied", _("The proposals are never emptied."))),
        )

    def __str__(self) -> str:
        return f"{self.claim}: {self.kind_word} {abs(self.difference):,}"

    @property
    def kind_word(self) -> str:
        """Whether it is a top-up or a recovery, in words."""
        return str(_("Top-up") if self.difference > 0 else _("Recovery"))


def replace_open(rows: models.QuerySet[Adjustment]) -> int:
    """End the open ones of these proposals: something else is said of their claims now. Return how many."""
    return rows.filter(state=AdjustmentState.OPEN).update(state=AdjustmentState.REPLACED, settled_at=clock.now())
