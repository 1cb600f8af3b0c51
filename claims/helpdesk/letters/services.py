"""Asking for documents, reminding, and ending requests; every letter is written here and sent after the commit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.evidence.models import Kind
from claims.evidence.services import follow_evidence
from claims.helpdesk.letters.channels import refuse_closed
from claims.helpdesk.letters.models import (
    Channel,
    Code,
    ContactAddress,
    Delivery,
    DeliveryState,
    DocumentRequest,
    Language,
    LetterTemplate,
    RequestState,
)
from claims.helpdesk.letters.rules import kind_of, read_email, refuse_unknown_placeholders
from claims.helpdesk.letters.selectors import Letter, address_of, lacking, letter_for
from claims.register.models import Claim
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs.models import Job
from relief.sealed import blind_index, seal

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "claims.send_letters"
VIEW = "claims.view_documentrequest"


def said(reason: str) -> str:
    """Return the reason trimmed. Raises RuleBroken(reason_missing)."""
    if not reason.strip():
        raise RuleBroken(_("Write the reason."), code="reason_missing")
    return reason.strip()[:500]


def set_address(*, by: User, claim: Claim, email: str, reason: str) -> ContactAddress:
    """Make this the email address of the claim and return it; the one before stays on record, ended.

    Raises NotAllowed, RuleBroken(not_an_email, reason_missing, one_address_per_claim).
    """
    require(by, PERMISSION)
    email, reason, now = read_email(email), said(reason), clock.now()
    key = uuid.uuid4()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.set_address", reason=reason):
        Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
        ContactAddress.objects.filter(claim=claim, ended_at__isnull=True).update(ended_at=now)
        return ContactAddress.objects.create(
            claim=claim,
            key=key,
            email_sealed=seal(email, bound_to=f"claims_contactaddress.email:{key}"),
            email_index=blind_index(email.lower(), domain="email"),
            reason=reason,
            set_by=by,
            set_at=now,
        )


def save_template(*, by: User, incident_id: int, code: str, language: str, subject: str, body: str) -> LetterTemplate:
    """Put a text into force as the next version and return it.

    Raises NotAllowed, RuleBroken(unknown_letter, text_missing, unknown_placeholder, one_template_per_version).
    """
    require(by, PERMISSION)
    if code not in Code.values or language not in Language.values:
        raise RuleBroken(_("Choose one of the letters and languages."), code="unknown_letter")
    subject, body = " ".join(subject.split())[:200], body.strip()
    if not subject or not body:
        raise RuleBroken(_("Write the subject and the text."), code="text_missing")
    refuse_unknown_placeholders(f"{subject}\n{body}", kind_of(code).words)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.save_letter_template"):
        rows = LetterTemplate.objects.filter(incident_id=incident_id, code=code, language=language)
        return LetterTemplate.objects.create(
            incident_id=incident_id,
            code=code,
            language=language,
            version=(rows.order_by("-version").values_list("version", flat=True).first() or 0) + 1,
            subject=subject,
            body=body,
            saved_by=by,
            saved_at=clock.now(),
        )


def ask_for_documents(
    *, by: User, claim: Claim, kinds: Sequence[str], deadline_on: date, language: str, channel: str,
    job: Job | None = None,
) -> DocumentRequest:  # fmt: skip
    """Open a request for documents and write its letter; return the request. `job`: the bulk work that asks.

    Raises NotAllowed, RuleBroken(unknown_kind, deadline_past, unknown_letter, unknown_channel, channel_closed,
    no_address, one_open_request_per_claim, one_request_per_claim_and_job, unknown_placeholder).
    """
    require(by, PERMISSION)
    wanted = [kind for kind in Kind.values if kind in kinds]
    if not wanted or len(wanted) != len(set(kinds)):
        raise RuleBroken(_("Choose at least one of the kinds of evidence."), code="unknown_kind")
    if deadline_on <= clock.today():
        raise RuleBroken(_("The deadline lies after today. Choose a later day."), code="deadline_past")
    now = clock.now()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.ask_for_documents"):
        claim = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
        request = DocumentRequest.objects.create(
            claim=claim, kinds=wanted, deadline_on=deadline_on, asked_by=by, asked_at=now, job=job
        )
        write_letter(
            by=by, request=request, code=Code.REQUEST, language=language, channel=channel, key=f"request:{request.pk}"
        )
    return request


def write_letter(
    *, by: User | None, request: DocumentRequest, code: str, language: str, channel: str, key: str
) -> Delivery:
    """Write the letter of a request; it is sent once the transaction commits. `by` is None where the schedule writes.

    Called within a transaction. Raises RuleBroken(unknown_letter, unknown_channel, channel_closed, no_address,
    unknown_placeholder).
    """
    refuse_unknown_language(language)
    letter = letter_for(
        request.claim, code=code, kinds=request.kinds, deadline_on=request.deadline_on, language=language
    )
    return deliver(
        by=by,
        claim=request.claim,
        code=code,
        language=language,
        channel=channel,
        key=key,
        letter=letter,
        request=request,
    )


def refuse_unknown_language(language: str) -> None:
    """Refuse a language that no letter is written in. Raises RuleBroken(unknown_letter)."""
    if language not in Language.values:
        raise RuleBroken(_("Choose one of the letters and languages."), code="unknown_letter")


def deliver(
    *, by: User | None, claim: Claim, code: str, language: str, channel: str, key: str, letter: Letter,
    request: DocumentRequest | None = None,
) -> Delivery:  # fmt: skip
    """Write a letter about a claim; it is sent once the transaction commits. A second one of the same key is refused.

    Called within a transaction, by whoever checked the permission.
    Raises RuleBroken(unknown_channel, channel_closed, no_address, one_letter_per_key).
    """
    row = drafted(
        by=by, claim=claim, code=code, language=language, channel=channel, key=key, letter=letter, request=request
    )
    row.save(force_insert=True)
    send_soon()
    return row


def drafted(
    *, by: User | None, claim: Claim, code: str, language: str, channel: str, key: str, letter: Letter,
    request: DocumentRequest | None = None, job: Job | None = None,
) -> Delivery:  # fmt: skip
    """Return a letter that is not stored yet, for whoever writes many; then call `send_soon`. `job` is that work.

    Raises RuleBroken(unknown_channel, channel_closed, no_address).
    """
    refuse_closed(channel)
    address = address_of(claim, channel)
    if not address:
        words = _("The claim has no email address. Set one first.")
        if channel == Channel.MESSAGE:
            words = _("The claim has no phone number. Correct the claim, or send mail.")
        raise RuleBroken(words, code="no_address")
    return Delivery(
        claim=claim,
        request=request,
        key=key,
        channel=channel,
        address_sealed=seal(address, bound_to=f"claims_delivery.address:{key}"),
        code=code,
        template=letter.template,
        language=language,
        subject=letter.subject,
        body=letter.body,
        job=job,
        by=by,
        at=clock.now(),
    )


def send_soon() -> None:
    """Wake the worker that sends letters once the transaction commits; where it hears nothing, the schedule does.

    Many letters of one transaction wake it once.
    """
    from claims.helpdesk.letters.tasks import wake

    if all(waiting[1] is not wake for waiting in connection.run_on_commit):
        transaction.on_commit(wake)


def _locked(request: DocumentRequest) -> DocumentRequest:
    return DocumentRequest.objects.select_for_update(of=("self",)).select_related("claim").get(pk=request.pk)


def withdraw_request(*, by: User, request: DocumentRequest, reason: str) -> DocumentRequest:
    """End an open request because the documents are not needed any more.

    Raises NotAllowed, RuleBroken(reason_missing, request_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = said(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.withdraw_request", reason=reason):
        locked = _locked(request)
        DocumentRequest.STATES.move(locked, RequestState.WITHDRAWN, ended_at=clock.now(), reason=reason)
    return locked


def remind(*, by: User, request: DocumentRequest) -> Delivery:
    """Write a reminder of an open request, in the language and on the channel of its last letter.

    Raises NotAllowed, RuleBroken(request_ended, and what `write_letter` raises).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.remind"):
        return write_reminder(by=by, request=_locked(request))


def write_reminder(*, by: User | None, request: DocumentRequest) -> Delivery:
    """Write a reminder of a request whose row the caller has locked. Raises what `remind` raises."""
    if request.state != RequestState.OPEN:
        raise RuleBroken(_("The request has ended; there is nothing to remind of."), code="request_ended")
    last = Delivery.objects.filter(request=request).order_by("-pk").first()
    request.reminded += 1
    request.reminded_at = clock.now()
    request.save(update_fields=("reminded", "reminded_at"))
    return write_letter(
        by=by,
        request=request,
        code=Code.REMINDER,
        language=last.language if last else Language.KOREAN,
        channel=last.channel if last else Channel.MAIL,
        key=f"reminder:{request.pk}:{request.reminded}",
    )


def send_again(*, by: User, letter: Delivery) -> Delivery:
    """Queue a letter that was not sent, or of which nobody knows, to the same address.

    Raises NotAllowed, RuleBroken(letter_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.send_again"):
        locked = Delivery.objects.select_for_update(of=("self",)).get(pk=letter.pk)
        Delivery.STATES.move(locked, DeliveryState.QUEUED, error="", taken_at=None)
        send_soon()
    return locked


def documents_received(claim_id: int) -> None:
    """End the open request of a claim where no kind it asks for is lacking any more; called as evidence changes."""
    request = DocumentRequest.objects.select_for_update().filter(claim_id=claim_id, state=RequestState.OPEN).first()
    if request is not None and not lacking(claim_id, request.kinds):
        DocumentRequest.STATES.move(request, RequestState.FULFILLED, ended_at=clock.now())


follow_evidence(documents_received)
