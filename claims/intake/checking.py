"""Rows in, COPY text out: what can be done without the database, here or in processes beside this one."""

from __future__ import annotations

import marshal
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, NamedTuple, cast

from claims.intake.copying import Checked, Preparer, Rejected, rejected_line
from claims.intake.layout import Layout
from claims.intake.rules import Cell
from claims.intake.validation import Report, Validator
from claims.intake.words import Vocabulary

ROWS_A_BATCH = 2_500
BATCHES_ALONE = 2
"""A file of so few batches is done before a second process has begun."""
_AHEAD = 3

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


_checker: Checker | None = None


def _begin(checker: Checker, parent: int) -> None:
    """Keep the checker, and end with the worker that asked: a killed one cannot say goodbye."""
    global _checker  # noqa: PLW0603 - a process of its own, with one checker for its life
    _checker = checker

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _check(batch: bytes) -> tuple[Any, ...]:
    if _checker is None:
        raise RuntimeError("the process was begun without its checker")
    return tuple(_checker.check(marshal.loads(batch)))  # noqa: S302 - from the process that forked this one


def checked(checker: Checker, batches: Iterable[Batch], *, processes: int) -> Iterator[Parcel]:
    """Yield what every batch became, in the order of the file; `batches` is read no further ahead than needed.

    A short file is checked here; for a longer one, processes are forked beside this one.
    """
    waiting = iter(batches)
    first = list(islice(waiting, BATCHES_ALONE + 1))
    if len(first) <= BATCHES_ALONE or processes < 1:
        yield from map(checker.check, chain(first, waiting))
        return
    with _crew(checker, processes) as crew:
        under_way: deque[Future[tuple[Any, ...]]] = deque()
        for batch in chain(first, waiting):
            # Cells are texts and numbers: marshal carries them in half of pickle's time.
            under_way.append(crew.submit(_check, marshal.dumps(cast("Any", batch))))
            if len(under_way) >= processes + _AHEAD:
                yield Parcel(*under_way.popleft().result())
        while under_way:
            yield Parcel(*under_way.popleft().result())


@contextmanager
def _crew(checker: Checker, processes: int) -> Iterator[ProcessPoolExecutor]:
    # Forked, because a new interpreter would take longer to set up than it has work to do.
    crew = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_begin,
        initargs=(checker, os.getpid()),
    )
    try:
        yield crew
    finally:
        crew.shutdown(wait=True, cancel_futures=True)
