"""Writes the claim files as they would come: official channel, federation, an affiliate, and one of broken rows."""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

import xlsxwriter

from committee.demo.broken import write_broken_file
from committee.demo.layouts import AFFILIATE, FEDERATION, OFFICIAL, Layout
from committee.demo.mix import Source, rows_in_proportion, rows_of
from committee.demo.numbers import Numbers
from committee.demo.repeats import Repeat, Repeats
from committee.demo.rows import ClaimRow, ClaimRows

DEFAULT_SEED = 1015
# A workbook carries its date of creation; a fixed one keeps the same seed byte-identical.
_CREATED = datetime.fromisoformat("2022-11-07T09:00:00")
OFFICIAL_FILE = "official.csv"
FEDERATION_FILE = "federation.xlsx"
AFFILIATE_FILE = "mobility-affiliate.csv"
BROKEN_FILE = "broken.csv"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that now stands on disk, and how many claim rows are in it."""

    path: Path
    rows: int


def seeded(seed: int, purpose: str) -> Random:
    """Return a source of randomness of its own for one purpose, the same for the same seed."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 -- demo data, nothing secret


def write_csv(path: Path, layout: Layout, rows: Iterable[ClaimRow], rng: Random) -> None:
    """Write rows as CSV in the layout's encoding, one at a time."""
    with path.open("w", encoding=layout.encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(layout.headings)
        writer.writerows(layout.values(row, rng) for row in rows)


def write_xlsx(path: Path, layout: Layout, rows: Iterable[ClaimRow], rng: Random) -> None:
    """Write rows as a workbook of one sheet in constant memory; numbers and times are real ones, all else is text."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        sheet = workbook.add_worksheet("접수내역")
        heading = workbook.add_format({"bold": True})
        won = workbook.add_format({"num_format": "#,##0"})
        time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for column, text in enumerate(layout.headings):
            sheet.write_string(0, column, text, heading)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(layout.values(row, rng)):
                if isinstance(value, datetime):
                    sheet.write_datetime(line, column, value, time)
                elif isinstance(value, int):
                    sheet.write_number(line, column, value, won)
                elif value:
                    sheet.write_string(line, column, value)


def write_claim_files(directory: Path, *, seed: int = DEFAULT_SEED) -> list[WrittenFile]:
    """Write all four demo files into ``directory`` (made where missing) and return them.

    The first three together hold exactly the published figures; the broken one stands outside of them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    numbers = Numbers(seeded(seed, "numbers"))
    written = []

    count, _repeats = _write_official(directory / OFFICIAL_FILE, numbers, seed)
    written.append(WrittenFile(directory / OFFICIAL_FILE, count))

    # The federation gathered reports from the third day on and handed them over before the end.
    rng = seeded(seed, "federation")
    federation = ClaimRows(letter="F", counts=rows_of(Source.FEDERATION), numbers=numbers, rng=rng, days=(2, 16))
    write_xlsx(directory / FEDERATION_FILE, FEDERATION, federation, rng)
    written.append(WrittenFile(directory / FEDERATION_FILE, federation.count))

    rng = seeded(seed, "affiliate")
    affiliate = ClaimRows(letter="M", counts=rows_of(Source.AFFILIATE), numbers=numbers, rng=rng, operator="mobility")
    write_csv(directory / AFFILIATE_FILE, AFFILIATE, affiliate, rng)
    written.append(WrittenFile(directory / AFFILIATE_FILE, affiliate.count))

    expected = write_broken_file(directory / BROKEN_FILE, numbers)
    written.append(WrittenFile(directory / BROKEN_FILE, len(expected)))
    return written


def _write_official(path: Path, numbers: Numbers, seed: int) -> tuple[int, list[Repeat]]:
    """Write the file of the official channel; return how many rows it has, and which of them repeat earlier ones."""
    rng = seeded(seed, "official")
    repeats = Repeats(seeded(seed, "repeats"))
    rows = ClaimRows(letter="K", counts=rows_of(Source.OFFICIAL), numbers=numbers, rng=rng, repeats=repeats)
    write_csv(path, OFFICIAL, rows, rng)
    return rows.count, repeats.made


def seeded_repeats(*, seed: int = DEFAULT_SEED) -> list[Repeat]:
    """Return the repeats that the official file of this seed holds: what a search for duplicates has to find."""
    _count, made = _write_official(Path(os.devnull), Numbers(seeded(seed, "numbers")), seed)
    return made


def write_scaled_file(path: Path, *, rows: int, seed: int = DEFAULT_SEED) -> WrittenFile:
    """Write one file of ``rows`` claims in the official layout and the published proportions.

    The ending of ``path`` chooses a workbook (``.xlsx``) or CSV (all else).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = seeded(seed, "scaled")
    numbers = Numbers(seeded(seed, "scaled-numbers"))
    claims = ClaimRows(letter="B", counts=rows_in_proportion(rows), numbers=numbers, rng=rng)
    write = write_xlsx if path.suffix == ".xlsx" else write_csv
    write(path, OFFICIAL, claims, rng)
    return WrittenFile(path, claims.count)
