"""Database triggers that stand behind the rules, declared beside the models they guard."""

from __future__ import annotations

import pgtrigger


class Refusal(pgtrigger.Trigger):
    """A row trigger that raises a check violation under the rule's name where its `test` (SQL) is true.

    `rule` becomes the constraint name that `relief.errors.database_rules` translates. The test sees OLD and NEW.
    """

    rule: str = ""
    test: str = ""
    when = pgtrigger.Before

    def __init__(self, *, rule: str, test: str, operation: pgtrigger.Operation, name: str = "") -> None:
        self.rule = rule
        self.test = test
        super().__init__(name=name or rule, operation=operation)

    def get_func(self, model: object) -> str:
        returned = "OLD" if str(self.operation) == "DELETE" else "COALESCE(NEW, OLD)"
        return f"""
            IF {self.test} THEN
                RAISE EXCEPTION 'rule {self.rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{self.rule}';
            END IF;
            RETURN {returned};
        """


def append_only(rule: str) -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse UPDATE, DELETE and TRUNCATE of a table, under one rule name."""
    return [
        Refusal(rule=rule, test="TRUE", operation=pgtrigger.Update | pgtrigger.Delete, name="append_only"),
        no_truncate(rule),
    ]


def no_truncate(rule: str) -> pgtrigger.Trigger:
    """Return the statement trigger that refuses TRUNCATE: row triggers never see it."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION 'rule {rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}';",
    )
