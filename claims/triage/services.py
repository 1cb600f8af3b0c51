"""Writing rule sets, and classifying every claim under one version of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Max, Q, Value
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.register.services import follow_corrections
from claims.triage.models import Classification, RuleSet
from claims.triage.rules import AXES, fault_of
from claims.triage.selectors import axes_of_claims, claims_to_classify, newest_rule_set
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
        changed = classify(rule_set)
    run.advance(done=total)
    return {"claims": total, "changed": changed}


def classify(rule_set: RuleSet, *, which: Q | None = None) -> int:
    """Classify the claims of an incident, or those that meet a condition, by one statement; returns how many it set.

    To be called inside a transaction and under `acting`, by whoever has checked the permission. A claim whose four
    values and rules stay as they were is not written, and keeps the version that first set them.
    """
    claims = axes_of_claims(rule_set, claims_to_classify(rule_set, which=which))
    columns = [column for axis in AXES for column in (axis, f"{axis}_rule")]
    values = [name for axis in AXES for name in (f"{axis}_value", f"{axis}_rule")]
    chosen = claims.annotate(claim_key=F("pk"), rule_set_key=Value(rule_set.pk)).values_list(
        "claim_key", "rule_set_key", *values
    )
    select, parameters = chosen.query.sql_with_params()
    table = Classification._meta.db_table
    names = ", ".join(columns)
    excluded = ", ".join(f"EXCLUDED.{column}" for column in columns)
    present = ", ".join(f"{table}.{column}" for column in columns)
    # Every name below is one of ours; values travel as parameters.
    statement = (
        f"INSERT INTO {table} (claim_id, rule_set_id, {names}) {select} "
        f"ON CONFLICT (claim_id) DO UPDATE SET (rule_set_id, {names}) = (EXCLUDED.rule_set_id, {excluded}) "
        f"WHERE ({present}) IS DISTINCT FROM ({excluded})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _follow_correction(claim: Claim) -> None:
    """Classify a corrected claim by the newest rules: what it says on an axis follows from its facts."""
    rule_set = newest_rule_set(claim.incident_id)
    if rule_set is not None:
        classify(rule_set, which=Q(pk=claim.pk))


follow_corrections(_follow_correction)
