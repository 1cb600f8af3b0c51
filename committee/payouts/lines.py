"""The lines of a batch in clear and in order, and the check sum an approval is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from claims.register.models import Claim
from committee.payouts.models import Batch
from relief.sealed import unseal

_CHUNK = 5_000


class Line(NamedTuple):
    """One payment as the bank needs it: the account in clear, the amount in won."""

    line: int
    receipt_number: str
    amount: int
    payee_name: str
    bank_code: str
    account: str


def lines_of(batch: Batch) -> Iterator[Line]:
    """Yield the lines of a batch by line number, accounts unsealed on the way; memory stays constant.

    Raises SealBroken where an account was altered or moved from another claim.
    """
    rows = batch.payments.order_by("line").values_list(
        "line", "claim__receipt_number", "amount", "payee_name", "bank_code", "account_sealed", "claim_id"
    )
    for line, receipt_number, amount, payee_name, bank_code, sealed, claim_id in rows.iterator(chunk_size=_CHUNK):
        account = unseal(bytes(sealed), bound_to=Claim.bound("account", claim_id))
        yield Line(line, receipt_number, amount, payee_name, bank_code, account)


class Totals:
    """Count, sum in won and SHA-256 of lines, built up while they pass by.

    Each line enters as a JSON array of its fields, so that no two different lines read the same.
    """

    def __init__(self) -> None:
        self.count = 0
        self.won = 0
        self._digest = hashlib.sha256()

    def watch(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines unchanged and count them in."""
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for line in lines:
            self.count += 1
            self.won += line.amount
            self._digest.update(encode(line).encode() + b"\n")
            yield line

    @property
    def sha256(self) -> str:
        """The check sum of the lines seen so far, in hexadecimal."""
        return self._digest.hexdigest()


def totals_of(batch: Batch) -> Totals:
    """Return count, sum and check sum of the lines as they stand in the database."""
    totals = Totals()
    for _line in totals.watch(lines_of(batch)):
        pass
    return totals
