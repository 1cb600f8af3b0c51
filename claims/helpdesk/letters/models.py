"""Requests for documents, the texts they are written from, and what was sent to whom; addresses are sealed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.evidence.models import Kind
from claims.register.models import Claim
from claims.register.settled import declare_built_on
from relief.audit.history import tracked
from relief.errors import declare_constraint
from relief.guards import Refusal, append_only, no_truncate
from relief.jobs.models import Job
from relief.scope import ScopedQuerySet, scoped_by
from relief.sealed import mask, unseal
from relief.sealed.rotation import declare_sealed
from relief.states import StateTable


class Code(models.TextChoices):
    """What a letter is for."""

    REQUEST = "request", _("Request for documents")
    REMINDER = "reminder", _("Reminder")
    SUPPORTED = "supported", _("Decision: support")
    REVIEW = "review", _("Decision: the committee examines")
    NOT_ELIGIBLE = "not_eligible", _("Decision: not eligible")
    PROOF_MISSING = "proof_missing", _("Decision: proof missing")
    CORRECTED = "corrected", _("Decision after another look")
    UPHELD = "upheld", _("Answer to an objection: the decision stands")


class Language(models.TextChoices):
    """The language of a letter."""

    KOREAN = "ko", _("Korean")
    ENGLISH = "en", _("English")


class Channel(models.TextChoices):
    """The way a letter goes."""

    MAIL = "mail", _("Mail")
    MESSAGE = "message", _("Text message")


class RequestState(models.TextChoices):
    """Where a request for documents stands."""

    OPEN = "open", _("Waiting for documents")
    FULFILLED = "fulfilled", _("Documents received")
    LAPSED = "lapsed", _("Deadline passed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DeliveryState(models.TextChoices):
    """Whether a letter went."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Not known whether sent")


# open: waits for documents; the others are ends.
REQUEST_STATES = StateTable(
    rule=declare_constraint("request_moves_as_its_table_says", _("The request cannot take this step now.")),
    born=frozenset({"open"}),
    moves={"open": frozenset({"fulfilled", "lapsed", "withdrawn"})},
)
# queued: to be taken by one worker; sending: taken, committed before the letter leaves; sent: the service took it;
# failed: it did not; unknown: the worker ended in between, a person decides. Only a person queues a letter again.
DELIVERY_STATES = StateTable(
    rule=declare_constraint("letter_moves_as_its_table_says", _("The letter cannot take this step now.")),
    born=frozenset({"queued"}),
    moves={
        "queued": frozenset({"sending"}),
        "sending": frozenset({"sent", "failed", "unknown"}),
        "failed": frozenset({"queued"}),
        "unknown": frozenset({"queued"}),
    },
)


