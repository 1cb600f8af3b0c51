"""Rows in the text form of COPY: sealed, hashed and escaped, ready to be sent as they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings

from claims.intake.faults import Fault, Found
from claims.intake.layout import Layout
from claims.intake.masking import masked, shown
from claims.intake.rules import Cell, text_of
from claims.intake.validation import Report
from claims.register.models import Claim, Claimant
from claims.register.rules import name_key
from relief.sealed import INDEX_LENGTH, blind_indexer, bulk_sealer

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
_NO_NUMBER = f"{NULL}\t{NULL}"
_NOBODY = f"{NULL}\t{NULL}"

# What was reported stands together, so that its text is made once for COPY and for the hash of the content.
STAGED_COLUMNS = (
    "claim_key", "claim_import_id", "line", "intake_round_id", "admission", "receipt_number", "received_at", "channel",
    "reporter_type", "service_id", "pricing", "description", "name", "bank_code", "claimed_loss", "phone_sealed",
    "phone_index", "registration_number_sealed", "registration_number_index", "account_sealed", "account_index",
    "content_hash", "name_key", "identity_kind", "identity_index",
)  # fmt: skip
REJECTED_COLUMNS = ("claim_import_id", "line", "cells", "faults")

# What sealed values of each column are bound to, but for the row's key: the words of `Claim.bound`.
_PHONE, _REGISTRATION, _ACCOUNT = (
    Claim.bound(column, 0).removesuffix(":0") for column in ("phone", "registration_number", "account")
)
_BY_PHONE, _BY_REGISTRATION, _BY_ACCOUNT = (
    kind.value for kind in (Claimant.Identity.PHONE, Claimant.Identity.REGISTRATION_NUMBER, Claimant.Identity.ACCOUNT)
)
_CLEAR = frozenset({"receipt_number", "received_at", "claimed_loss"})
_ABOUT_RECEIPTS = frozenset({Fault.DUPLICATE})


class Rejected(NamedTuple):
    """A refused row: its line, its cells in the file's own order, and all its faults."""

    line: int
    cells: list[Cell]
    faults: list[Found]


class Checked(NamedTuple):
    """A good row: its line, what it reports, and the round with the admission."""

    line: int
    report: Report
    admission: tuple[int | None, str]


def escaped(text: str) -> str:
    """Return a text as COPY reads it back."""
    return text.translate(_ESCAPES) if "\\" in text or "\n" in text or "\t" in text or "\r" in text else text


class Preparer:
    """Turns reports of one import into COPY lines of staged claims; keys are given by the caller.

    The hash of a content is 16 keyed bytes, equal for equal reports; without the key they tell nothing.
    """

    def __init__(self, *, claim_import_id: int) -> None:
        self._import = str(claim_import_id)
        self._phone_index = blind_indexer("phone")
        self._registration_index = blind_indexer("registration_number")
        self._account_index = blind_indexer("account")
        self._key = settings.BLIND_INDEX_KEY[: hashlib.blake2b.MAX_KEY_SIZE]

    def prepare(self, rows: Sequence[Checked], keys: Sequence[int]) -> str:
        """Return the COPY lines of the rows, each under the key beside it."""
        seal = bulk_sealer(3 * len(rows))
        return "".join([self._prepared(row, key, seal) for row, key in zip(rows, keys, strict=False)])

    def _prepared(self, row: Checked, key: int, seal: Callable[[str, str], bytes]) -> str:
        line, report, (intake_round, admission) = row
        (
            number, received_at, channel, reporter_type, name, phone, registration, service, pricing, loss, description,
            bank, account,
        ) = report  # fmt: skip
        texts = (number, str(received_at), channel, reporter_type, str(service), pricing, description, name, bank)
        said = "\t".join(texts)
        # Asked once for all of them: hardly a row holds what COPY takes for a sign of its own.
        if "\\" in said or "\n" in said or "\r" in said or said.count("\t") != len(texts) - 1:
            said = "\t".join(map(escaped, texts))
        won = NULL if loss is None else str(loss)
        whole = f"{said}\t{won}\t{phone}\t{registration}\t{account}"
        digest = hashlib.blake2b(whole.encode(), digest_size=INDEX_LENGTH, key=self._key).hexdigest()
        identity = _NOBODY
        sealed_account = sealed_phone = sealed_registration = _NO_NUMBER
        if account:
            blind = self._account_index(account).hex()
            identity = f"{_BY_ACCOUNT}\t\\\\x{blind}"
            sealed_account = f"\\\\x{seal(account, f'{_ACCOUNT}:{key}').hex()}\t\\\\x{blind}"
        if phone:
            blind = self._phone_index(phone).hex()
            identity = f"{_BY_PHONE}\t\\\\x{blind}"
            sealed_phone = f"\\\\x{seal(phone, f'{_PHONE}:{key}').hex()}\t\\\\x{blind}"
        if registration:
            blind = self._registration_index(registration).hex()
            identity = f"{_BY_REGISTRATION}\t\\\\x{blind}"
            sealed_registration = f"\\\\x{seal(registration, f'{_REGISTRATION}:{key}').hex()}\t\\\\x{blind}"
        place = NULL if intake_round is None else intake_round
        return (
            f"{key}\t{self._import}\t{line}\t{place}\t{admission}\t{said}\t{won}\t{sealed_phone}"
            f"\t{sealed_registration}\t{sealed_account}\t\\\\x{digest}\t{name_key(name)}\t{identity}\n"
        )


def rejected_line(claim_import_id: int, rejected: Rejected, layout: Layout) -> str:
    """Return the COPY line of a refused row with every long run of digits masked.

    Only cells that were read as receipt number, date or amount stay as they are: a row whose columns are shifted
    has no such cells.
    """
    bad = {found.field for found in rejected.faults}
    clear = set() if "" in bad else {layout.columns[name] for name in _CLEAR - bad if name in layout.columns}
    cells = [
        shown(text_of(cell)) if place in clear else masked(text_of(cell)) for place, cell in enumerate(rejected.cells)
    ]
    faults = [
        {
            "column": layout.headings[layout.columns[found.field]] if found.field in layout.columns else "",
            "field": found.field,
            "code": found.fault.value,
            "value": shown(found.value) if found.fault in _ABOUT_RECEIPTS else masked(found.value),
        }
        for found in rejected.faults
    ]
    return f"{claim_import_id}\t{rejected.line}\t{_json(cells)}\t{_json(faults)}\n"


def _json(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
