"""What a profile would make of a file: counts, the first refused rows, and the words that nobody knows yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from claims.intake.faults import Fault, Found
from claims.intake.layout import Layout
from claims.intake.rules import Cell
from claims.intake.validation import Report, Validator
from claims.intake.words import Vocabulary

MOST_REJECTED, MOST_WORDS = 20, 50


@dataclass(frozen=True, slots=True)
class Preview:
    """The outcome of the first rows of a file.

    `rejected_rows` has the first (line, cells, faults); `faults` the rows that have each fault, the most frequent
    first; `unknown_words` by field the words that the catalogue does not know, with their rows, the most frequent
    first; `repeated` the rows whose receipt number stood on an earlier one; `sum_of_losses` is in won.
    """

    read: int
    taken: int
    rejected: int
    repeated: int
    sum_of_losses: int
    faults: dict[Fault, int]
    unknown_words: dict[str, dict[str, int]]
    rejected_rows: tuple[tuple[int, list[Cell], list[Found]], ...]


def preview(layout: Layout, words: Vocabulary, rows: Iterable[tuple[int, list[Cell]]], most: int) -> Preview:
    """Return what becomes of up to `most` rows beneath the heading, of which `rows` has (line, cells).

    Raises RuleBroken(service_not_in_catalogue) where the profile names a service that the vocabulary has not.
    """
    validator = Validator(layout, words)
    receipts: set[str] = set()
    faults: Counter[Fault] = Counter()
    unknown: dict[str, Counter[str]] = {}
    rejected_rows: list[tuple[int, list[Cell], list[Found]]] = []
    read = taken = losses = 0
    for line, cells in islice(rows, most):
        read += 1
        outcome = validator.check(cells)
        if isinstance(outcome, Report):
            taken += 1
            receipts.add(outcome.receipt_number)
            losses += outcome.claimed_loss or 0
            continue
        faults.update({found.fault for found in outcome})
        for found in outcome:
            if found.fault is Fault.UNKNOWN_WORD:
                unknown.setdefault(found.field, Counter())[" ".join(found.value.split())] += 1
        if len(rejected_rows) < MOST_REJECTED:
            rejected_rows.append((line, cells, outcome))
    return Preview(
        read=read,
        taken=taken,
        rejected=read - taken,
        repeated=taken - len(receipts),
        sum_of_losses=losses,
        faults=dict(faults.most_common()),
        unknown_words={name: dict(counted.most_common(MOST_WORDS)) for name, counted in unknown.items()},
        rejected_rows=tuple(rejected_rows),
    )
