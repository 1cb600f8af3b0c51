"""Writing rule sets, and classifying every claim under one version of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.register.services import follow_corrections
from claims.triage.models import Classification, RuleSet
from claims.triage.rules import AXES, fault_of, parse
from claims.triage.selectors import claims_to_classify, newest_rule_set, places_of_claims
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.jobs import services as jobs
from relief.jobs.models import Job

if TYPE_CHECKING:
    from relief.accounts.models import User

CLASSIFY = "claims.classify"
PERMISSION = "claims.classify_claims"


def create_rule_set(*, by: User, incident: Incident, rules: list[dict[str, Any]], note: str = "") -> RuleSet:
    """Write the next version of an incident's rules (their shape: `claims.triage.rules`) and return it.

    Raises NotAllowed, RuleBroken(rules_unsound) that names the place of the fault.
    """
    require(by, PERMISSION)
    fault = fault_of(rules)
    if fault is not None:
        raise RuleBroken(
            _("The rules are not sound (%(fault)s). Every axis ends with a rule without conditions.")
            % {"fault": fault},
            code="rules_unsound",
        )
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.create_rule_set"):
        Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        last = RuleSet.objects.filter(incident=incident).aggregate(last=Max("version"))["last"]
        return RuleSet.objects.create(
            incident=incident,
            version=(last or 0) + 1,
            rules=rules,
            note=note,
            created_by=by,
            created_at=clock.now(),
        )


def start_classification(*, by: User, rule_set: RuleSet) -> Job:
    """Ask for a classification of all claims of the rule set's incident; a job carries it out.

    Raises NotAllowed, RuleBroken(one_open_job_per_subject).
    """
    require(by, PERMISSION)
    return jobs.enqueue(kind=CLASSIFY, by=by, subject_key=rule_set.pk, incident_id=rule_set.incident_id)


@jobs.runner(CLASSIFY, permission=PERMISSION, label=_("Classification"), subject="claims.ruleset")
def carry_out_classification(run: jobs.Run) -> dict[str, Any]:
    """Classify all claims of the incident; returns {"claims", "changed"}. A second time changes nothing."""
    rule_set = RuleSet.objects.get(pk=run.job.subject_key)
    total = claims_to_classify(rule_set).count()
    run.advance(done=0, total=total, stage="classifying")
    with database_rules(), transaction.atomic():
        run.hold()
        # One such work at a time in an incident: two would take the rows in two orders.
        Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=rule_set.incident_id)
        changed = classify(rule_set)
    run.advance(done=total)
    return {"claims": total, "changed": changed}


def classify(rule_set: RuleSet, *, which: Q | None = None) -> int:
    """Classify the claims of an incident, or those that meet a condition, by one statement; returns how many it set.

    To be called inside a transaction and under `acting`, by whoever has checked the permission. An axis that a person
    set stays as he set it. A claim whose other axes keep their values, rules and confidence is not written, and keeps
    the version that first set them.
    """
    rules = parse(rule_set.rules)
    claims = places_of_claims(rule_set, claims_to_classify(rule_set, which=which))
    select, asked = claims.values_list("pk", *(f"{axis}_place" for axis in AXES)).query.sql_with_params()
    said: list[list[Any]] = []
    for axis in AXES:
        decides = [rule for rule in rules if rule.axis == axis]
        said += [
            [rule.value for rule in decides],
            [rule.name for rule in decides],
            [r.confidence for r in decides],
        ]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(select=select), (*said, rule_set.pk, *asked))
        return int(cursor.rowcount)


def _by_hand(axis: str, column: str) -> str:
    """Return SQL of what a column of an axis becomes: it stays where a person set the axis."""
    return f"CASE WHEN {_TABLE}.{axis}_by_id IS NULL THEN EXCLUDED.{column} ELSE {_TABLE}.{column} END"


# Every name is one of ours; values travel as parameters. OFFSET keeps each axis' conditions from being asked for each
# of the three things that follow from their answer.
_TABLE = Classification._meta.db_table
_OF_AXIS = ("", "_rule", "_confidence")
_COLUMNS = [f"{axis}{part}" for axis in AXES for part in _OF_AXIS]
_KINDS = {"": "text", "_rule": "text", "_confidence": "smallint"}
_SAID = ", ".join(f"(%s::{_KINDS[part]}[])[{axis}_place] AS {axis}{part}" for axis in AXES for part in _OF_AXIS)
_LEAST = ", ".join(f"{axis}_confidence" for axis in AXES)
_MERGED = {f"{axis}{part}": _by_hand(axis, f"{axis}{part}") for axis in AXES for part in _OF_AXIS}
_MOVED = " OR ".join(
    f"({_TABLE}.{axis}_by_id IS NULL AND ({', '.join(f'{_TABLE}.{axis}{part}' for part in _OF_AXIS)})"
    f" IS DISTINCT FROM ({', '.join(f'EXCLUDED.{axis}{part}' for part in _OF_AXIS)}))"
    for axis in AXES
)
_STATEMENT = f"""
    INSERT INTO {_TABLE} (claim_id, {", ".join(_COLUMNS)}, rule_set_id, confidence)
    SELECT claim_key, {", ".join(_COLUMNS)}, rule_set_key, LEAST({_LEAST})
    FROM (
        SELECT claim_key, {_SAID}, %s::bigint AS rule_set_key
        FROM ({{select}} OFFSET 0) chosen (claim_key, {", ".join(f"{axis}_place" for axis in AXES)})
    ) said
    ON CONFLICT (claim_id) DO UPDATE SET
        {", ".join(f"{column} = {merged}" for column, merged in _MERGED.items())},
        rule_set_id = EXCLUDED.rule_set_id, version = {_TABLE}.version + 1,
        confidence = LEAST({", ".join(_MERGED[f"{axis}_confidence"] for axis in AXES)})
    WHERE {_MOVED}
"""  # noqa: S608 - names of ours


def _follow_correction(claim: Claim) -> None:
    """Classify a corrected claim by the newest rules: what it says on an axis follows from its facts."""
    rule_set = newest_rule_set(claim.incident_id)
    if rule_set is not None:
        classify(rule_set, which=Q(pk=claim.pk))


follow_corrections(_follow_correction)
