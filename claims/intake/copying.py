"""Rows in the text form of COPY: sealed, hashed and escaped, ready to be sent as they are."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
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

# The claimant comes last: it is known only once the database has been asked.
CLAIM_COLUMNS = (
    "id", "incident_id", "receipt_number", "received_at", "intake_round_id", "admission", "channel", "reporter_type",
    "service_id", "pricing", "claimed_loss", "description", "name", "phone_sealed", "phone_index",
    "registration_number_sealed", "registration_number_index", "bank_code", "account_sealed", "account_index",
    "claim_import_id", "source_line", "content_hash", "version", "claimant_id",
)  # fmt: skip
CLAIMANT_COLUMNS = ("id", "incident_id", "name", "identity_kind", "identity_index")
REJECTED_COLUMNS = ("claim_import_id", "line", "cells", "faults")


_CLEAR = frozenset({"receipt_number", "received_at", "claimed_loss"})
_ABOUT_RECEIPTS = frozenset({Fault.DUPLICATE, Fault.KNOWN_OTHERWISE})


class Identity(NamedTuple):
    """By what a claimant is known: the kind of number and its blind index."""

    kind: str
    blind: bytes


class Rejected(NamedTuple):
    """A refused row: its line, its cells in the file's own order, and all its faults."""

    line: int
    cells: list[Cell]
    faults: list[Found]


@dataclass(slots=True)
class Prepared:
    """A good row on its way: what the register is asked about it, and the COPY line without its claimant."""

    line: int
    cells: list[Cell]
    receipt_number: str
    content_hash: bytes
    identity: Identity | None
    name: str
    loss: int | None
    reporter_type: str
    admission: str
    copy_line: str


def escaped(text: str) -> str:
    """Return a text as COPY reads it back."""
    return text.translate(_ESCAPES) if "\\" in text or "\n" in text or "\t" in text or "\r" in text else text


def content_hash(report: Report) -> bytes:
    """Return 16 keyed bytes that are equal for reports with equal content; without the key they tell nothing."""
    said = "\x1f".join(
        (
            report.received_at.isoformat(), report.channel, report.reporter_type, report.name, report.phone,
            report.registration_number, str(report.service), report.pricing, str(report.claimed_loss),
            report.description, report.bank, report.account,
        )
    )  # fmt: skip
    return hashlib.blake2b(said.encode(), digest_size=INDEX_LENGTH, key=settings.BLIND_INDEX_KEY[:64]).digest()


def _indexer(domain: str) -> Callable[[str], bytes]:
    key, head = settings.BLIND_INDEX_KEY, f"{domain}:".encode()
    digest = hmac.digest

    def index(value: str) -> bytes:
        return digest(key, head + value.encode(), "sha256")[:INDEX_LENGTH]

    return index


class Preparer:
    """Turns reports of one import into COPY lines; keys are given by the caller."""

    def __init__(self, *, incident: Incident, claim_import_id: int) -> None:
        self._incident = str(incident.pk)
        self._import = str(claim_import_id)
        self._phone_index = _indexer("phone")
        self._registration_index = _indexer("registration_number")
        self._account_index = _indexer("account")

    def prepare(
        self, rows: list[tuple[int, list[Cell], Report, tuple[int | None, str]]], keys: list[int]
    ) -> list[Prepared]:
        """Return one prepared row for each (line, cells, report, (round, admission)), under the key beside it."""
        seal = bulk_sealer(3 * len(rows))
        return [self._prepared(row, key, seal) for row, key in zip(rows, keys, strict=True)]

    def _prepared(
        self,
        row: tuple[int, list[Cell], Report, tuple[int | None, str]],
        key: int,
        seal: Callable[[str, str], bytes],
    ) -> Prepared:
        line, cells, report, (intake_round, admission) = row
        identity = None
        phone = registration = account = NULL
        phone_index = registration_index = account_index = NULL
        if report.account:
            index = self._account_index(report.account)
            identity = Identity(Claimant.Identity.ACCOUNT.value, index)
            account_index = f"\\\\x{index.hex()}"
            account = f"\\\\x{seal(report.account, Claim.bound('account', key)).hex()}"
        if report.phone:
            index = self._phone_index(report.phone)
            identity = Identity(Claimant.Identity.PHONE.value, index)
            phone_index = f"\\\\x{index.hex()}"
            phone = f"\\\\x{seal(report.phone, Claim.bound('phone', key)).hex()}"
        if report.registration_number:
            index = self._registration_index(report.registration_number)
            identity = Identity(Claimant.Identity.REGISTRATION_NUMBER.value, index)
            registration_index = f"\\\\x{index.hex()}"
            sealed = seal(report.registration_number, Claim.bound("registration_number", key))
            registration = f"\\\\x{sealed.hex()}"
        digest = content_hash(report)
        copy_line = "\t".join(
            (
                str(key), self._incident, escaped(report.receipt_number), report.received_at.isoformat(),
                NULL if intake_round is None else str(intake_round), admission, escaped(report.channel),
                report.reporter_type, str(report.service), report.pricing,
                NULL if report.claimed_loss is None else str(report.claimed_loss), escaped(report.description),
                escaped(report.name), phone, phone_index, registration, registration_index, report.bank, account,
                account_index, self._import, str(line), f"\\\\x{digest.hex()}", "1",
            )
        )  # fmt: skip
        return Prepared(
            line, cells, report.receipt_number, digest, identity, report.name, report.claimed_loss,
            report.reporter_type, admission, copy_line,
        )  # fmt: skip


def claimant_line(key: int, incident_id: int, name: str, identity: Identity) -> str:
    """Return the COPY line of a claimant."""
    return f"{key}\t{incident_id}\t{escaped(name)}\t{identity.kind}\t\\\\x{identity.blind.hex()}\n"


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
