"""Settling what deciding anew proposes for claims in payment: a person accepts it, or lets the decision stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from committee.decisions.adjustments import Adjustment
from committee.decisions.budgets import bind_adjustments
from committee.decisions.models import DecisionRun
from committee.decisions.redeciding import changed_claims
from committee.decisions.services import refuse_unless_adopted
from committee.decisions.statements import SAID_COLUMNS
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "committee.settle_adjustments"


def accept(*, by: User, adjustments: Iterable[Adjustment], reason: str) -> int:
    """Accept proposals: each gets a superseding decision with the facts of today; return how many.

    Those whose facts or decisions changed since are left open; a run that decides anew replaces them.

    Raises NotAllowed, RuleBroken(reason_missing, runner_settles_nothing, adjustment_moves_as_its_table_says,
    policy_not_adopted, facts_changed, budget_is_not_exceeded).
    """
    require(by, PERMISSION)
    reason = _said(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.accept_adjustments", reason=reason):
        by_run: dict[int, list[Adjustment]] = defaultdict(list)
        for row in _locked(by, adjustments):
            by_run[row.run_id or 0].append(row)
        accepted = 0
        for key, rows in sorted(by_run.items()):
            run = DecisionRun.objects.select_related("policy__measure__book").get(pk=key)
            agreed = _write_decisions(by, run, rows, reason)
            bind_adjustments(by=by, run=run, rows=agreed, reason=reason)
            accepted += len(agreed)
    return accepted


def dismiss(*, by: User, adjustments: Iterable[Adjustment], reason: str) -> int:
    """Let the decisions stand as they are paid, with the reason; return how many proposals ended so.

    Raises NotAllowed, RuleBroken(reason_missing, runner_settles_nothing, adjustment_moves_as_its_table_says).
    """
    require(by, PERMISSION)
    reason = _said(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.dismiss_adjustments", reason=reason):
        keys = [row.pk for row in _locked(by, adjustments)]
        return Adjustment.objects.filter(pk__in=keys).update(
            state=Adjustment.State.DISMISSED, settled_by=by, settled_at=clock.now(), reason=reason
        )


def _locked(by: User, adjustments: Iterable[Adjustment]) -> list[Adjustment]:
    keys = [row.pk for row in adjustments]
    rows = list(
        Adjustment.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).select_related("run")
    )
    if not rows or any(row.state != Adjustment.State.OPEN for row in rows):
        raise RuleBroken(
            _("Some of these proposals are settled already. Reload the list and choose again."),
            code=Adjustment.STATES.rule,
        )
    if any(row.run is not None and row.run.run_by_id == by.pk for row in rows):
        raise RuleBroken(
            _("Who ran the decisions does not settle what they propose. Ask another."), code="runner_settles_nothing"
        )
    return rows


def _write_decisions(by: User, run: DecisionRun, rows: list[Adjustment], reason: str) -> list[Adjustment]:
    """Write the decisions of the proposals that still say what the policy in force says; return those."""
    columns = ", ".join(SAID_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM committee_tierpolicy WHERE id = %s FOR SHARE", [run.policy_id])
        refuse_unless_adopted(cursor.fetchone()[0])
    with changed_claims(run.policy, keys=[row.claim_id for row in rows]) as cursor:
        cursor.execute(
            f"INSERT INTO committee_decision ({columns}, run_id, policy_id, decided_by_id, decided_at, reason, "  # noqa: S608
            f"supersedes_id) SELECT {', '.join(f'changed.{name}' for name in SAID_COLUMNS)}, %s, %s, %s, %s, %s, "
            "changed.decision_id FROM changed JOIN committee_adjustment a ON a.id = ANY (%s) "
            "AND (a.decision_id, a.outcome, a.amount) = (changed.decision_id, changed.outcome, changed.amount) "
            "ORDER BY changed.claim_id RETURNING supersedes_id",
            [run.pk, run.policy_id, by.pk, clock.now(), reason, [row.pk for row in rows]],
        )
        agreed_decisions = {key for (key,) in cursor.fetchall()}
    agreed = [row for row in rows if row.decision_id in agreed_decisions]
    if not agreed:
        raise RuleBroken(
            _("Facts or decisions of these claims changed since. Decide anew: that replaces the proposals."),
            code="facts_changed",
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE committee_adjustment a SET state = 'accepted', settled_by_id = %s, settled_at = %s, reason = %s, "
            "followed_by_id = d.id FROM committee_decision d WHERE d.supersedes_id = a.decision_id AND a.id = ANY (%s)",
            [by.pk, clock.now(), reason, [row.pk for row in agreed]],
        )
    return agreed


def _said(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(_("Write the reason."), code="reason_missing")
    return reason.strip()[:500]
