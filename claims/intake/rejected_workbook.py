"""The rejected rows of an import as a workbook: the line, the source's own columns as they came in, the reasons.

Its cells are personal data in clear: it is handed out with a reason, which stands in the record of disclosures.
"""

from __future__ import annotations

import math
import tempfile
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.intake.continuing import open_corrected
from claims.intake.layout import Row
from claims.intake.models import ClaimImport, RejectedRow
from claims.intake.reading import open_import, rows_at, stored_layout
from claims.intake.rejections import open_rows, reasons
from claims.intake.rules import Cell, text_of
from relief.access import require
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken
from relief.files import services as files
from relief.files.models import StoredFile
from relief.jobs import services as jobs
from relief.jobs.models import Job
from relief.spreadsheets.writing import write_cells

if TYPE_CHECKING:
    from relief.accounts.models import User

KIND = "claims.rejected_rows"
PURPOSE = "rejected_rows"
PERMISSIONS = ("claims.view_rejectedrow", "claims.reveal_personal_data")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 5_000
"""Rows that are written while the person waits; more of them are a job."""
MAX_SIZE = 1024**3
_TOGETHER = 500
_CHUNK = 1024 * 1024
# A row with too few or too many cells stays a faulty one if nobody mends it: this mark is refused in every cell.
_UNMENDED = "\x1f"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those with one fault ("" for all), and those that came again since."""

    fault: str = ""
    also_corrected: bool = False

    def rows(self, claim_import: ClaimImport) -> QuerySet[RejectedRow]:
        """Return the rejected rows of the import that are wanted."""
        rows = RejectedRow.objects.filter(claim_import=claim_import) if self.also_corrected else open_rows(claim_import)
        return rows.filter(faults__contains=[{"code": self.fault}]) if self.fault else rows


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The workbook as an open file, or the job that writes it."""

    name: str
    file: IO[bytes] | None = None
    job: Job | None = None


def name_of(claim_import: ClaimImport) -> str:
    """Return what the workbook's file is called."""
    stem = claim_import.stored_file.name.rsplit(".", 1)[0]
    return f"{stem[:200]} {capfirst(_('rejected rows'))}.xlsx"


def hand_out(*, by: User, claim_import: ClaimImport, wanted: Wanted, reason: str, request_id: str = "") -> HandedOut:
    """Write the workbook, or have it written where it is long, after recording who takes it and why.

    Raises NotAllowed, RuleBroken(reason_missing, no_rejected_rows, one_open_job_per_subject), and what refuses the
    stored file (`open_import`).
    """
    for permission in PERMISSIONS:
        require(by, permission)
    reason = reason.strip()
    if not reason:
        raise RuleBroken(gettext_lazy("Give a reason: it stands in the record."), code="reason_missing")
    rows = wanted.rows(claim_import)
    count = rows.count()
    if count == 0:
        raise RuleBroken(
            gettext_lazy("No rejected row is open here: there is nothing to take away."), code="no_rejected_rows"
        )
    name = name_of(claim_import)
    handed: HandedOut
    with ExitStack() as stack:
        if count > AT_ONCE:
            job = jobs.enqueue(
                kind=KIND,
                by=by,
                subject_key=claim_import.pk,
                incident_id=claim_import.incident_id,
                parameters=asdict(wanted),
            )
            handed = HandedOut(name, job=job)
        else:
            file = stack.enter_context(tempfile.TemporaryFile())
            write_workbook(file, claim_import=claim_import, rows=rows)
            file.seek(0)
            handed = HandedOut(name, file=file)
        record_disclosure(
            by=by,
            kind=Disclosure.Kind.DOWNLOAD,
            subject="claims.rejectedrow",
            subject_key=str(claim_import.pk),
            fields="cells",
            reason=reason,
            request_id=request_id,
            incident_id=claim_import.incident_id,
        )
        # From here on the caller closes the file.
        stack.pop_all()
    return handed