class ContactAddress(models.Model):
    """The email address of a claim as staff set it; a new one ends the one before, none is changed."""

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="addresses")
    key = models.UUIDField(unique=True, editable=False)
    email_sealed = models.BinaryField(_("email"))
    email_index = models.BinaryField(max_length=16, db_index=True)
    reason = models.CharField(_("reason"), max_length=500)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("set by"), related_name="+")
    set_at = models.DateTimeField(_("set at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("contact address")
        verbose_name_plural = _("contact addresses")
        ordering = ("id",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(ended_at__isnull=True),
                name=declare_constraint("one_address_per_claim", _("Somebody else has just set the address. Reload.")),
            ),
        )
        triggers = (
            Refusal(
                rule=declare_constraint("addresses_are_kept", _("An address is never changed, only followed by one.")),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR (OLD.id, OLD.claim_id, OLD.key, OLD.email_index, "
                "OLD.reason, OLD.set_by_id, OLD.set_at) IS DISTINCT FROM (NEW.id, NEW.claim_id, NEW.key, "
                "NEW.email_index, NEW.reason, NEW.set_by_id, NEW.set_at)",
            ),
            no_truncate(declare_constraint("addresses_are_never_emptied", _("The addresses are never emptied."))),
        )

    def __str__(self) -> str:
        return self.masked()

    def reveal(self) -> str:
        """Return the address in clear; record the disclosure before showing it."""
        return unseal(bytes(self.email_sealed), bound_to=f"claims_contactaddress.email:{self.key}")

    def masked(self) -> str:
        """Return the address with its name hidden but for the first letter."""
        return masked_address(self.reveal())


def masked_address(address: str) -> str:
    """Return an email address or a number with what identifies it hidden."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if at else mask(address)


class LetterTemplate(models.Model):
    """The text of a kind of letter in one language; the newest version is in force, none is changed."""

    incident = models.ForeignKey(Incident, models.PROTECT, verbose_name=_("incident"), related_name="+")
    code = models.CharField(_("letter"), max_length=16, choices=Code)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    saved_at = models.DateTimeField(_("saved at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter template")
        verbose_name_plural = _("letter templates")
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "code", "language", "version"),
                name=declare_constraint(
                    "one_template_per_version", _("Somebody else has just saved this text. Reload the page.")
                ),
            ),
        )
        triggers = append_only(
            declare_constraint("letter_templates_are_append_only", _("A text is never changed; save a new version."))
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()} · {self.get_language_display()} · {self.version}"


@tracked()
class DocumentRequest(models.Model):
    """Documents that a claim was asked for, until when, and what became of it."""

    State = RequestState
    STATES = REQUEST_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="document_requests")
    kinds = ArrayField(models.CharField(max_length=30, choices=Kind), verbose_name=_("documents"))
    deadline_on = models.DateField(_("deadline"))
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    reminded = models.PositiveIntegerField(_("reminders"), default=0)
    reminded_at = models.DateTimeField(_("last reminder at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("work"), null=True, related_name="+")

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("request for documents")
        verbose_name_plural = _("requests for documents")
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("send_letters", _("Can ask for documents and send letters")),)
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(state="open"),
                name=declare_constraint(
                    "one_open_request_per_claim", _("Documents were asked for already. Withdraw that request first.")
                ),
            ),
            models.UniqueConstraint(
                fields=("job", "claim"),
                name=declare_constraint("one_request_per_claim_and_job", _("This work has asked the claim already.")),
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0),
                name=declare_constraint("request_names_documents", _("Choose at least one document.")),
            ),
        )
        indexes = (models.Index("deadline_on", "id", name="request_by_deadline", condition=Q(state="open")),)
        triggers = (
            *REQUEST_STATES.triggers(),
            no_truncate(declare_constraint("requests_are_never_emptied", _("The requests are never emptied."))),
        )

    def __str__(self) -> str:
        return f"{self.kind_words()} · {self.deadline_on}"

    def kind_words(self) -> str:
        """Return the documents asked for, in words."""
        return ", ".join(str(Kind(kind).label) for kind in self.kinds)


class Delivery(models.Model):
    """One letter: to whom, on which way, its text as sent, and whether it went."""

    State = DeliveryState
    STATES = DELIVERY_STATES

    claim = models.ForeignKey(Claim, models.PROTECT, verbose_name=_("claim"), related_name="letters")
    request = models.ForeignKey(
        DocumentRequest, models.PROTECT, verbose_name=_("request"), null=True, related_name="letters"
    )
    key = models.CharField(max_length=80, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    address_sealed = models.BinaryField(_("address"))
    code = models.CharField(_("letter"), max_length=16, choices=Code)
    template = models.ForeignKey(
        LetterTemplate, models.PROTECT, verbose_name=_("template"), null=True, related_name="+"
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=8, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.CharField(_("why it was not sent"), max_length=300, blank=True)
    receipt = models.CharField(_("receipt of the service"), max_length=200, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name=_("work"), null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, related_name="+")
    at = models.DateTimeField(_("written at"))
    taken_at = models.DateTimeField(_("taken at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = scoped_by("claim__incident_id").as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("key",),
                name=declare_constraint(
                    "one_letter_per_key", _("This letter was written already; none goes out twice.")
                ),
            ),
        )
        indexes = (models.Index("id", name="letter_to_send", condition=Q(state__in=["queued", "sending"])),)
        triggers = (
            *DELIVERY_STATES.triggers(),
            Refusal(
                rule=declare_constraint("letters_stay_as_written", _("A letter is never rewritten or removed.")),
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TG_OP = 'DELETE' OR (OLD.id, OLD.claim_id, OLD.request_id, OLD.key, OLD.channel, OLD.code, "
                "OLD.language, OLD.subject, OLD.body, OLD.job_id, OLD.by_id, OLD.at) IS DISTINCT FROM (NEW.id, "
                "NEW.claim_id, NEW.request_id, NEW.key, NEW.channel, NEW.code, NEW.language, NEW.subject, NEW.body, "
                "NEW.job_id, NEW.by_id, NEW.at)",
            ),
            no_truncate(declare_constraint("letters_are_never_emptied", _("The letters are never emptied."))),
        )

    def __str__(self) -> str:
        return self.subject

    def reveal(self) -> str:
        """Return the address in clear, for the service that sends it."""
        return unseal(bytes(self.address_sealed), bound_to=f"claims_delivery.address:{self.key}")

    def masked(self) -> str:
        """Return the address with what identifies it hidden."""
        return masked_address(self.reveal())


declare_sealed(model="claims.ContactAddress", column="email_sealed", bound="claims_contactaddress.email", row_key="key")
declare_sealed(model="claims.Delivery", column="address_sealed", bound="claims_delivery.address", row_key="key")
for _table in ("claims_contactaddress", "claims_documentrequest", "claims_delivery"):
    declare_built_on(table=_table, column="claim_id")
