"""Rows in the text form of COPY: sealed, hashed and escaped, ready to be sent as they are."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings

from claims.catalogue.models import Incident
from claims.intake.columns import Profile
from claims.intake.faults import Fault, Found
from claims.intake.masking import masked, shown
from claims.intake.rules import Cell, text_of
from claims.intake.validation import Report
from claims.register.models import Claim, Claimant
from relief.sealed import INDEX_LENGTH, bulk_sealer

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
_NO_NUMBER = f"{NULL}\t{NULL}"

# What was reported stands together, so that its text is made once for COPY and for the hash of the content; the
# claimant comes last: it is known only once the database has been asked.
CLAIM_COLUMNS = (
    "id", "incident_id", "receipt_number", "intake_round_id", "admission", "claim_import_id", "source_line", "version",
    "received_at", "channel", "reporter_type", "service_id", "pricing", "claimed_loss", "description", "name",
    "bank_code", "phone_sealed", "phone_index", "registration_number_sealed", "registration_number_index",
    "account_sealed", "account_index", "content_hash", "claimant_id",
)  # fmt: skip
CLAIMANT_COLUMNS = ("id", "incident_id", "name", "identity_kind", "identity_index")
REJECTED_COLUMNS = ("claim_import_id", "line", "cells", "faults")


# What sealed values of each column are bound to, but for the row's key: the words of `Claim.bound`.
_PHONE, _REGISTRATION, _ACCOUNT = (
    Claim.bound(column, 0).removesuffix(":0") for column in ("phone", "registration_number", "account")
)
_CLEAR = frozenset({"receipt_number", "received_at", "claimed_loss"})
_ABOUT_RECEIPTS = frozenset({Fault.DUPLICATE, Fault.KNOWN_OTHERWISE})


Identity = tuple[str, bytes]
"""By what a claimant is known: the kind of number and its blind index."""


class Rejected(NamedTuple):
    """A refused row: its line, its cells in the file's own order, and all its faults."""

    line: int
    cells: list[Cell]
    faults: list[Found]


class Prepared(NamedTuple):
    """A good row on its way: what the register is asked about it, and the COPY line without its claimant."""

    line: int
    cells: list[Cell]
    report: Report
    admission: str
    content_hash: bytes
    identity: Identity | None
    copy_line: str


def escaped(text: str) -> str:
    """Return a text as COPY reads it back."""
    return text.translate(_ESCAPES) if "\\" in text or "\n" in text or "\t" in text or "\r" in text else text


Checked = tuple[int, list[Cell], Report, tuple[int | None, str]]
"""Line, cells, report, and the round with the admission."""


def _indexer(domain: str) -> Callable[[str], bytes]:
    key, head = settings.BLIND_INDEX_KEY, f"{domain}:".encode()
    digest = hmac.digest

    def index(value: str) -> bytes:
        return digest(key, head + value.encode(), "sha256")[:INDEX_LENGTH]

    return index


class Preparer:
    """Turns reports of one import into COPY lines; keys are given by the caller.

    The hash of a content is 16 keyed bytes, equal for equal reports; without the key they tell nothing.
    """

    def __init__(self, *, incident: Incident, claim_import_id: int) -> None:
        self._incident = str(incident.pk)
        self._import = str(claim_import_id)
        self._phone_index = _indexer("phone")
        self._registration_index = _indexer("registration_number")
        self._account_index = _indexer("account")
        self._key = settings.BLIND_INDEX_KEY[: hashlib.blake2b.MAX_KEY_SIZE]

    def prepare(self, rows: list[Checked], keys: list[int]) -> list[Prepared]:
        """Return each row prepared under the key beside it."""
        seal = bulk_sealer(3 * len(rows))
        return [self._prepared(row, key, seal) for row, key in zip(rows, keys, strict=True)]

    def _prepared(self, row: Checked, key: int, seal: Callable[[str, str], bytes]) -> Prepared:
        line, cells, report, (intake_round, admission) = row
        loss, phone, registration, account = (
            report.claimed_loss, report.phone, report.registration_number, report.account,
        )  # fmt: skip
        said = "\t".join(
            (
                str(report.received_at), escaped(report.channel), report.reporter_type, str(report.service),
                report.pricing, NULL if loss is None else str(loss), escaped(report.description), escaped(report.name),
                report.bank,
            )
        )  # fmt: skip
        whole = f"{said}\t{phone}\t{registration}\t{account}"
        digest = hashlib.blake2b(whole.encode(), digest_size=INDEX_LENGTH, key=self._key).digest()
        identity = None
        sealed_account = sealed_phone = sealed_registration = _NO_NUMBER
        if account:
            blind = self._account_index(account)
            identity = (Claimant.Identity.ACCOUNT.value, blind)
            sealed_account = f"\\\\x{seal(account, f'{_ACCOUNT}:{key}').hex()}\t\\\\x{blind.hex()}"
        if phone:
            blind = self._phone_index(phone)
            identity = (Claimant.Identity.PHONE.value, blind)
            sealed_phone = f"\\\\x{seal(phone, f'{_PHONE}:{key}').hex()}\t\\\\x{blind.hex()}"
        if registration:
            blind = self._registration_index(registration)
            identity = (Claimant.Identity.REGISTRATION_NUMBER.value, blind)
            sealed_registration = f"\\\\x{seal(registration, f'{_REGISTRATION}:{key}').hex()}\t\\\\x{blind.hex()}"
        place = NULL if intake_round is None else intake_round
        copy_line = (
            f"{key}\t{self._incident}\t{escaped(report.receipt_number)}\t{place}\t{admission}\t{self._import}\t{line}\t1"
            f"\t{said}\t{sealed_phone}\t{sealed_registration}\t{sealed_account}\t\\\\x{digest.hex()}"
        )
        return Prepared(line, cells, report, admission, digest, identity, copy_line)


def claimant_line(key: int, incident_id: int, name: str, identity: Identity) -> str:
    """Return the COPY line of a claimant."""
    kind, blind = identity
    return f"{key}\t{incident_id}\t{escaped(name)}\t{kind}\t\\\\x{blind.hex()}\n"


def rejected_line(claim_import_id: int, rejected: Rejected, profile: Profile) -> str:
    """Return the COPY line of a refused row with every long run of digits masked.

    Only cells that were read as receipt number, date or amount stay as they are: a row whose columns are shifted
    has no such cells.
    """
    bad = {found.field for found in rejected.faults}
    clear = set() if "" in bad else {profile.columns[name] for name in _CLEAR - bad if name in profile.columns}
    cells = [
        shown(text_of(cell)) if place in clear else masked(text_of(cell)) for place, cell in enumerate(rejected.cells)
    ]
    faults = [
        {
            "column": profile.headings[profile.columns[found.field]] if found.field in profile.columns else "",
            "field": found.field,
            "code": found.fault.value,
            "value": shown(found.value) if found.fault in _ABOUT_RECEIPTS else masked(found.value),
        }
        for found in rejected.faults
    ]
    return f"{claim_import_id}\t{rejected.line}\t{_json(cells)}\t{_json(faults)}\n"


def _json(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))
