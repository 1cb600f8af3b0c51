"""A row in, a report out: every fault of the row is found, not only the first."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from claims.intake import rules
from claims.intake.columns import NEEDED
from claims.intake.faults import Fault, Found
from claims.intake.field_parsers import NOTHING, fixed_values, parsers_of
from claims.intake.layout import Layout
from claims.intake.rules import Cell
from claims.intake.words import Vocabulary
from relief.korea.banks import folded


class Report(NamedTuple):
    """What a good row says: times aware and in Seoul, amounts in won, phone and other numbers as digits or empty."""

    receipt_number: str
    received_at: datetime
    channel: str
    reporter_type: str
    name: str
    phone: str
    registration_number: str
    service: int
    pricing: str
    claimed_loss: int | None
    description: str
    bank: str
    account: str


_PLACE = {name: place for place, name in enumerate(Report._fields)}
_BANK, _ACCOUNT = _PLACE["bank"], _PLACE["account"]


class Validator:
    """The rules of one file: built once from its layout and the incident's vocabulary, then asked row by row.

    Raises RuleBroken(service_not_in_catalogue) where the profile names a service that the vocabulary has not.
    """

    def __init__(self, layout: Layout, words: Vocabulary) -> None:
        profile = layout.profile
        self._width = len(layout.headings)
        fixed = fixed_values(profile, words)
        self._blank = [fixed.get(name, NOTHING.get(name, "")) for name in Report._fields]
        parsers = parsers_of(profile, words)
        needed = {*NEEDED, "name"}
        self._steps = [
            (name, _PLACE[name], column, parsers[name], name in needed) for name, column in layout.columns.items()
        ]
        nothing = frozenset(folded(word) for word in profile.empty)
        self._is_nothing = rules.remembered(lambda cell: folded(str(cell)) in nothing)
        # Blanks may stand within such a word; 0 where there is none.
        self._longest_nothing = 2 * max(map(len, nothing), default=0)
        rounds = words.rounds

        @lru_cache(maxsize=4096)
        def admit(day: date, reporter_type: str, numbered: bool) -> tuple[int | None, str]:
            return rules.admission(day, reporter_type, has_registration_number=numbered, rounds=rounds)

        self._admit = admit

    def check(self, cells: list[Cell]) -> Report | list[Found]:
        """Return the report of a row, or all its faults in the order of the columns."""
        if len(cells) != self._width:
            return [Found("", Fault.WRONG_COLUMN_COUNT, str(len(cells)))]
        said = self._emptied(cells) if self._longest_nothing else cells
        values = self._blank.copy()
        faults: list[Found] = []
        for name, place, column, parse, needed in self._steps:
            cell = said[column]
            if cell == "":
                if needed:
                    faults.append(Found(name, Fault.MISSING))
                continue
            value = parse(cell)
            if type(value) is Fault:
                faults.append(Found(name, value, rules.text_of(cell)))
            elif needed and value == "":
                faults.append(Found(name, Fault.MISSING))
            else:
                values[place] = value
        if bool(values[_BANK]) != bool(values[_ACCOUNT]) and not any(f.field in {"bank", "account"} for f in faults):
            faults.append(Found("account" if values[_BANK] else "bank", Fault.MISSING))
        try:
            whole = "".join(cells)  # type: ignore[arg-type]  # text files hold nothing else
        except TypeError:
            whole = "".join(map(str, cells))
        # Most rows hold nothing but what can be printed, which is found out ten times as fast.
        if not whole.isprintable() and rules.UNSHOWN.search(whole):
            self._find_unshown(cells, faults)
        return faults or Report._make(values)

    def _emptied(self, cells: list[Cell]) -> list[Cell]:
        """Return the cells with nothing in place of the words that stand for nothing."""
        is_nothing, longest = self._is_nothing, self._longest_nothing
        return [
            "" if type(cell) is str and len(text := cell.strip()) <= longest and is_nothing(text) else cell
            for cell in cells
        ]

    def _find_unshown(self, cells: list[Cell], faults: list[Found]) -> None:
        names = {column: name for name, _, column, _, _ in self._steps}
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and rules.UNSHOWN.search(cell):
                faults.append(Found(names.get(column, ""), Fault.CONTROL_CHARACTER, cell))

    def admission(self, report: Report) -> tuple[int | None, str]:
        """Return the key of the round that a report belongs to, or None, and its admission."""
        return self._admit(report.received_at.date(), report.reporter_type, bool(report.registration_number))
