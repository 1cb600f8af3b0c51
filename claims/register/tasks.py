"""Celery entry points of the register."""

from celery import shared_task

from claims.register import counting


@shared_task(name="claims.recount", ignore_result=True)
def recount_claims() -> None:
    """Count the claims by facet where they changed; sent by beat every minute."""
    counting.recount()
