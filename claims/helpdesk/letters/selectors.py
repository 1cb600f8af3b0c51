"""Questions about requests and letters: which are open, where a letter would go, what its text would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import override

from claims.evidence.models import Evidence, EvidenceState, Kind
from claims.evidence.selectors import standing_of_claim
from claims.helpdesk.letters.models import (
    Channel,
    ContactAddress,
    DocumentRequest,
    LetterTemplate,
    RequestState,
)
from claims.helpdesk.letters.rules import DEFAULTS, REMIND_DAYS, day_words, filled
from claims.register.models import Claim
from relief import clock


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be sent; `template` is None where the default text holds."""

    subject: str
    body: str
    template: LetterTemplate | None


def texts_of(incident_id: int, code: str, language: str) -> tuple[str, str, LetterTemplate | None]:
    """Return subject and body in force with their placeholders, and the row they come from, if any."""
    rows = LetterTemplate.objects.filter(incident_id=incident_id, code=code, language=language)
    row = rows.order_by("-version").first()
    return (*DEFAULTS[code, language], None) if row is None else (row.subject, row.body, row)


def letter_values(claim: Claim, *, kinds: Sequence[str], deadline_on: date, language: str) -> dict[str, str]:
    """Return what each placeholder stands for in a letter about a claim."""
    with override(language):
        documents = "\n".join(f"- {Kind(kind).label}" for kind in kinds)
    return {
        "name": claim.name or claim.receipt_number,
        "receipt_number": claim.receipt_number,
        "documents": documents,
        "deadline": day_words(deadline_on, language),
        "help_centre": settings.HELP_CENTRE,
    }


def letter_for(claim: Claim, *, code: str, kinds: Sequence[str], deadline_on: date, language: str) -> Letter:
    """Return the letter as it would be sent. Raises RuleBroken(unknown_placeholder)."""
    subject, body, template = texts_of(claim.incident_id, code, language)
    values = letter_values(claim, kinds=kinds, deadline_on=deadline_on, language=language)
    return Letter(filled(subject, values)[:200], filled(body, values), template)


def live_address(claim: Claim) -> ContactAddress | None:
    """Return the email address of a claim as it stands."""
    return ContactAddress.objects.filter(claim=claim, ended_at__isnull=True).first()


def address_of(claim: Claim, channel: str) -> str:
    """Return where a letter on this channel goes, in clear, or an empty text."""
    if channel == Channel.MESSAGE:
        return claim.reveal("phone")
    address = live_address(claim)
    return "" if address is None else address.reveal()


def with_address(rows: QuerySet[Claim], channel: str) -> QuerySet[Claim]:
    """Keep the claims that a letter on this channel can reach."""
    if channel == Channel.MESSAGE:
        return rows.filter(phone_sealed__isnull=False)
    return rows.filter(Exists(ContactAddress.objects.filter(claim=OuterRef("pk"), ended_at__isnull=True).order_by()))


def open_requests() -> QuerySet[Any]:
    """Return the open requests, the nearest deadline first."""
    return DocumentRequest.objects.filter(state=RequestState.OPEN).order_by("deadline_on", "pk")


def open_request_of(claim: Claim) -> DocumentRequest | None:
    """Return the open request of a claim."""
    return DocumentRequest.objects.filter(claim=claim, state=RequestState.OPEN).first()


def due_soon() -> QuerySet[Any]:
    """Return the open requests whose deadline is at most three days away."""
    return open_requests().filter(deadline_on__lte=clock.today() + timedelta(days=REMIND_DAYS))


def missing_kinds(claim: Claim) -> list[str]:
    """Return the kinds that the claim needs and that nobody handed in."""
    return list(standing_of_claim(claim).missing)


def lacking(claim_id: int, kinds: Sequence[str]) -> set[str]:
    """Return those of the kinds of which the claim has no item that waits for a check or is accepted."""
    states = (EvidenceState.RECEIVED, EvidenceState.ACCEPTED)
    there = Evidence.objects.filter(claim_id=claim_id, kind__in=kinds, state__in=states)
    return set(kinds) - set(there.order_by().values_list("kind", flat=True))


def claims_by_request(rows: QuerySet[Claim], word: str) -> QuerySet[Claim]:
    """Keep the claims by their requests: "open", "soon" (due in three days), "lapsed" (the last one), or "none"."""
    asked = DocumentRequest.objects.filter(claim=OuterRef("pk")).order_by()
    if word == "none":
        return rows.exclude(Exists(asked))
    if word == "lapsed":
        later = Exists(asked.exclude(state=RequestState.LAPSED).exclude(state=RequestState.WITHDRAWN))
        return rows.filter(Exists(asked.filter(state=RequestState.LAPSED))).exclude(later)
    narrowed = asked.filter(state=RequestState.OPEN)
    if word == "soon":
        narrowed = narrowed.filter(deadline_on__lte=clock.today() + timedelta(days=REMIND_DAYS))
    return rows.filter(Exists(narrowed))
