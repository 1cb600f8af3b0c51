"""What accepting a staged file would do: counts and sums, asked of the database in a constant number of statements."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from claims.intake.models import ClaimImport
from claims.register.settled import settled

# A claim that a person corrected has more versions than files gave it; a person's word stays until a person says so.
TOUCHED = """(
    {settled} OR known.version - 1 <> (
        SELECT count(*) FROM claims_amendment applied WHERE applied.claim_id = known.id AND applied.state = 'applied'
    )
)"""
SAME = """(
    known.content_hash = staged.content_hash OR EXISTS (
        SELECT FROM claims_amendment told WHERE told.claim_id = known.id
        AND told.state IN ('waiting', 'dismissed') AND told.content_hash = staged.content_hash
    )
)"""
BESIDE_REGISTER = """
    FROM claims_stagedclaim staged
    LEFT JOIN claims_claim known
        ON known.receipt_number = staged.receipt_number AND known.incident_id = %(incident)s
    WHERE staged.claim_import_id = %(import)s
"""
"""Staged rows beside the claims of their receipt numbers; `known` is null for a new one."""
CHANGED = f"known.id IS NOT NULL AND NOT {SAME}"
_COUNTS = f"""
    SELECT CASE WHEN known.id IS NULL THEN 'new' WHEN {SAME} THEN 'same' ELSE 'changed' END,
        staged.reporter_type, staged.admission, staged.intake_round_id,
        count(*), COALESCE(sum(staged.claimed_loss), 0),
        count(*) FILTER (WHERE staged.name = '' OR staged.phone_sealed IS NULL OR staged.account_sealed IS NULL)
    {BESIDE_REGISTER} GROUP BY 1, 2, 3, 4
"""
_AMENDMENTS = f"SELECT count(*) {BESIDE_REGISTER} AND {CHANGED} AND {{touched}}"
# Possible duplicates: rows of one person for one service, in the file or with the register beside it.
# Conflicts: rows whose number stands under another name, in the file or in the register.
_PEOPLE = """
    WITH people AS MATERIALIZED (
        SELECT identity_index, identity_kind, service_id, count(*) AS claims,
            min(name_key COLLATE "C") AS one, max(name_key COLLATE "C") AS other
        FROM claims_stagedclaim WHERE claim_import_id = %(import)s AND identity_index IS NOT NULL GROUP BY 1, 2, 3
    ), known AS MATERIALIZED (
        SELECT people.identity_index, people.identity_kind, people.service_id, claimant.id, claimant.name_key
        FROM people JOIN claims_claimant claimant
            ON claimant.identity_index = people.identity_index AND claimant.identity_kind = people.identity_kind
        WHERE claimant.incident_id = %(incident)s
            AND EXISTS (SELECT FROM claims_claim claim WHERE claim.claimant_id = claimant.id)
    ), claimed AS MATERIALIZED (
        SELECT DISTINCT known.identity_index, known.identity_kind, known.service_id
        FROM known JOIN claims_claim claim ON claim.claimant_id = known.id AND claim.service_id = known.service_id
        WHERE NOT EXISTS (
            SELECT FROM claims_stagedclaim again
            WHERE again.claim_import_id = %(import)s AND again.receipt_number = claim.receipt_number
        )
    ), names AS MATERIALIZED (
        SELECT identity_index, identity_kind, min(name_key COLLATE "C") AS one, max(name_key COLLATE "C") AS other
        FROM known GROUP BY 1, 2
    ), persons AS MATERIALIZED (
        SELECT identity_index, identity_kind, sum(claims) AS claims, min(one) AS one, max(other) AS other
        FROM people GROUP BY 1, 2
    )
    SELECT
        (SELECT COALESCE(sum(people.claims), 0) FROM people
            LEFT JOIN claimed USING (identity_index, identity_kind, service_id)
            WHERE people.claims > 1 OR claimed.identity_index IS NOT NULL),
        (SELECT COALESCE(sum(persons.claims), 0) FROM persons
            LEFT JOIN names USING (identity_index, identity_kind)
            WHERE persons.one <> persons.other OR names.one <> persons.one OR names.other <> persons.one)
