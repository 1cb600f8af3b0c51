"""Triggers that look once a statement at what a change does to the lines of batches."""

from __future__ import annotations

import pgtrigger


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
