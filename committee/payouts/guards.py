"""Triggers that look once a statement at what a change does to the lines of batches."""

from __future__ import annotations

import pgtrigger

from claims.triage.duplicates.guards import LOCK_CLASS


def _batches_of(tables: pgtrigger.Referencing) -> str:
    names = [table for table in (tables.old, tables.new) if table]
    return " UNION ".join(f"SELECT DISTINCT batch_id FROM {name}" for name in names)  # noqa: S608 - the names stand below


def frozen_lines(rule: str) -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse any change of a line whose batch is past its draft.

    They look once a statement at the batches of all its rows: a look a row would double the time of composing. The
    batches stay locked against submission until the change is committed.
    """
    seen = {
        pgtrigger.Insert: pgtrigger.Referencing(new="lines_after"),
        pgtrigger.Update: pgtrigger.Referencing(old="lines_before", new="lines_after"),
        pgtrigger.Delete: pgtrigger.Referencing(old="lines_before"),
    }
    return [
        pgtrigger.Trigger(
            name=f"frozen_on_{str(operation).lower()}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=tables,
            declare=[("held", "bigint[]")],
            func=f"""
                held := ARRAY({_batches_of(tables)});
                PERFORM 1 FROM committee_batch WHERE id = ANY (held) FOR SHARE;
                IF EXISTS (
                    SELECT 1 FROM committee_batch WHERE id = ANY (held)
                    AND state NOT IN ('composing', 'draft', 'cancelled')
                ) THEN
                    RAISE EXCEPTION 'rule {rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}';
                END IF;
                RETURN NULL;
            """,  # noqa: S608 - built of our own names
        )
        for operation, tables in seen.items()
    ]


class WaitsForDuplicates(pgtrigger.Trigger):
    """Refuses lines of claims that wait for a verdict on duplicates, or that a verdict closed; once a statement.

    Whoever opens or settles groups holds the incident's lock; taking it here, shared, after the claims, lets a group
    that opens at this moment be seen, or waits until these lines stand.
    """

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(
            name="waits_for_duplicates",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_lines"),
        )

    def get_func(self, model: object) -> str:
        return f"""
            PERFORM FROM claims_claim WHERE id IN (SELECT claim_id FROM new_lines) ORDER BY id FOR KEY SHARE;
            PERFORM pg_advisory_xact_lock_shared({LOCK_CLASS}, incident_id::int) FROM (
                SELECT DISTINCT incident_id FROM committee_batch WHERE id IN (SELECT batch_id FROM new_lines)
                ORDER BY incident_id
            ) incidents;
            IF EXISTS (
                SELECT FROM new_lines JOIN claims_duplicatemember member ON member.claim_id = new_lines.claim_id
                WHERE new_lines.is_live AND member.is_live AND member.verdict_id IS NULL
            ) OR EXISTS (
                SELECT FROM new_lines JOIN claims_duplicateclosure closure ON closure.claim_id = new_lines.claim_id
                WHERE new_lines.is_live AND closure.ended_at IS NULL
            ) THEN
                RAISE EXCEPTION 'rule {self.rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{self.rule}';
            END IF;
            RETURN NULL;
        """  # noqa: S608 - the rule and the class are ours
