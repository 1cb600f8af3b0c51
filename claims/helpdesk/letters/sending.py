"""Sending letters: each is taken by one worker, and leaves at most once until a person sends it again.

A letter is moved to "sending" and committed before it leaves the house. A worker that ends between that and the note
of what became of it leaves the letter "sending"; it is marked as not known, and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from claims.helpdesk.letters.channels import way_of
from claims.helpdesk.letters.models import Delivery, DeliveryState, DocumentRequest, RequestState
from claims.helpdesk.letters.rules import REMIND_DAYS
from claims.helpdesk.letters.selectors import open_requests
from claims.helpdesk.letters.services import write_reminder
from relief import clock
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)
AT_ONCE = 500
_checks: list[Callable[[Delivery], StrOrPromise]] = []


def check_before_sending(check: Callable[[Delivery], StrOrPromise]) -> None:
    """Let a slice above look at each letter before it leaves: it returns why the letter must not go, or nothing."""
    _checks.append(check)


LOST_AFTER = timedelta(minutes=10)


def send_waiting(limit: int = AT_ONCE) -> int:
    """Send the letters that wait, oldest first, and mark those that a worker lost; return how many went."""
    _mark_lost()
    sent = 0
    for _turn in range(limit):
        letter = _take()
        if letter is None:
            break
        sent += _send(letter)
    return sent


def _take() -> Delivery | None:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True).filter(state=DeliveryState.QUEUED)
        letter = rows.order_by("pk").first()
        if letter is not None:
            Delivery.STATES.move(letter, DeliveryState.SENDING, taken_at=clock.now(), attempts=F("attempts") + 1)
    return letter


def _send(letter: Delivery) -> bool:
    why_not = next((words for check in _checks if (words := check(letter))), "")
    if why_not:
        Delivery.STATES.move(letter, DeliveryState.FAILED, error=str(why_not)[:300])
        return False
    try:
        receipt = way_of(letter.channel).send(letter.reveal(), letter.subject, letter.body)
    except RuleBroken as refusal:
        Delivery.STATES.move(letter, DeliveryState.FAILED, error=str(refusal)[:300])
        return False
    except Exception as defect:  # noqa: BLE001 - whatever the service raises, the letter did not go
        # Only the defect's name: its text may quote the address.
        log.warning("letter_not_sent", letter=letter.pk, defect=type(defect).__name__)
        words = _("The service did not take the letter (%(name)s). Send it again later.")
        Delivery.STATES.move(letter, DeliveryState.FAILED, error=str(words % {"name": type(defect).__name__})[:300])
        return False
    Delivery.STATES.move(letter, DeliveryState.SENT, sent_at=clock.now(), receipt=receipt[:200], error="")
    return True


def _mark_lost() -> None:
    lost = Delivery.objects.filter(state=DeliveryState.SENDING, taken_at__lt=clock.now() - LOST_AFTER)
    words = _("The work ended while the letter was being sent. Ask whether it came before you send it again.")
    lost.update(state=DeliveryState.UNKNOWN, error=str(words)[:300])


def follow_requests() -> tuple[int, int]:
    """Remind once of what is due in three days, and end what is past its deadline; return how many of each.

    A second run on the same day does nothing: a request reminded of, or ended, is passed over.
    """
    today = clock.today()
    reminded = 0
    near = open_requests().filter(
        reminded=0, deadline_on__gte=today, deadline_on__lte=today + timedelta(days=REMIND_DAYS)
    )
    for key in list(near.values_list("pk", flat=True)):
        reminded += _remind_once(key)
    past = list(open_requests().filter(deadline_on__lt=today).values_list("pk", flat=True))
    return reminded, sum(_lapse(key) for key in past)


def _locked_open(key: int) -> DocumentRequest | None:
    rows = DocumentRequest.objects.select_for_update(of=("self",), skip_locked=True).select_related("claim")
    return rows.filter(pk=key, state=RequestState.OPEN).first()


def _remind_once(key: int) -> bool:
    try:
        with database_rules(), transaction.atomic():
            request = _locked_open(key)
            if request is None or request.reminded:
                return False
            write_reminder(by=None, request=request)
    except RuleBroken as refusal:
        log.warning("reminder_not_written", request=key, code=refusal.code)
        return False
    return True


def _lapse(key: int) -> bool:
    with transaction.atomic():
        request = _locked_open(key)
        if request is None:
            return False
        DocumentRequest.STATES.move(request, RequestState.LAPSED, ended_at=clock.now())
    return True
