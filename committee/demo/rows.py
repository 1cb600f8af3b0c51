"""Claim rows one after another, seeded: the same seed gives the same rows."""

from collections.abc import Iterator
from datetime import date, datetime
from random import Random
from typing import NamedTuple

from committee.demo import names
from committee.demo.arrivals import DAY_WEIGHTS, arrivals
from committee.demo.catalogue import COMPANY, SERVICES
from committee.demo.facts import Reporter, ServiceFacts
from committee.demo.losses import loss_of
from committee.demo.mix import BUSINESS_WEIGHTS, MIX, USER_WEIGHTS, Cell, Loss, cells_in_order
from committee.demo.numbers import Bank, Numbers
from committee.demo.repeats import Repeats
from committee.demo.texts import describe

_CHANNELS = ("모바일 앱", "웹 접수", "고객센터")
_CHANNEL_BOUNDS = (52, 91, 100)
# How many of a hundred give a bank account, by what they say about money; a business with a loss always does.
_ACCOUNT_GIVEN = {Loss.STATED: 60, Loss.ABOVE_TIERS: 100, Loss.UNSTATED: 35, Loss.NONE: 3}
_ZERO_STATED = 0.08
_SECOND_REPORT = 0.03
_REGULARS = 500


class ClaimRow(NamedTuple):
    """One report as its file tells it: times are naive Seoul times, ``loss`` is in won, empty text means not given."""

    receipt_number: str
    received_at: datetime
    channel: str
    reporter: Reporter
    name: str
    business: str
    phone: str
    registration_number: str
    service: ServiceFacts
    paid: bool
    loss: int | None
    description: str
    bank: Bank | None
    account: str


class _Regular(NamedTuple):
    """A general user who may report once more, on another service."""

    name: str
    phone: str
    services: set[str]


def _choices(cell: Cell, operator: str | None) -> tuple[list[ServiceFacts], list[int]]:
    """Return the services a cell's rows can be about, with running weights."""
    weights = USER_WEIGHTS if cell.reporter is Reporter.GENERAL_USER else BUSINESS_WEIGHTS
    services, bounds, total = [], [], 0
    for service in SERVICES:
        is_own = service.operator == COMPANY
        fits = is_own is cell.own and service.takes(paid=cell.paid) and operator in (None, service.operator)
        if fits and service.code in weights:
            total += weights[service.code]
            services.append(service)
            bounds.append(total)
    return services, bounds


class ClaimRows:
    """The rows of one file, by arrival: ``counts`` of each cell of the mix, receipt numbers with ``letter`` in front.

    ``operator`` limits the affiliates' services to those of one affiliate; ``days`` are the first and last day of
    the round (from 0) on which the file took reports; ``repeats`` turns some rows into repeats of earlier ones. The
    rows can be walked through once.
    """

    def __init__(
        self,
        *,
        letter: str,
        counts: list[int],
        numbers: Numbers,
        rng: Random,
        operator: str | None = None,
        days: tuple[int, int] = (0, len(DAY_WEIGHTS) - 1),
        repeats: Repeats | None = None,
    ) -> None:
        self.count = sum(counts)
        self._letter = letter
        self._numbers = numbers
        self._rng = rng
        self._days = days
        self._order = bytearray(cells_in_order(counts))
        self._choices = [_choices(cell, operator) if counts[i] else ([], []) for i, cell in enumerate(MIX)]
        self._drawn = [0] * len(MIX)
        self._regulars: list[_Regular] = []
        self._repeats = repeats

    def __iter__(self) -> Iterator[ClaimRow]:
        self._rng.shuffle(self._order)
        first, last = self._days
        day, serial = date.min, 0
        times = arrivals(self.count, self._rng, first=first, last=last)
        for received_at, index in zip(times, self._order, strict=True):
            if received_at.date() != day:
                day, serial = received_at.date(), 0
            serial += 1
            row = self._row(index, received_at, f"{self._letter}{day:%y-%m%d}-{serial:06}")
            yield row if self._repeats is None else self._repeats.turn(index, row)

    def _row(self, index: int, received_at: datetime, receipt_number: str) -> ClaimRow:
        rng = self._rng
        cell = MIX[index]
        services, bounds = self._choices[index]
        service = rng.choices(services, cum_weights=bounds)[0]
        loss = loss_of(cell, self._drawn[index], rng)
        self._drawn[index] += 1
        if cell.loss is Loss.NONE and rng.random() < _ZERO_STATED:
            loss = 0
        name, business, phone, registration, trade = self._claimant(cell, service)
        bank, account = self._account(cell)
        return ClaimRow(
            receipt_number=receipt_number,
            received_at=received_at,
            channel=rng.choices(_CHANNELS, cum_weights=_CHANNEL_BOUNDS)[0],
            reporter=cell.reporter,
            name=name,
            business=business,
            phone=phone,
            registration_number=registration,
            service=service,
            paid=cell.paid,
            loss=loss,
            description=describe(cell, service, trade, rng),
            bank=bank,
            account=account,
        )

    def _claimant(self, cell: Cell, service: ServiceFacts) -> tuple[str, str, str, str, names.Trade | None]:
        """Return name, business name, phone, registration number and trade of whoever reports."""
        if cell.reporter is Reporter.GENERAL_USER:
            regular = self._user(service)
            return regular.name, "", regular.phone, "", None
        name, phone = names.person(self._rng), self._numbers.phone()
        if cell.reporter is Reporter.ENTERPRISE:
            return (name, names.company(self._rng), phone, self._numbers.company_registration_number(), None)
        business, trade = names.shop(service.code, self._rng)
        return name, business, phone, self._numbers.registration_number(), trade

    def _user(self, service: ServiceFacts) -> _Regular:
        """Return a general user: now and then one who has reported on other services before."""
        rng = self._rng
        if self._regulars and rng.random() < _SECOND_REPORT:
            regular = rng.choice(self._regulars)
            if service.code not in regular.services:
                regular.services.add(service.code)
                return regular
        user = _Regular(names.person(rng), self._numbers.phone(), {service.code})
        if len(self._regulars) < _REGULARS:
            self._regulars.append(user)
        else:
            self._regulars[rng.randrange(_REGULARS)] = user
        return user

    def _account(self, cell: Cell) -> tuple[Bank | None, str]:
        states_loss = cell.loss in (Loss.STATED, Loss.ABOVE_TIERS)
        certain = cell.reporter is not Reporter.GENERAL_USER and states_loss
        if certain or self._rng.randrange(100) < _ACCOUNT_GIVEN[cell.loss]:
            return self._numbers.account()
        return None, ""
