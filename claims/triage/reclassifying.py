"""One person's word on an axis of many claims: asked for with its counts, carried out by a job, undone as one act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.settled import settled
from claims.triage.bulk import (
    RECLASSIFICATION_STATES,
    Reclassification,
    ReclassificationLine,
    ReclassificationState,
)
from claims.triage.by_hand import refuse_unknown, said_reason
from claims.triage.narrowing import Narrowing, Preview, claims_of, preview
from claims.triage.rules import AXES
from claims.triage.selectors import newest_rule_set
from claims.triage.services import PERMISSION, classify
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs
from relief.jobs.keeping import kept_alive
from relief.jobs.models import Job

if TYPE_CHECKING:
    from relief.accounts.models import User

RECLASSIFY = "claims.reclassify"
UNDO = "claims.undo_reclassification"
SUBJECT = "claims.reclassification"

_LINES = """
    INSERT INTO claims_reclassificationline
        (act_id, claim_id, rule_set_id, was, was_rule, was_by_id, was_confidence, was_reason)
    SELECT %s, known.claim_id, known.rule_set_id, known.{axis}, known.{axis}_rule, known.{axis}_by_id,
        known.{axis}_confidence, known.{axis}_reason
    FROM claims_classification known
    WHERE known.claim_id IN ({select}) AND known.{axis} <> %s AND (known.{axis}_by_id IS NULL OR NOT %s)
    ORDER BY known.claim_id FOR UPDATE
"""
_COUNTS = """
    SELECT count(*), count(line.was_by_id), count(*) FILTER (WHERE {settled}), COALESCE(sum(claim.claimed_loss), 0)
    FROM claims_reclassificationline line JOIN claims_claim claim ON claim.id = line.claim_id
    WHERE line.act_id = %s
"""
_APPLY = """
    UPDATE claims_classification known SET {axis} = %(value)s, {axis}_rule = '', {axis}_by_id = %(by)s,
        {axis}_confidence = 100, {axis}_reason = %(reason)s, confidence = LEAST({others}), version = known.version + 1
    FROM claims_reclassificationline line WHERE line.act_id = %(act)s AND known.claim_id = line.claim_id
"""
# What a later act or a person moved since is not ours to put back.
_STANDS = """
    known.{axis} = %(value)s AND known.{axis}_by_id = %(by)s AND known.{axis}_reason = %(reason)s
    AND NOT EXISTS (
        SELECT FROM claims_reclassificationline later JOIN claims_reclassification act ON act.id = later.act_id
        WHERE later.claim_id = line.claim_id AND later.act_id > line.act_id
            AND act.axis = '{axis}' AND act.state IN ('applied', 'undoing')
    )
"""
_STANDING = f"""
    SELECT line.claim_id FROM claims_reclassificationline line
    JOIN claims_classification known ON known.claim_id = line.claim_id
    WHERE line.act_id = %(act)s AND {_STANDS}
"""  # noqa: S608 - fragments of ours, here and below
_RESTORE = f"""
    UPDATE claims_classification known SET {{axis}} = line.was, {{axis}}_rule = line.was_rule,
        {{axis}}_by_id = line.was_by_id, {{axis}}_confidence = line.was_confidence, {{axis}}_reason = line.was_reason,
        confidence = LEAST(line.was_confidence, {{others}}), version = known.version + 1
    FROM claims_reclassificationline line
    WHERE line.act_id = %(act)s AND known.claim_id = line.claim_id AND {_STANDS}
