"""References checked by statement: what a foreign key guards, at the price of one look a statement, not one a row.

A foreign key asks for every row of a COPY whether its target exists; where a million rows name the same few targets,
those questions cost as much as the rows. Here the statement's distinct targets are locked and counted once, in the
same lock that a foreign key takes (FOR KEY SHARE), so that a target removed at the same moment is met as surely.
Beyond a foreign key, `within` holds rows and targets together: both belong to the same incident.
"""

from __future__ import annotations

from dataclasses import dataclass

import pgtrigger

MANY_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a row of `table` by its id; with `within`, that column is equal in both rows.

    `table_keeps_all`: rows of the table are never removed (a trigger of its own says so), and need no lock. It suits
    targets of which there are about as many as rows: they are looked up one by one, through the primary key.
    """

    column: str
    table: str
    within: str = ""
    table_keeps_all: bool = False

    def missing_in(self, rows: str) -> str:
        """Return SQL that is true where a row of the relation `rows` names a target that does not exist."""
        if self.table_keeps_all:
            # LIMIT keeps the planner from joining, which on a growing table would read all of it for every statement;
            # a statement of many rows is quicker by doing just that.
            return f"""(CASE WHEN (SELECT count(*) FROM {rows}) < {MANY_ROWS} THEN EXISTS (
                SELECT FROM {rows} WHERE {self.column} IS NOT NULL
                AND (SELECT target.id FROM {self.table} target WHERE target.id = {rows}.{self.column} LIMIT 1) IS NULL
            ) ELSE EXISTS (
                SELECT {self.column} FROM {rows} WHERE {self.column} IS NOT NULL
                EXCEPT SELECT target.id FROM {self.table} target
            ) END)"""  # noqa: S608
        also = f", {self.within}" if self.within else ""
        # Names of tables and columns only, all of them ours.
        return f"""EXISTS (
            SELECT {self.column}{also} FROM {rows} WHERE {self.column} IS NOT NULL
            EXCEPT
            SELECT * FROM (
                SELECT target.id{also and f", target.{self.within}"} FROM {self.table} target
                WHERE target.id IN (SELECT {self.column} FROM {rows}) FOR KEY SHARE
            ) kept
        )"""  # noqa: S608


def _refusal(rule: str) -> str:
    return f"RAISE EXCEPTION 'rule {rule}' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{rule}';"


class ReferencesExist(pgtrigger.Trigger):
    """Refuses, under one rule, an INSERT or COPY in which a row names a target that does not exist."""

    def __init__(self, *, rule: str, references: tuple[Reference, ...]) -> None:
        self.rule = rule
        self.references = references
        super().__init__(
            name="references_exist",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
        )

    def get_func(self, model: object) -> str:
        tests = "\n".join(
            f"IF {reference.missing_in('new_rows')} THEN {_refusal(self.rule)} END IF;" for reference in self.references
        )
        return f"{tests}\nRETURN NULL;"


class ReferencesStay(pgtrigger.Trigger):
    """Refuses, under one rule, an UPDATE that lets a row name a target that does not exist."""

    def __init__(self, *, rule: str, references: tuple[Reference, ...]) -> None:
        self.rule = rule
        self.references = references
        super().__init__(name="references_stay", when=pgtrigger.After, operation=pgtrigger.Update)

    def get_func(self, model: object) -> str:
        tests = "\n".join(self._test(reference) for reference in self.references)
        return f"{tests}\nRETURN NULL;"

    def _test(self, reference: Reference) -> str:
        columns = [reference.column, *([reference.within] if reference.within else [])]
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        within = f" AND target.{reference.within} = NEW.{reference.within}" if reference.within else ""
        return f"""
            IF NEW.{reference.column} IS NOT NULL AND ROW({new}) IS DISTINCT FROM ROW({old}) THEN
                PERFORM FROM {reference.table} target
                WHERE target.id = NEW.{reference.column}{within} FOR KEY SHARE;
                IF NOT FOUND THEN {_refusal(self.rule)} END IF;
            END IF;
        """


class ReferencedRowStays(pgtrigger.Trigger):
    """Refuses, under one rule, to remove a target, or to move it to another id or incident, while rows name it."""

    def __init__(self, *, rule: str, table: str, column: str, within: str = "") -> None:
        self.rule = rule
        self.table = table
        self.column = column
        self.within = within
        super().__init__(name=f"named_by_{table}", when=pgtrigger.After, operation=pgtrigger.Update | pgtrigger.Delete)

    def get_func(self, model: object) -> str:
        columns = ["id", *([self.within] if self.within else [])]
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        return f"""
            IF TG_OP = 'DELETE' OR ROW({new}) IS DISTINCT FROM ROW({old}) THEN
                IF EXISTS (SELECT FROM {self.table} WHERE {self.column} = OLD.id) THEN {_refusal(self.rule)} END IF;
            END IF;
            RETURN NULL;
        """
