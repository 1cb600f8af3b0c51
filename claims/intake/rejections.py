"""Rejected rows as people read them: counted by fault, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from claims.intake.columns import FIELDS
from claims.intake.faults import sentence
from claims.intake.models import ClaimImport, RejectedRow

_GIST_CELLS = 6
_CELL, _VALUE = 40, 80
_COUNTS = """
    SELECT code, count(*) FROM (
        SELECT DISTINCT row.id, fault ->> 'code' AS code
        FROM claims_rejectedrow row, jsonb_array_elements(row.faults) fault
        WHERE row.claim_import_id = %s
    ) found GROUP BY code ORDER BY count(*) DESC, code
"""


@dataclass(frozen=True, slots=True)
class FaultWords:
    """One fault of a row: the column's heading, what stood there, and the sentence that says what is wrong."""

    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RowWords:
    """A rejected row: its line, the beginning of its cells, every fault, and which import brought it corrected."""

    line: int
    gist: str
    faults: tuple[FaultWords, ...]
    corrected_by: int | None


def fault_counts(claim_import: ClaimImport) -> list[tuple[str, str, int]]:
    """Return (code, sentence, rows that have the fault) of an import, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [claim_import.pk])
        return [(code, sentence(code), count) for code, count in cursor.fetchall()]


def open_rows(claim_import: ClaimImport) -> QuerySet[RejectedRow]:
    """Return the rejected rows that no later import has brought corrected."""
    return RejectedRow.objects.filter(claim_import=claim_import, corrected_by=None)


def in_words(row: RejectedRow) -> RowWords:
    """Return a row as the page shows it, long texts cut."""
    cells = [_cut(" ".join(cell.split()), _CELL) for cell in row.cells if cell.strip()]
    gist = " · ".join(cells[:_GIST_CELLS]) + (" …" if len(cells) > _GIST_CELLS else "")
    return RowWords(row.line, gist, tuple(_fault_words(fault) for fault in row.faults), row.corrected_by_id)


def reasons(faults: list[dict[str, Any]]) -> str:
    """Return the faults of a row as lines of text: the column, and what is wrong there."""
    words = [_fault_words(fault) for fault in faults]
    return "\n".join(f"{one.column}: {one.sentence}" if one.column else one.sentence for one in words)


def _fault_words(fault: dict[str, Any]) -> FaultWords:
    column = fault.get("column") or str(FIELDS.get(fault.get("field", ""), ""))
    return FaultWords(column, _cut(fault.get("value", ""), _VALUE), sentence(fault["code"]))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
