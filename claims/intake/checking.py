"""Rows in, COPY text out: what can be done without the database, here or in processes beside this one."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple, cast

from claims.intake.copying import Checked, Preparer, Rejected, rejected_line
from claims.intake.layout import Layout
from claims.intake.rules import Cell
from claims.intake.validation import Report, Validator
from claims.intake.words import Vocabulary
from relief.crew import Crew

ROWS_A_BATCH = 2_500
BATCHES_ALONE = 2
"""A file of so few batches is done before a second process has begun."""

Rows = list[tuple[int, list[Cell]]]
Batch = tuple[Rows, Sequence[int]]
"""Rows with their lines, and as many spare keys."""


class Parcel(NamedTuple):
    """What a batch of rows became: how many were read, and COPY lines of staged claims and of rejected rows."""

    read: int
    staged_lines: bytes
    rejected_lines: bytes


class Checker:
    """Validates and seals the rows of one import; it holds nothing that a forked process could not use."""

    def __init__(self, *, claim_import_id: int, layout: Layout, words: Vocabulary) -> None:
        self._import_id = claim_import_id
        self._layout = layout
        self._validator = Validator(layout, words)
        self._preparer = Preparer(claim_import_id=claim_import_id)

    def check(self, batch: Batch) -> Parcel:
        """Return what the batch became."""
        rows, keys = batch
        check, admission = self._validator.check, self._validator.admission
        good: list[Checked] = []
        rejected: list[Rejected] = []
        for line, cells in rows:
            outcome = check(cells)
            if isinstance(outcome, Report):
                good.append(Checked(line, outcome, admission(outcome)))
            else:
                rejected.append(Rejected(line, cells, outcome))
        return Parcel(
            read=len(rows),
            staged_lines=self._preparer.prepare(good, keys).encode(),
            rejected_lines="".join(rejected_line(self._import_id, row, self._layout) for row in rejected).encode(),
        )

    def check_packed(self, batch: bytes) -> bytes:
        """Do the same for a batch packed by `marshal`, which carries texts and numbers in half of pickle's time."""
        return marshal.dumps(tuple(self.check(marshal.loads(batch))))  # noqa: S302 - between a process and its fork


def checked(checker: Checker, batches: Iterable[Batch], *, processes: int) -> Iterator[Parcel]:
    """Yield what every batch became, in the order of the file; `batches` is read no further ahead than needed.

    A short file is checked here; for a longer one, processes are forked beside this one. Raises CrewLost.
    """
    waiting = iter(batches)
    first = list(islice(waiting, BATCHES_ALONE + 1))
    if len(first) <= BATCHES_ALONE or processes < 1:
        yield from map(checker.check, chain(first, waiting))
        return
    with Crew(checker.check_packed, processes) as crew:
        for parcel in crew.results(marshal.dumps(cast("Any", batch)) for batch in chain(first, waiting)):
            yield Parcel(*marshal.loads(parcel))  # noqa: S302 - between a process and its fork