"""
_FAULTS = """
    SELECT code, count(*) FROM (
        SELECT DISTINCT row.id, fault ->> 'code' AS code
        FROM claims_rejectedrow row, jsonb_array_elements(row.faults) fault WHERE row.claim_import_id = %(import)s
    ) found GROUP BY code
"""
_REJECTED = "SELECT count(*) FROM claims_rejectedrow WHERE claim_import_id = %(import)s"


@dataclass(slots=True)
class Summary:
    """Rows by what becomes of them; `read` is the sum of new, same, changed and rejected. Sums are whole won.

    `amendments` of the changed ones wait for a person. By type, admission and round: new claims only, as (count, sum).
    """

    read: int = 0
    new: int = 0
    same: int = 0
    changed: int = 0
    rejected: int = 0
    amendments: int = 0
    possible_duplicates: int = 0
    name_conflicts: int = 0
    incomplete: int = 0
    sum_of_losses: int = 0
    sum_of_file: int = 0
    reporter_types: dict[str, list[int]] = field(default_factory=dict)
    admissions: dict[str, list[int]] = field(default_factory=dict)
    rounds: dict[str, list[int]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the summary as it is stored and printed."""
        return asdict(self)

    def agrees_with(self, other: Summary) -> bool:
        """Say whether both would do the same: as many rows new, same, changed, waiting for a person; the same sum."""
        mine, theirs = ((one.new, one.same, one.changed, one.amendments, one.sum_of_losses) for one in (self, other))
        return mine == theirs


class _Counted(NamedTuple):
    verdict: str
    reporter_type: str
    admission: str
    intake_round: int | None
    rows: int
    losses: int
    incomplete: int


def touched_sql() -> str:
    """Return SQL that is true where the claim `known` is decided, or was corrected by a person."""
    return TOUCHED.format(settled=settled("known.id"))


def verdicts(claim_import: ClaimImport) -> Summary:
    """Return what accepting the staged import would do to the register as it is now, without a look at its people."""
    summary = Summary()
    keys = {"import": claim_import.pk, "incident": claim_import.incident_id}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, keys)
        for row in cursor.fetchall():
            _count(summary, _Counted(*row))
        ((summary.rejected,),) = _rows(cursor, _REJECTED, keys)
        if summary.changed:
            ((summary.amendments,),) = _rows(cursor, _AMENDMENTS.format(touched=touched_sql()), keys)
    summary.read = summary.new + summary.same + summary.changed + summary.rejected
    return summary


def summarise(claim_import: ClaimImport) -> Summary:
    """Return `verdicts` with the faults of the rejected rows, and what people should look at."""
    summary = verdicts(claim_import)
    keys = {"import": claim_import.pk, "incident": claim_import.incident_id}
    with connection.cursor() as cursor:
        summary.faults = dict(_rows(cursor, _FAULTS, keys)) if summary.rejected else {}
        ((duplicates, conflicts),) = _rows(cursor, _PEOPLE, keys)
    summary.possible_duplicates, summary.name_conflicts = int(duplicates), int(conflicts)
    return summary


def _rows(cursor: Any, statement: str, keys: dict[str, int]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, keys)
    return list(cursor.fetchall())


def _count(summary: Summary, found: _Counted) -> None:
    setattr(summary, found.verdict, getattr(summary, found.verdict) + found.rows)
    summary.sum_of_file += int(found.losses)
    if found.verdict != "new":
        return
    summary.sum_of_losses += int(found.losses)
    summary.incomplete += found.incomplete
    for counts, key in (
        (summary.reporter_types, found.reporter_type),
        (summary.admissions, found.admission),
        (summary.rounds, str(found.intake_round or "")),
    ):
        before = counts.setdefault(key, [0, 0])
        before[0] += found.rows
        before[1] += int(found.losses)
