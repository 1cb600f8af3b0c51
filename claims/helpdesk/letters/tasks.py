"""Celery entry points of the letters."""

import structlog
from celery import shared_task

from claims.helpdesk.letters import sending

log = structlog.get_logger(__name__)


@shared_task(name="claims.send_letters", ignore_result=True)
def send_letters() -> None:
    """Send the letters that wait; sent after each writing, and by beat every minute."""
    sending.send_waiting()


@shared_task(name="claims.follow_requests", ignore_result=True)
def follow_requests() -> None:
    """Remind of requests and end those past their deadline; sent by beat every morning."""
    sending.follow_requests()


def wake() -> None:
    """Send the message to the worker; a broker that is down is not an error, the schedule sends it again."""
    try:
        send_letters.delay()
    except Exception:
        log.warning("letters_not_woken", exc_info=True)
