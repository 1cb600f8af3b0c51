"""A row in, a report out: every fault of the row is found, not only the first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from claims.catalogue.models import ReporterType
from claims.intake import rules
from claims.intake.columns import NEEDED
from claims.intake.faults import Fault, Found
from claims.intake.layout import Layout
from claims.intake.profile import Profile
from claims.intake.rules import Cell
from claims.intake.words import Vocabulary


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


_NOTHING: dict[str, Any] = {"reporter_type": ReporterType.UNKNOWN.value, "pricing": "unknown", "claimed_loss": None}
_PLACE = {name: place for place, name in enumerate(Report._fields)}


class Validator:
    """The rules of one file: built once from its layout and the incident's vocabulary, then asked row by row."""

    def __init__(self, layout: Layout, words: Vocabulary) -> None:
        profile = layout.profile
        self._width = len(layout.headings)
        self._blank = [profile.fixed.get(name, _NOTHING.get(name, "")) for name in Report._fields]
        parsers = self._parsers(profile, words)
        needed = {*NEEDED, "name"}
        self._steps: list[tuple[str, int, int, Callable[[Cell], Any], bool]] = [
            (name, _PLACE[name], column, parsers[name], name in needed) for name, column in layout.columns.items()
        ]
        rounds = words.rounds

        @lru_cache(maxsize=4096)
        def admit(day: date, reporter_type: str, numbered: bool) -> tuple[int | None, str]:
            return rules.admission(day, reporter_type, has_registration_number=numbered, rounds=rounds)

        self._admit = admit

    @staticmethod
    def _parsers(profile: Profile, words: Vocabulary) -> dict[str, Callable[[Cell], Any]]:
        return {
            "receipt_number": rules.receipt_number,
            "received_at": rules.received_at,
            "channel": lru_cache(maxsize=512)(rules.channel),
            "reporter_type": rules.word(words.reporter_types),
            "name": rules.name,
            "phone": rules.phone,
            "registration_number": rules.registration_number,
            "service": rules.word({"": "", **words.services}),
            "pricing": rules.word(words.pricings),
            "claimed_loss": rules.amount(profile.unit),
            "description": rules.description,
            "bank": lru_cache(maxsize=512)(rules.bank),
            "account": rules.account,
        }

    def check(self, cells: list[Cell]) -> Report | list[Found]:
        """Return the report of a row, or all its faults in the order of the columns."""
        if len(cells) != self._width:
            return [Found("", Fault.WRONG_COLUMN_COUNT, str(len(cells)))]
        values = self._blank.copy()
        faults: list[Found] = []
        for name, place, column, parse, needed in self._steps:
            cell = cells[column]
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
        self._check_row(cells, values, faults)
        return faults or Report._make(values)

    def _check_row(self, cells: list[Cell], values: list[Any], faults: list[Found]) -> None:
        bank, account = values[_PLACE["bank"]], values[_PLACE["account"]]
        if bool(bank) != bool(account):
            lacking = "account" if bank else "bank"
            if not any(found.field in {"bank", "account"} for found in faults):
                faults.append(Found(lacking, Fault.MISSING))
        try:
            whole = "".join(cells)  # type: ignore[arg-type]  # text files hold nothing else
        except TypeError:
            whole = "".join(map(str, cells))
        if rules.UNSHOWN.search(whole):
            names = {column: name for name, _, column, _, _ in self._steps}
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and rules.UNSHOWN.search(cell):
                    faults.append(Found(names.get(column, ""), Fault.CONTROL_CHARACTER, cell))

    def admission(self, report: Report) -> tuple[int | None, str]:
        """Return the key of the round that a report belongs to, or None, and its admission."""
        return self._admit(report.received_at.date(), report.reporter_type, bool(report.registration_number))
