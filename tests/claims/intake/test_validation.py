"""Every fault of every bad row is found: the demo's broken file, row by row."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from claims.intake.columns import propose
from claims.intake.faults import Fault
from claims.intake.validation import Report, Validator
from claims.intake.words import Round, Vocabulary, named_services
from committee.demo.broken import Fault as Expectation
from committee.demo.broken import write_broken_file
from committee.demo.catalogue import FIRST_ROUND, SERVICES
from committee.demo.numbers import Numbers
from relief.spreadsheets import open_sheet

# What the intake finds only when it asks the register, and what it registers as late instead of refusing.
LATER = {Expectation.DUPLICATE, Expectation.OUTSIDE_ROUND}
WORDS = Vocabulary(
    services=named_services(
        [(key, one.code, one.name, one.name_en, list(one.aliases)) for key, one in enumerate(SERVICES, start=1)]
    ),
    rounds=(Round(1, FIRST_ROUND.opens_on, FIRST_ROUND.closes_on),),
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory):
    """Return (trial, report or faults, validator, headings) of every row of the broken file."""
    path: Path = tmp_path_factory.mktemp("broken") / "broken.csv"
    expected = write_broken_file(path, Numbers(Random(1)))
    with path.open("rb") as file:
        rows = open_sheet(file).rows
        _, headings = next(rows)
        profile = propose(headings)
        validator = Validator(profile, WORDS)
        found = [(line, validator.check(cells)) for line, cells in rows]
    assert [line for line, _ in found] == [one.line for one in expected]
    return [(one.trial, outcome, validator, profile) for one, (_, outcome) in zip(expected, found, strict=True)]


def test_every_row_comes_to_what_it_must(outcomes) -> None:
    differing = {}
    for trial, outcome, _, profile in outcomes:
        wanted = {(heading, str(fault)) for heading, fault in trial.faults if fault not in LATER}
        if trial.open_choice and isinstance(outcome, Report):
            continue
        got = (
            set()
            if isinstance(outcome, Report)
            else {
                (profile.headings[profile.columns[found.field]] if found.field else "", str(found.fault))
                for found in outcome
            }
        )
        if got != wanted:
            differing[trial.why] = (wanted, got)
    assert differing == {}


def test_every_accepted_amount_is_the_won_it_means(outcomes) -> None:
    differing = {
        trial.why: (trial.loss, outcome.claimed_loss)
        for trial, outcome, *_ in outcomes
        if isinstance(outcome, Report) and outcome.claimed_loss != trial.loss
    }
    assert differing == {}


def test_row_outside_its_round_is_late_and_not_refused(outcomes) -> None:
    admissions = {
        trial.why: validator.admission(outcome)
        for trial, outcome, validator, _ in outcomes
        if isinstance(outcome, Report) and any(fault == Expectation.OUTSIDE_ROUND for _, fault in trial.faults)
    }
    assert admissions == {"before the round": (None, "late"), "after the round": (None, "late")}


def test_value_of_a_fault_is_the_cell_as_it_was_read() -> None:
    validator = Validator(propose(["접수번호", "접수일시", "서비스", "매출 손실 규모액"]), WORDS)
    faults = validator.check(["K-1", "2022-02-31", "메일", "-5"])
    assert faults == [
        ("received_at", Fault.NO_SUCH_DATE, "2022-02-31"),
        ("claimed_loss", Fault.NEGATIVE, "-5"),
    ]


def test_blank_cells_of_fields_without_need_are_nothing() -> None:
    validator = Validator(propose(["접수번호", "접수일시", "서비스", "매출 손실 규모액", "연락처", "은행"]), WORDS)
    report = validator.check(["K-1", "2022-10-20", "메일", " ", "", " "])
    assert isinstance(report, Report)
    assert (report.claimed_loss, report.phone, report.bank) == (None, "", "")


def test_needed_cell_of_blanks_only_is_missing() -> None:
    validator = Validator(propose(["접수번호", "접수일시", "서비스", "이름"]), WORDS)
    assert {(found.field, found.fault) for found in validator.check(["  ", " ", " ", "  "])} == {
        ("receipt_number", Fault.MISSING),
        ("received_at", Fault.MISSING),
        ("service", Fault.MISSING),
        ("name", Fault.MISSING),
    }
