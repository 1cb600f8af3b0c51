"""What the database keeps of the rules on duplicates, and the lock under which groups and payments take turns."""

from __future__ import annotations

import pgtrigger
from django.db import connection

LOCK_CLASS = 20_221_015
"""Class of the advisory lock; its other half is the incident's key."""


class MembersWithinIncident(pgtrigger.Trigger):
    """Refuses, once a statement, members whose claim is missing or of another incident than their group."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(
            name="members_within_incident",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
        )

    def get_func(self, model: object) -> str:
        return f"""
            IF EXISTS (
                SELECT FROM new_rows JOIN claims_duplicategroup grouped ON grouped.id = new_rows.group_id
                LEFT JOIN claims_claim claim
                    ON claim.id = new_rows.claim_id AND claim.incident_id = grouped.incident_id
                WHERE claim.id IS NULL
            ) THEN
                RAISE EXCEPTION 'rule {self.rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{self.rule}';
            END IF;
            RETURN NULL;
        """


def lock_incident(incident_id: int) -> None:
    """Let nobody else open, settle or reopen groups of the incident, or put its claims into batches, until the end.

    To be called inside a transaction. Whoever locks claims too locks them first: everybody then waits in one order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, incident_id])