def write_workbook(
    file: IO[bytes],
    *,
    claim_import: ClaimImport,
    rows: QuerySet[RejectedRow],
    told: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write the rows as XLSX into `file` with the cells of the stored file; return how many.

    `told` is called with the count now and then. Handed in as it is, the workbook has the same faults again. Nothing
    in it is a formula. Raises RuleBroken where the stored file cannot be read.
    """
    lines = array("Q", rows.order_by("line").values_list("line", flat=True).iterator())
    headings = stored_layout(claim_import).headings
    with _handed_in(claim_import, width=len(headings)) as handed_in:
        found = rows_at(handed_in, lines)
        return write_cells(
            file,
            title=_("Rejected rows"),
            headings=[_("Line"), *headings, _("Reasons")],
            rows=_table(found, rows, width=len(headings), told=told),
        )


@contextmanager
def _handed_in(claim_import: ClaimImport, *, width: int) -> Generator[Iterator[Row], None, None]:
    """Open the rows of the stored file, with the lines that they have in the file that came first."""
    if claim_import.continues_id is None:
        with open_import(claim_import) as opened:
            yield opened.rows
        return
    # Its rows are no longer among the open ones of the import before, which `open_import` would refuse.
    with closing(files.open_stored(claim_import.stored_file)) as file, closing(open_corrected(file).rows) as rows:
        next(rows, None)
        yield (
            (int(text_of(cells[0])), [*cells[1 : width + 1], *[""] * (width + 1 - len(cells))]) for _at, cells in rows
        )


def _table(
    found: Iterator[Row], rows: QuerySet[RejectedRow], *, width: int, told: Callable[[int], None]
) -> Iterator[list[Cell]]:
    count = 0
    while together := list(islice(found, _TOGETHER)):
        # In clear from the file, with the reasons from the table: the same lines of both, a few at a time.
        faults = dict(rows.filter(line__in=[line for line, _cells in together]).values_list("line", "faults"))
        for line, cells in together:
            yield [line, *map(_writable, _fitted(cells, width)), reasons(faults.get(line, []))]
        count += len(together)
        told(count)


def _fitted(cells: list[Cell], width: int) -> Iterable[Cell]:
    """Return as many cells as there are headings, so that the reasons stay in their column."""
    if len(cells) > width:
        return [*cells[: width - 1], f" {_UNMENDED}| ".join(str(cell) for cell in cells[width - 1 :])]
    if len(cells) < width:
        return [*cells, f"?{_UNMENDED}", *[""] * (width - len(cells) - 1)]
    return cells


def _writable(cell: Cell) -> Cell:
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


@jobs.runner(
    KIND,
    permission="claims.view_rejectedrow",
    label=gettext_lazy("Writing of rejected rows"),
    subject="claims.claimimport",
)
def write_rejected_rows(run: jobs.Run) -> dict[str, int]:
    """Write the workbook of a long list of rejected rows and store it; returns {"file", "rows"}."""
    claim_import = ClaimImport.objects.select_related("incident", "stored_file").get(pk=run.job.subject_key)
    rows = Wanted(**run.job.parameters).rows(claim_import)
    run.advance(done=0, total=rows.count(), stage="writing")
    with tempfile.TemporaryFile() as file:
        count = write_workbook(file, claim_import=claim_import, rows=rows, told=lambda done: run.advance(done=done))
        file.seek(0)
        stored = files.store(
            chunks=iter(lambda: file.read(_CHUNK), b""),
            name=name_of(claim_import),
            content_type=CONTENT_TYPE,
            purpose=PURPOSE,
            by=run.job.by,
            incident_id=claim_import.incident_id,
            max_size=MAX_SIZE,
        )
    return {"file": stored.pk, "rows": count}


def newest_job(claim_import: ClaimImport, user: User) -> Job | None:
    """Return the user's own newest job that writes rejected rows of the import, or None."""
    return Job.objects.filter(kind=KIND, subject_key=claim_import.pk, by=user).order_by("-pk").first()


def _open_to(user: User, row: StoredFile) -> bool:
    """Who asked for the workbook gave a reason; nobody else did."""
    return row.stored_by_id == user.pk and all(user.has_perm(permission) for permission in PERMISSIONS)


files.readable_by(PURPOSE, _open_to)
