"""Rows that come twice, put into the file in place of ordinary rows of the same kind.

A row that becomes a repeat keeps its receipt number, its time and its cell of the mix, so that no published figure
moves; it takes over who reports, or where the money goes, or what is told, from an earlier row on the same service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from committee.demo.facts import Reporter
from committee.demo.losses import BOUND_VALUES
from committee.demo.mix import MIX, Cell, Loss

if TYPE_CHECKING:
    from committee.demo.rows import ClaimRow


class RepeatKind(StrEnum):
    """What a repeat has of the earlier row."""

    PHONE = "phone"  # the same person tells the same once more
    REGISTRATION = "registration"  # the same business, from another phone and for another account
    ACCOUNT = "account"  # somebody else, to be paid on the same account: a risk, no duplicate
    WITHOUT_NUMBERS = "without_numbers"  # the same name, or nearly, and nearly the same text, without any number


class Repeat(NamedTuple):
    """A repeat by the receipt numbers of the earlier and the later row."""

    kind: RepeatKind
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which cells a kind of repeat is put into, and every how many of their rows."""

    kind: RepeatKind
    fits: Callable[[Cell], bool]
    every: int


def _user(cell: Cell) -> bool:
    return cell.own and cell.reporter is Reporter.GENERAL_USER


def _payable(cell: Cell) -> bool:
    return cell.own and cell.reporter is Reporter.SMALL_BUSINESS and cell.loss is Loss.STATED


def _shop_inquiry(cell: Cell) -> bool:
    return cell.own and cell.reporter is Reporter.SMALL_BUSINESS and cell.loss is Loss.NONE


_PLANS = (
    _Plan(RepeatKind.PHONE, _user, 600),
    _Plan(RepeatKind.WITHOUT_NUMBERS, _user, 2_000),
    _Plan(RepeatKind.REGISTRATION, _payable, 190),
    _Plan(RepeatKind.ACCOUNT, _payable, 350),
    _Plan(RepeatKind.WITHOUT_NUMBERS, _shop_inquiry, 20),
)
_BEFORE = ("다시 접수합니다. ", "재접수합니다. ")
_BEHIND = (" 답변 기다립니다.", " 두 번째로 보냅니다.")
_SHORTEST = 40
_SLIPS = {"집": "짐", "페": "패", "원": "윈", "방": "빵", "점": "짐", "실": "살"}


class Repeats:
    """Turns some rows of one file into repeats; `made` lists them as far as the file has been walked through."""

    def __init__(self, rng: Random) -> None:
        self.made: list[Repeat] = []
        self._rng = rng
        self._earlier: dict[tuple[int, str], ClaimRow] = {}
        self._seen = [0] * len(_PLANS)

    def turn(self, index: int, row: ClaimRow) -> ClaimRow:
        """Return the row of a cell (its index in the mix), or the repeat of an earlier one in its place."""
        key = (index, row.service.code)
        for plan in self._due(MIX[index]):
            earlier = self._earlier.get(key)
            if earlier is None or row.loss in BOUND_VALUES or earlier.loss in BOUND_VALUES:
                continue
            repeated = self._repeat(plan.kind, earlier, row)
            self.made.append(Repeat(plan.kind, earlier.receipt_number, row.receipt_number))
            # No later row repeats either of the two.
            del self._earlier[key]
            return repeated
        if len(row.description) >= _SHORTEST and (row.bank is not None or not _payable(MIX[index])):
            self._earlier[key] = row
        return row

    def _due(self, cell: Cell) -> Iterator[_Plan]:
        for place, plan in enumerate(_PLANS):
            if plan.fits(cell):
                self._seen[place] += 1
                if self._seen[place] % plan.every == 0:
                    yield plan

    def _repeat(self, kind: RepeatKind, earlier: ClaimRow, row: ClaimRow) -> ClaimRow:
        if kind is RepeatKind.ACCOUNT:
            return row._replace(bank=earlier.bank, account=earlier.account)
        told = row._replace(
            name=earlier.name, business=earlier.business, loss=earlier.loss, description=self._told_again(earlier)
        )
        if kind is RepeatKind.PHONE:
            return told._replace(phone=earlier.phone, registration_number=earlier.registration_number)
        if kind is RepeatKind.REGISTRATION:
            return told._replace(registration_number=earlier.registration_number)
        nameless = told._replace(phone="", registration_number="", bank=None, account="")
        last = earlier.business[-1:]
        if last in _SLIPS and self._rng.random() < 0.5:
            # A slip in the name: the text is the same to the letter.
            return nameless._replace(business=earlier.business[:-1] + _SLIPS[last], description=earlier.description)
        return nameless._replace(business=f"(주){earlier.business}" if earlier.business else "")

    def _told_again(self, earlier: ClaimRow) -> str:
        """Return the text of an earlier row as somebody writes it who has written it before."""
        habit = self._rng.random()
        if habit < 0.3:
            return earlier.description
        if habit < 0.65:
            return self._rng.choice(_BEFORE) + earlier.description
        return earlier.description + self._rng.choice(_BEHIND)
