"""Numbers that identify: phones, business registration numbers, bank accounts. Each is given out once only."""

import math
from dataclasses import dataclass
from random import Random

_BLOCK = 10_000


class Shuffled:
    """The whole numbers below ``blocks`` × 10,000 in a seeded order without repeats; ``IndexError`` when they run out.

    A full-period step visits every number once; two Feistel rounds then hide its regular stride.
    """

    def __init__(self, blocks: int, rng: Random) -> None:
        self._blocks = blocks
        self._size = blocks * _BLOCK
        self._next = 0
        self._offset = rng.randrange(self._size)
        self._step = rng.randrange(self._size // 3, self._size)
        while math.gcd(self._step, self._size) != 1:
            self._step += 1
        self._keys = (rng.randrange(1 << 32) | 1, rng.randrange(1 << 32) | 1)

    def draw(self) -> int:
        """Return the next number."""
        if self._next >= self._size:
            raise IndexError(self._next)
        block, place = divmod((self._offset + self._next * self._step) % self._size, _BLOCK)
        self._next += 1
        block = (block + _scatter(place, self._keys[0])) % self._blocks
        place = (place + _scatter(block, self._keys[1])) % _BLOCK
        return block * _BLOCK + place


def _scatter(number: int, key: int) -> int:
    return ((number + 1) * key & 0xFFFFFFFF) * 0x9E3779B1 >> 17


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by its clearing code, its usual Korean name and the shapes of its account numbers (# is a digit)."""

    code: str
    name: str
    shapes: tuple[str, ...]
    weight: int


# Codes of the Korea Financial Telecommunications and Clearings Institute; weights only make the files believable.
BANKS = (
    Bank("004", "국민은행", ("######-##-######",), 20),
    Bank("088", "신한은행", ("110-###-######",), 16),
    Bank("011", "농협은행", ("302-####-####-#1", "351-####-####-#3"), 15),
    Bank("020", "우리은행", ("1002-###-######", "1005-###-######"), 12),
    Bank("081", "하나은행", ("###-910###-#####", "###-890###-#####"), 10),
    Bank("003", "기업은행", ("###-######-01-###", "###-######-02-###"), 9),
    Bank("090", "카카오뱅크", ("3333-##-#######", "7979-##-#######"), 14),
    Bank("092", "토스뱅크", ("1000-####-####", "1001-####-####"), 7),
    Bank("089", "케이뱅크", ("100-###-######",), 3),
    Bank("045", "새마을금고", ("9002-####-####-#", "9003-####-####-#"), 6),
    Bank("071", "우체국", ("######-02-######", "######-01-######"), 4),
    Bank("048", "신협", ("131-###-######", "132-###-######"), 3),
    Bank("012", "지역농축협", ("352-####-####-#3", "356-####-####-#3"), 4),
    Bank("023", "SC제일은행", ("###-20-######",), 2),
    Bank("027", "한국씨티은행", ("###-#####-###-01",), 1),
    Bank("031", "대구은행", ("508-##-######-#", "505-##-######-#"), 3),
    Bank("032", "부산은행", ("101-####-####-##", "112-####-####-##"), 3),
    Bank("034", "광주은행", ("1107-###-######",), 1),
    Bank("035", "제주은행", ("##-01-######",), 1),
    Bank("037", "전북은행", ("1013-##-#######",), 1),
    Bank("039", "경남은행", ("207-####-####-##",), 2),
    Bank("007", "수협은행", ("1010-####-####", "2010-####-####"), 2),
)
_BANK_BOUNDS = [sum(bank.weight for bank in BANKS[: i + 1]) for i in range(len(BANKS))]
_SHAPES = {shape: (shape.replace("#", "{}"), shape.count("#")) for bank in BANKS for shape in bank.shapes}

_CHECK_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def check_digit(nine_digits: str) -> str:
    """Return the tenth digit of a business registration number from its first nine (National Tax Service rule)."""
    digits = [int(digit) for digit in nine_digits]
    weighted = sum(weight * digit for weight, digit in zip(_CHECK_WEIGHTS, digits, strict=True))
    return str(-(weighted + 5 * digits[8] // 10) % 10)


class Numbers:
    """Gives out identifying numbers of one seeded run, no phone or registration number twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._phones = Shuffled(1_000, rng)
        # 700 tax offices, 79 marks of natural persons, 10,000 serial numbers.
        self._persons = Shuffled(700 * 79, rng)
        self._companies = Shuffled(700, rng)
        self._accounts = Shuffled(1_000, rng)

    def phone(self) -> str:
        """Return a mobile number ``010-1###-####``: exchanges in 1 are never assigned, so it rings nobody."""
        number = self._phones.draw()
        return f"010-1{number // 10_000:03}-{number % 10_000:04}"

    def registration_number(self) -> str:
        """Return ten digits with dashes (``###-##-#####``) of a sole trader, check digit valid."""
        office, rest = divmod(self._persons.draw(), 79 * 10_000)
        mark, serial = divmod(rest, 10_000)
        return _registration_number(office, mark + 1, serial)

    def company_registration_number(self) -> str:
        """Return ten digits with dashes of a company (mark 81), check digit valid."""
        office, serial = divmod(self._companies.draw(), 10_000)
        return _registration_number(office, 81, serial)

    def account(self) -> tuple[Bank, str]:
        """Return a bank and an account number in one of its shapes."""
        bank = self._rng.choices(BANKS, cum_weights=_BANK_BOUNDS)[0]
        pattern, digits = _SHAPES[self._rng.choice(bank.shapes)]
        # Seven digits of the running number keep accounts apart; longer shapes get the rest at random.
        number = f"{self._accounts.draw():07}"
        if digits > 7:
            number = f"{self._rng.randrange(10 ** (digits - 7)):0{digits - 7}}{number}"
        return bank, pattern.format(*number[-digits:])


def _registration_number(office: int, mark: int, serial: int) -> str:
    nine = f"{101 + office}{mark:02}{serial:04}"
    return f"{nine[:3]}-{nine[3:5]}-{nine[5:]}{check_digit(nine)}"
