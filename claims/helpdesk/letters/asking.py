"""Asking many claims for documents: what a filtered set holds, and the job that writes requests and letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.evidence.selectors import standings_of
from claims.helpdesk.letters.channels import refuse_closed
from claims.helpdesk.letters.models import DocumentRequest
from claims.helpdesk.letters.selectors import open_requests, with_address
from claims.helpdesk.letters.services import PERMISSION, ask_for_documents
from claims.register.models import Claim
from claims.triage.narrowing import Narrowing, claims_of
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken
from relief.jobs import services as jobs
from relief.jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relief.accounts.models import User

ASK = "claims.ask_in_bulk"
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Would:
    """What a bulk request meets: claims found, those asked already, those without an address, those to ask."""

    found: int
    asked: int
    without: int
    to_ask: int


def would_ask(narrowing: Narrowing, *, incident_id: int, channel: str) -> Would:
    """Count what a bulk request would do. Raises RuleBroken(filter_not_valid, search_by_number)."""
    rows = claims_of(narrowing, incident_id=incident_id)
    unasked = rows.exclude(_asked())
    found, left, reached = rows.count(), unasked.count(), with_address(unasked, channel).count()
    return Would(found=found, asked=found - left, without=left - reached, to_ask=reached)


def _asked() -> Exists:
    return Exists(open_requests().filter(claim_id=OuterRef("pk")).order_by())


def start_asking(
    *, by: User, incident: Incident, narrowing: Narrowing, kinds: Sequence[str], deadline_on: date, language: str,
    channel: str, seen: int,
) -> Job:  # fmt: skip
    """Queue the work that asks the claims of a filter and return it; no kinds: each claim is asked for what it lacks.

    `seen` is the number of claims that the person confirmed.
    Raises NotAllowed, RuleBroken(deadline_past, unknown_channel, channel_closed, nothing_to_ask, set_moved,
    filter_not_valid, search_by_number, one_open_job_per_subject).
    """
    require(by, PERMISSION)
    refuse_closed(channel)
    if deadline_on <= clock.today():
        raise RuleBroken(_("The deadline lies after today. Choose a later day."), code="deadline_past")
    would = would_ask(narrowing, incident_id=incident.pk, channel=channel)
    if not would.to_ask:
        raise RuleBroken(_("No claim of this set can be asked."), code="nothing_to_ask")
    if would.to_ask != seen:
        raise RuleBroken(
            _("The set is another than the page showed: %(count)s claims now. Look at the counts again.")
            % {"count": would.to_ask},
            code="set_moved",
        )
    with transaction.atomic(), acting(by=by, act="claims.start_asking"):
        return jobs.enqueue(
            kind=ASK,
            by=by,
            subject_key=incident.pk,
            incident_id=incident.pk,
            parameters={
                "narrowing": {word: list(values) for word, values in narrowing.items()},
                "kinds": list(kinds),
                "deadline_on": deadline_on.isoformat(),
                "language": language,
                "channel": channel,
            },
        )


@jobs.runner(ASK, permission=PERMISSION, label=_("Request for documents in bulk"), subject="claims.incident")
def ask_claims(run: jobs.Run) -> dict[str, Any]:
    """Ask the claims of the job's filter, a chunk in one transaction; a claim that this job asked is passed over.

    Claims that lack nothing, have no address, or were asked meanwhile, are counted and left alone.
    """
    told = run.job.parameters
    rows = claims_of(told["narrowing"], incident_id=run.job.subject_key).exclude(_asked())
    rows = rows.exclude(Exists(DocumentRequest.objects.filter(job=run.job, claim_id=OuterRef("pk")).order_by()))
    keys = list(with_address(rows, told["channel"]).order_by("pk").values_list("pk", flat=True))
    outcome = {"asked": DocumentRequest.objects.filter(job=run.job).count(), "lacking_nothing": 0, "left": 0}
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        wanted = _wanted(chunk, told["kinds"])
        with transaction.atomic():
            run.hold()
            for claim in Claim.objects.filter(pk__in=chunk).order_by("pk"):
                outcome[_ask(run.job, claim, wanted.get(claim.pk, []))] += 1
        run.advance(done=start + len(chunk), total=len(keys))
    return outcome


def _wanted(keys: list[int], kinds: list[str]) -> dict[int, list[str]]:
    if kinds:
        return dict.fromkeys(keys, kinds)
    return {key: list(standing.missing) for key, standing in standings_of(keys).items()}


def _ask(job: Job, claim: Claim, kinds: list[str]) -> str:
    """Ask one claim and return the word it is counted under."""
    if not kinds:
        return "lacking_nothing"
    told = job.parameters
    try:
        ask_for_documents(
            by=job.by,
            claim=claim,
            kinds=kinds,
            deadline_on=date.fromisoformat(told["deadline_on"]),
            language=told["language"],
            channel=told["channel"],
            job=job,
        )
    except RuleBroken as refusal:
        if refusal.code not in {"one_open_request_per_claim", "no_address"}:
            raise
        return "left"
    return "asked"
