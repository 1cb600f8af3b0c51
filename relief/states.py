"""State machines as one visible table: what may follow what, moved by compare-and-set, guarded by triggers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.guards import Refusal


@dataclass(frozen=True)
class StateTable:
    """Every legal move of a `state` column.

    `moves` maps each state to the states that may follow it; `born` are the states a row may be inserted in;
    `rule` is the name of the rule that the triggers raise.
    """

    rule: str
    born: frozenset[str]
    moves: Mapping[str, frozenset[str]]

    def allows(self, old: str, new: str) -> bool:
        """Say whether `new` may follow `old`."""
        return new in self.moves.get(old, frozenset())

    def triggers(self) -> list[pgtrigger.Trigger]:
        """Return the guards for UPDATE and INSERT that PostgreSQL keeps from this same table."""
        pairs = ", ".join(f"('{old}', '{new}')" for old, after in self.moves.items() for new in sorted(after))
        born = ", ".join(f"'{state}'" for state in sorted(self.born))
        return [
            Refusal(
                rule=self.rule,
                name="legal_move",
                operation=pgtrigger.UpdateOf("state"),
                test=f"NEW.state <> OLD.state AND (OLD.state::text, NEW.state::text) NOT IN ({pairs})",
            ),
            Refusal(rule=self.rule, name="legal_birth", operation=pgtrigger.Insert, test=f"NEW.state NOT IN ({born})"),
        ]

    def move(self, row: models.Model, to: str, **changes: Any) -> None:
        """Move `row.state` to `to` by compare-and-set and write `changes` with it; the instance follows.

        Raises RuleBroken where the table has no such move, or where somebody else moved the row first.
        """
        old = row.state  # type: ignore[attr-defined]
        if not self.allows(old, to):
            raise RuleBroken(
                _("This step does not follow from the present state (%(state)s). Reload the page to see it.")
                % {"state": row.get_state_display()},  # type: ignore[attr-defined]
                code=self.rule,
            )
        updated = type(row)._base_manager.filter(pk=row.pk, state=old).update(state=to, **changes)
        if updated != 1:
            raise RuleBroken(
                _("Somebody else has just moved this on. Reload the page to see its present state."),
                code="moved_meanwhile",
            )
        row.state = to  # type: ignore[attr-defined]
        for field, value in changes.items():
            setattr(row, field, value)
