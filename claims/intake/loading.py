"""The writing side of an import: batches into the register by COPY, in one transaction, every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from claims.intake.batches import Batch
from claims.intake.copying import (
    CLAIM_COLUMNS,
    CLAIMANT_COLUMNS,
    NULL,
    REJECTED_COLUMNS,
    Identity,
    Prepared,
    Rejected,
    claimant_line,
    rejected_line,
)
from claims.intake.faults import Fault, Found
from claims.intake.models import ClaimImport
from claims.intake.seen import Seen
from claims.register.models import Claim, Claimant
from relief.errors import RuleBroken, declared_constraints

# Fresh tables have no statistics, so these leave the planner one way only: number by number (LATERAL with LIMIT),
# through the unique index that begins with the number (the incident stands in a form that no index serves).
_KNOWN_CLAIMS = """
    SELECT known.* FROM unnest(%s::text[]) AS wanted (number) CROSS JOIN LATERAL (
        SELECT claim.receipt_number, claim.content_hash, claim.claim_import_id FROM claims_claim claim
        WHERE claim.receipt_number = wanted.number AND claim.incident_id + 0 = %s LIMIT 1
    ) known
"""
_KNOWN_CLAIMANTS = """
    SELECT known.* FROM unnest(%s::text[], %s::bytea[]) AS wanted (kind, blind) CROSS JOIN LATERAL (
        SELECT claimant.id, claimant.identity_kind, claimant.identity_index FROM claims_claimant claimant
        WHERE claimant.identity_index = wanted.blind AND claimant.identity_kind = wanted.kind
            AND claimant.incident_id + 0 = %s LIMIT 1
    ) known
"""


class CopyBroken(Exception):
    """The database refused a COPY for a reason that no rule names; the message is the error's class and SQLSTATE.

    What the database says quotes the row, and rows are personal data: they must not reach a log.
    """


@contextmanager
def _without_values() -> Iterator[None]:
    """Turn what the database says into a refusal under its rule, or into `CopyBroken`."""
    try:
        yield
    except psycopg.Error as error:
        name = error.diag.constraint_name or ""
        sentence = declared_constraints().get(name)
        if sentence is not None:
            raise RuleBroken(sentence, code=name) from None
        raise CopyBroken(f"{type(error).__name__} {error.sqlstate}") from None


@dataclass(slots=True)
class Tally:
    """What has come of the rows so far; `read` is always the sum of the three others."""

    read: int = 0
    new: int = 0
    same: int = 0
    rejected: int = 0
    sum_of_losses: int = 0
    reporter_types: Counter[str] = field(default_factory=Counter)
    admissions: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Return the tally as the job's outcome."""
        return {
            "read": self.read,
            "new": self.new,
            "same": self.same,
            "rejected": self.rejected,
            "sum_of_losses": self.sum_of_losses,
            "reporter_types": dict(self.reporter_types),
            "admissions": dict(self.admissions),
            "faults": dict(self.faults),
        }


class Loader:
    """Writes the batches of one import on the present connection, inside the caller's transaction."""

    def __init__(self, claim_import: ClaimImport) -> None:
        self._import = claim_import
        self._incident_id = claim_import.incident_id
        # What the register holds when the import begins; nobody else registers claims of the incident meanwhile.
        self._seen_numbers = Seen(_all(Claim, "receipt_number", self._incident_id))
        self._seen_blinds = Seen(map(bytes, _all(Claimant, "identity_index", self._incident_id)))
        self.tally = Tally()

    def load(self, batch: Batch) -> None:
        """Register the batch's new claims with their claimants, and keep its refused rows."""
        # The driver itself: what is sent by COPY passes no wrapper, and parameters go in binary form.
        with _without_values(), psycopg.Cursor(connection.connection) as cursor:
            fresh = self._sorted_out(cursor, batch)
            claimants = self._claimants(cursor, fresh, batch.claimant_keys)
            lines = "".join(f"{row.copy_line}\t{claimants[row.identity] if row.identity else NULL}\n" for row in fresh)
            _copy(cursor, "claims_claim", CLAIM_COLUMNS, lines)
            lines = "".join(rejected_line(self._import.pk, row, batch.profile) for row in batch.rejected)
            _copy(cursor, "claims_rejectedrow", REJECTED_COLUMNS, lines)
        self._count(batch, fresh)

    def _sorted_out(self, cursor: psycopg.Cursor[Any], batch: Batch) -> list[Prepared]:
        """Return the rows that the register does not know; the others count as same, or join the refused."""
        numbers = [row.report.receipt_number for row in batch.good]
        asked = [numbers[place] for place in self._seen_numbers.possible(numbers)]
        known: dict[str, tuple[bytes, int | None]] = {}
        if asked:
            cursor.execute(_KNOWN_CLAIMS, (asked, self._incident_id))
            known = {number: (bytes(digest), origin) for number, digest, origin in cursor}
        fresh: dict[str, Prepared] = {}
        for number, row in zip(numbers, batch.good, strict=True):
            digest, origin = known.get(number, (None, None))
            if number in fresh or origin == self._import.pk:
                batch.rejected.append(_refused(row, Fault.DUPLICATE))
            elif digest is None:
                fresh[number] = row
            elif digest == row.content_hash:
                self.tally.same += 1
            else:
                batch.rejected.append(_refused(row, Fault.KNOWN_OTHERWISE))
        return list(fresh.values())

    def _claimants(
        self, cursor: psycopg.Cursor[Any], rows: Iterable[Prepared], spare_keys: list[int]
    ) -> dict[Identity, int]:
        """Return the key of every claimant that the rows name; those not known yet are registered under spare keys."""
        names: dict[Identity, str] = {}
        for row in rows:
            if row.identity is not None:
                names.setdefault(row.identity, row.report.name)
        keys: dict[Identity, int] = {}
        identities = list(names)
        asked = [identities[place] for place in self._seen_blinds.possible(blind for _, blind in identities)]
        if asked:
            kinds, blinds = [kind for kind, _ in asked], [blind for _, blind in asked]
            cursor.execute(_KNOWN_CLAIMANTS, (kinds, blinds, self._incident_id), binary=True)
            keys.update({(kind, bytes(blind)): key for key, kind, blind in cursor})
        unknown = [identity for identity in names if identity not in keys]
        keys.update(zip(unknown, spare_keys, strict=False))
        lines = "".join(
            claimant_line(keys[identity], self._incident_id, names[identity], identity) for identity in unknown
        )
        _copy(cursor, "claims_claimant", CLAIMANT_COLUMNS, lines)
        return keys

    def _count(self, batch: Batch, fresh: list[Prepared]) -> None:
        tally = self.tally
        tally.read += batch.read
        tally.new += len(fresh)
        tally.rejected += len(batch.rejected)
        tally.sum_of_losses += sum(row.report.claimed_loss or 0 for row in fresh)
        tally.reporter_types.update(row.report.reporter_type for row in fresh)
        tally.admissions.update(row.admission for row in fresh)
        tally.faults.update(found.fault.value for row in batch.rejected for found in row.faults)


def _all(model: type[Claim | Claimant], column: str, incident_id: int) -> Iterator[Any]:
    rows = model._default_manager.filter(incident_id=incident_id).order_by()
    return rows.values_list(column, flat=True).iterator(chunk_size=10_000)


def _refused(row: Prepared, fault: Fault) -> Rejected:
    return Rejected(row.line, row.cells, [Found("receipt_number", fault, row.report.receipt_number)])


def _copy(cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...], lines: str) -> None:
    if not lines:
        return
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write(lines)