"""  # noqa: S608


def start_reclassification(
    *,
    by: User,
    incident: Incident,
    narrowing: Narrowing,
    axis: str,
    value: str,
    keeps_words: bool,
    reason: str,
    seen: tuple[int, int],
) -> Reclassification:
    """Queue the act and return it "waiting". `seen` are the number of claims and the sum that the person confirmed.

    Claims that say the value already, or that no rule has seen, stay as they are; with `keeps_words` so do those of
    which a person said something else.
    Raises NotAllowed, RuleBroken(reason_missing, axis_not_known, value_not_known, filter_not_valid, search_by_number,
    nothing_changes, set_moved, one_open_job_per_subject).
    """
    require(by, PERMISSION)
    reason = said_reason(reason)
    refuse_unknown(axis, value)
    would = preview(narrowing, incident_id=incident.pk, axis=axis, value=value, keeps_words=keeps_words)
    if not would.claims:
        raise RuleBroken(_("No claim of this set would change."), code="nothing_changes")
    if (would.claims, would.sum_of_losses) != seen:
        raise _set_moved(would.claims)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.start_reclassification", reason=reason):
        act = Reclassification.objects.create(
            incident=incident,
            narrowing={word: list(values) for word, values in narrowing.items()},
            axis=axis,
            value=value,
            keeps_words=keeps_words,
            reason=reason,
            by=by,
            at=clock.now(),
            **_counts(would),
        )
        act.job = jobs.enqueue(kind=RECLASSIFY, by=by, subject_key=act.pk, incident_id=incident.pk)
        act.save(update_fields=("job",))
    return act


def undo_reclassification(*, by: User, act: Reclassification, reason: str) -> Reclassification:
    """Queue the undoing of an applied act and return it "undoing".

    Raises NotAllowed, RuleBroken(reason_missing, reclassification_moves_as_its_table_says, one_open_job_per_subject).
    """
    require(by, PERMISSION)
    reason = said_reason(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.undo_reclassification", reason=reason):
        locked = Reclassification.objects.select_for_update(of=("self",)).get(pk=act.pk)
        job = jobs.enqueue(kind=UNDO, by=by, subject_key=locked.pk, incident_id=locked.incident_id)
        RECLASSIFICATION_STATES.move(locked, ReclassificationState.UNDOING, undone_by=by, undo_reason=reason, job=job)
    return locked


def standing_lines(act: Reclassification) -> int:
    """Return how many claims of an applied act still stand as it left them, and would be put back."""
    return _execute(_STANDING, act)


def _ended(job: Job) -> None:
    """Follow an act that did not come to its end: nothing was written."""
    act = Reclassification.objects.select_for_update(of=("self",)).get(pk=job.subject_key)
    states = ReclassificationState
    if act.state == states.UNDOING:
        RECLASSIFICATION_STATES.move(act, states.APPLIED, undone_by=None, undo_reason="")
    elif act.state == states.WAITING:
        RECLASSIFICATION_STATES.move(act, states.FAILED if job.state == Job.State.FAILED else states.CANCELLED)


@jobs.runner(RECLASSIFY, permission=PERMISSION, on_end=_ended, label=_("Reclassification"), subject=SUBJECT)
def carry_out_reclassification(run: jobs.Run) -> dict[str, Any]:
    """Write the person's word on every claim of the set, in one transaction; returns {"claims"}.

    Raises RuleBroken(set_moved) where the set is no longer the one that was confirmed.
    """
    act = Reclassification.objects.select_related("by").get(pk=run.job.subject_key)
    if act.state == ReclassificationState.APPLIED:
        return {"claims": act.claims}
    stage = kept_alive(run, stage="reclassifying", total=act.claims)
    with stage, database_rules(), transaction.atomic(), acting(by=act.by, act=RECLASSIFY, reason=act.reason):
        _alone(act)
        _write_lines(act)
        _execute(_APPLY, act)
        run.hold()
        RECLASSIFICATION_STATES.move(act, ReclassificationState.APPLIED)
    run.advance(done=act.claims)
    return {"claims": act.claims}


@jobs.runner(UNDO, permission=PERMISSION, on_end=_ended, label=_("Undoing of a reclassification"), subject=SUBJECT)
def undo_lines(run: jobs.Run) -> dict[str, Any]:
    """Put every claim back that still stands as the act left it; returns {"restored", "moved"}.

    An axis of which a person had said something says it again. One that the rules had set goes back to them: to what
    the newest version says.
    """
    act = Reclassification.objects.select_related("undone_by").get(pk=run.job.subject_key)
    if act.state == ReclassificationState.UNDONE or act.undone_by is None:
        return dict(run.job.outcome)
    stage = kept_alive(run, stage="undoing", total=act.claims)
    with stage, database_rules(), transaction.atomic(), acting(by=act.undone_by, act=UNDO, reason=act.undo_reason):
        _alone(act)
        restored = _execute(_RESTORE, act)
        rule_set = newest_rule_set(act.incident_id)
        if rule_set is not None:
            by_rule = ReclassificationLine.objects.filter(act=act, was_by=None).order_by().values("claim_id")
            classify(rule_set, which=Q(pk__in=by_rule))
        run.hold()
        RECLASSIFICATION_STATES.move(act, ReclassificationState.UNDONE, undone_at=clock.now(), restored=restored)
    run.advance(done=act.claims)
    return {"restored": restored, "moved": act.claims - restored}


def _alone(act: Reclassification) -> None:
    """Wait until no other work writes many classifications of the incident: two would take rows in two orders.

    From here on keys are checked as rows are written: checks that wait for the commit would be looked through again
    for every row that a trigger sees.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=act.incident_id)


def _write_lines(act: Reclassification) -> None:
    """Keep what each claim says now, and hold them all. Raises RuleBroken(set_moved)."""
    claims = claims_of(act.narrowing, incident_id=act.incident_id).values_list("pk")
    select, parameters = claims.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(axis=act.axis, select=select), (act.pk, *parameters, act.value, act.keeps_words))
        cursor.execute(_COUNTS.format(settled=settled("claim.id")), (act.pk,))
        ((claims_now, spoken, decided, won),) = cursor.fetchall()
    if (claims_now, spoken, decided, int(won)) != (act.claims, act.spoken, act.decided, int(act.sum_of_losses)):
        raise _set_moved(claims_now)


def _execute(statement: str, act: Reclassification) -> int:
    others = ", ".join(f"known.{axis}_confidence" for axis in AXES if axis != act.axis)
    values: dict[str, Any] = {"act": act.pk, "value": act.value, "by": act.by_id, "reason": act.reason}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(axis=act.axis, others=others), values)
        return int(cursor.rowcount)


def _counts(would: Preview) -> dict[str, int]:
    return {
        "claims": would.claims,
        "decided": would.decided,
        "spoken": would.spoken,
        "sum_of_losses": would.sum_of_losses,
    }


def _set_moved(claims: int) -> RuleBroken:
    return RuleBroken(
        _("Meanwhile the set has changed: %(count)s claims would change now. Look at it and start again.")
        % {"count": f"{claims:,}"},
        code="set_moved",
    )
