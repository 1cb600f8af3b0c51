"""Writing letters about decisions, one and many; a decision is told once, and only while it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.helpdesk.letters.channels import refuse_closed
from claims.helpdesk.letters.models import Delivery
from claims.helpdesk.letters.sending import check_before_sending
from claims.helpdesk.letters.services import deliver, drafted, refuse_unknown_language, send_soon
from committee.decisions.models import Decision
from committee.letters.models import LetterRun
from committee.letters.selectors import (
    Texts,
    code_of,
    decision_letter,
    key_of,
    narrowed,
    related,
    unwritten,
    would_tell,
)
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User

PERMISSION = "committee.send_decision_letters"
SEND = "committee.send_decision_letters"
CHUNK = 500


def write_decision_letter(*, by: User, decision: Decision, language: str, channel: str) -> Delivery:
    """Write the letter of one decision; it is sent once the transaction commits. Return it.

    Raises NotAllowed, RuleBroken(unknown_letter, decision_superseded, and what `deliver` raises).
    """
    require(by, PERMISSION)
    refuse_unknown_language(language)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.write_decision_letter"):
        locked = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
        if Decision.objects.filter(supersedes=locked).exists():
            raise RuleBroken(
                _("A later decision stands in the place of this one. Tell that one."), code="decision_superseded"
            )
        told = related(Decision.objects.filter(pk=locked.pk)).get()
        return deliver(
            by=by,
            claim=told.claim,
            code=code_of(told),
            language=language,
            channel=channel,
            key=key_of(told),
            letter=decision_letter(told, language),
        )


def start_telling(
    *, by: User, incident: Incident, selection: Mapping[str, Any], language: str, channel: str, seen: int
) -> LetterRun:
    """Queue the work that tells the decisions of a selection that were not told yet; return the run.

    `seen` is the number of letters that the person confirmed.
    Raises NotAllowed, RuleBroken(unknown_letter, unknown_channel, channel_closed, nothing_to_tell, set_moved).
    """
    require(by, PERMISSION)
    refuse_closed(channel)
    refuse_unknown_language(language)
    to_tell = would_tell(incident.pk, selection, channel).to_tell
    if not to_tell:
        raise RuleBroken(_("Every decision of this set is told, or cannot be reached."), code="nothing_to_tell")
    if to_tell != seen:
        raise RuleBroken(
            _("The set is another than the page showed: %(count)s letters now. Look at the counts again.")
            % {"count": f"{to_tell:,}"},
            code="set_moved",
        )
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.start_telling"):
        run = LetterRun.objects.create(
            incident=incident,
            selection=dict(selection),
            language=language,
            channel=channel,
            started_by=by,
            started_at=clock.now(),
        )
        run.job = jobs.enqueue(kind=SEND, by=by, subject_key=run.pk, incident_id=incident.pk)
        run.save(update_fields=("job",))
    return run


@jobs.runner(SEND, permission=PERMISSION, label=_("Decision letters"), subject="committee.letterrun")
def tell(work: jobs.Run) -> dict[str, Any]:
    """Write the letters of a run, a chunk in one transaction; a decision told or superseded meanwhile is passed over.

    A worker that dies writes the rest when the work is taken again: what has a letter is not found any more.
    Returns {"written"} as the count of this work's letters.
    """
    run = LetterRun.objects.get(pk=work.job.subject_key)
    rows = unwritten(narrowed(run.incident_id, run.selection), run.channel)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    texts: Texts = {}
    done = Delivery.objects.filter(job=work.job).count()
    total = done + len(keys)
    for start in range(0, len(keys), CHUNK):
        with database_rules(), transaction.atomic():
            work.hold()
            chunk = Decision.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
            # Locked by one statement and read by the next: only that one sees what was told or superseded meanwhile.
            list(chunk.select_for_update(of=("self",), no_key=True).values_list("pk"))
            rows = related(unwritten(chunk.standing(), run.channel))
            Delivery.objects.bulk_create(
                drafted(
                    by=work.job.by,
                    claim=decision.claim,
                    code=code_of(decision),
                    language=run.language,
                    channel=run.channel,
                    key=key_of(decision),
                    letter=decision_letter(decision, run.language, texts),
                    job=work.job,
                )
                for decision in rows
            )
            send_soon()
        work.advance(done=min(total, done + start + CHUNK), total=total)
    return {"written": Delivery.objects.filter(job=work.job).count()}


def why_not_sent(letter: Delivery) -> StrOrPromise:
    """Return why a letter about a decision must not leave any more, or an empty text."""
    kind, _colon, key = letter.key.partition(":")
    if kind != "decision" or not Decision.objects.filter(supersedes_id=int(key)).exists():
        return ""
    return _("The decision was superseded before its letter left. Send the letter of the later decision.")


check_before_sending(why_not_sent)
