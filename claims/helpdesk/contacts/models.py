"""What was said with claimants, and what is to be done next."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.register.settled import declare_built_on
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, no_truncate
from relief.scope import ScopedQuerySet, scoped_by
from relief.states import StateTable


class ContactKind(models.TextChoices):
    """What a contact is about."""

    QUESTION = "question", _("Question")
    DOCUMENTS = "documents", _("Documents")
    LATE_CLAIM = "late_claim", _("Late claim")
    OBJECTION = "objection", _("Objection")
    OTHER = "other", _("Other")


class ContactChannel(models.TextChoices):
    """The way on which people spoke."""

    CALL = "call", _("Call")
    MAIL = "mail", _("Mail")
    MESSAGE = "message", _("Message")
    VISIT = "visit", _("Visit")


class Direction(models.TextChoices):
    """Who began."""

    INCOMING = "in", _("Incoming")
    OUTGOING = "out", _("Outgoing")


_KEPT = declare_constraint("contacts_are_append_only", _("A contact is never changed or removed; record another one."))
_WITHIN = declare_constraint("contact_stays_within_its_incident", _("Contact and claim belong to the same incident."))
_FACTS = ("incident_id", "kind", "channel", "direction", "text", "by_id", "at")


def _same(row: str) -> str:
    return f"ROW({', '.join(f'{row}.{column}' for column in _FACTS)})"


class Contact(models.Model):
    """One contact with a claimant. An unknown caller's has no claim until somebody links it, once."""

    Kind = ContactKind
    Channel = ContactChannel

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), null=True, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=12, choices=ContactKind)
    channel = models.CharField(_("channel"), max_length=8, choices=ContactChannel)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    text = models.TextField(_("what was said"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("at"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("linked by"), null=True, related_name="+"
    )
    linked_at = models.DateTimeField(_("linked at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("work_helpdesk", _("Can record contacts and carry out next steps")),)
        triggers = (
            Refusal(
                rule=_KEPT,
                name="kept_but_for_its_link",
                test=f"TG_OP = 'DELETE' OR OLD.claim_id IS NOT NULL OR {_same('OLD')} IS DISTINCT FROM {_same('NEW')}",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            no_truncate(_KEPT),
            Refusal(
                rule=_WITHIN,
                test="NEW.claim_id IS NOT NULL AND NOT EXISTS (SELECT FROM claims_claim claim "
                "WHERE claim.id = NEW.claim_id AND claim.incident_id = NEW.incident_id)",
                operation=pgtrigger.Insert | pgtrigger.Update,
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values)
                & Q(channel__in=ContactChannel.values)
                & Q(direction__in=Direction.values)
                & ~Q(text=""),
                name=declare_constraint("contact_words_are_known", _("A contact has a kind, a way and a text.")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_channel_display()} ({self.get_direction_display()})"


class StepState(models.TextChoices):
    """What became of a next step."""

    OPEN = "open", _("To do")
    DONE = "done", _("Carried out")
    DROPPED = "dropped", _("Dropped")


# open: somebody still has to do it; done and dropped are final, a new need is a new step.
STEP_STATES = StateTable(
    rule=declare_constraint("step_moves_as_its_table_says", _("This step has ended already.")),
    born=frozenset({"open"}),
    moves={"open": frozenset({"done", "dropped"})},
)


@tracked()
class NextStep(models.Model):
    """What is to be done next on a claim, by when and by whom; `due_on` is a Seoul day."""

    State = StepState
    STATES = STEP_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="next_steps")
    contact = models.ForeignKey(
        Contact, models.PROTECT, verbose_name=_("contact"), null=True, related_name="steps", db_index=False
    )
    what = models.CharField(_("what to do"), max_length=200)
    due_on = models.DateField(_("due on"), null=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("assignee"), null=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=StepState, default=StepState.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    made_at = models.DateTimeField(_("at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("ended by"), null=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    note = models.TextField(_("note"), blank=True)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("next step")
        verbose_name_plural = _("next steps")
        ordering = ("due_on", "id")
        default_permissions = ("view",)
        triggers = STEP_STATES.triggers()
        indexes = (models.Index("due_on", "id", name="step_by_day", condition=Q(state="open")),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(what=""),
                name=declare_constraint("step_says_what", _("Say what is to be done.")),
            ),
        )

    def __str__(self) -> str:
        return self.what


for _table in ("claims_contact", "claims_nextstep"):
    declare_built_on(table=_table, column="claim_id")
