"""The broken file says what it says it says."""

import csv
from io import StringIO

from committee.demo import broken
from committee.demo.broken import Fault, write_broken_file
from committee.demo.files import seeded
from committee.demo.layouts import OFFICIAL
from committee.demo.numbers import Numbers, check_digit


def _written(tmp_path):
    path = tmp_path / "broken.csv"
    expected = write_broken_file(path, Numbers(seeded(1, "test")))
    return expected, path.read_bytes().decode("utf-8-sig")


def test_every_expected_line_begins_its_row(tmp_path):
    expected, text = _written(tmp_path)
    lines = text.split("\n")
    for number, row in enumerate(expected, start=1):
        if broken.RECEIPT not in row.trial.cells:
            assert lines[row.line - 1].startswith(f"P22-1020-{number:06},")


def test_rows_differ_from_good_ones_only_where_they_say(tmp_path):
    expected, text = _written(tmp_path)
    limit = csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(StringIO(text, newline="")))[1:]
    finally:
        csv.field_size_limit(limit)
    assert len(rows) == len(expected) == 64
    for row, written in zip(rows[:-1], expected[:-1], strict=True):
        if written.trial.reshape:
            assert len(row) in (12, 14)
        else:
            assert len(row) == 13
            cells = dict(zip(OFFICIAL.headings, row, strict=True))
            assert {heading: cells[heading] for heading in written.trial.cells} == written.trial.cells
            if broken.REGISTRATION not in written.trial.cells:
                number = cells[broken.REGISTRATION].replace("-", "")
                assert check_digit(number[:9]) == number[9]
    assert len(rows[-1]) == 11


def test_wrong_check_digit_is_wrong():
    wrong = [
        t.cells[broken.REGISTRATION]
        for t in broken.TRIALS
        if (broken.REGISTRATION, Fault.WRONG_CHECK_DIGIT) in t.faults
    ]
    digits = [number.replace("-", "") for number in wrong]
    assert [check_digit(number[:9]) == number[9] for number in digits] == [False, False]


def test_every_kind_of_fault_is_tried_and_good_rows_stand_between():
    tried = {fault for trial in (*broken.TRIALS, broken.UNCLOSED) for _, fault in trial.faults}
    assert tried == set(Fault)
    assert sum(not trial.faults for trial in broken.TRIALS) == 16
