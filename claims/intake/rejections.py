"""Rejected rows as people read them: counted by fault, in words, and as a workbook in the source's own columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.intake.columns import FIELDS
from claims.intake.faults import sentence
from claims.intake.models import ClaimImport, RejectedRow
from relief.spreadsheets.writing import write_texts

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
    """A rejected row: its line in the file, the beginning of its cells, and every fault."""

    line: int
    gist: str
    faults: tuple[FaultWords, ...]


def fault_counts(claim_import: ClaimImport) -> list[tuple[str, str, int]]:
    """Return (code, sentence, rows that have the fault) of an import, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [claim_import.pk])
        return [(code, sentence(code), count) for code, count in cursor.fetchall()]


def in_words(row: RejectedRow) -> RowWords:
    """Return a row as the page shows it; long texts are cut, the workbook has them whole."""
    cells = [_cut(" ".join(cell.split()), _CELL) for cell in row.cells if cell.strip()]
    gist = " · ".join(cells[:_GIST_CELLS]) + (" …" if len(cells) > _GIST_CELLS else "")
    return RowWords(row.line, gist, tuple(_fault_words(fault) for fault in row.faults))


def write_workbook(file: IO[bytes], *, claim_import: ClaimImport, rows: QuerySet[RejectedRow]) -> int:
    """Write the rows as XLSX into `file`: the line, the source's own columns, the reasons; return how many.

    Cells are as they are stored: long runs of digits are masked. Nothing in the workbook is a formula.
    """
    headings = list(claim_import.profile.get("headings", ()))
    return write_texts(
        file,
        title=_("Rejected rows"),
        headings=[_("Line"), *headings, _("Reasons")],
        rows=_table(rows, width=len(headings)),
    )


def _table(rows: QuerySet[RejectedRow], *, width: int) -> Iterator[list[str]]:
    for row in rows.order_by("line").iterator(chunk_size=2_000):
        # A row of another width keeps the reasons in their column: what is too much stands in its last cell.
        cells = row.cells if len(row.cells) <= width else [*row.cells[: width - 1], " | ".join(row.cells[width - 1 :])]
        reasons = "\n".join(_reason(fault) for fault in row.faults)
        yield [str(row.line), *cells, *[""] * (width - len(cells)), reasons]


def _reason(fault: dict[str, Any]) -> str:
    words = _fault_words(fault)
    return f"{words.column}: {words.sentence}" if words.column else words.sentence


def _fault_words(fault: dict[str, Any]) -> FaultWords:
    column = fault.get("column") or str(FIELDS.get(fault.get("field", ""), ""))
    return FaultWords(column, _cut(fault.get("value", ""), _VALUE), sentence(fault["code"]))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
