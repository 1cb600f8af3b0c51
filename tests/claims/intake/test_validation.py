"""Every fault of every bad row is found: the demo's broken file, row by row."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake.columns import FIELDS, guessed_field
from claims.intake.date_formats import FORMATS
from claims.intake.faults import Fault, Found
from claims.intake.layout import Layout, lay_out
from claims.intake.profile import Column, Profile
from claims.intake.rules import Cell
from claims.intake.validation import Report, Validator
from claims.intake.words import Round, Vocabulary, named_services
from committee.demo.broken import Fault as Expectation
from committee.demo.broken import write_broken_file
from committee.demo.catalogue import FIRST_ROUND, SERVICES
from committee.demo.layouts import OFFICIAL
from committee.demo.numbers import Numbers
from relief.errors import RuleBroken
from relief.korea.banks import folded
from relief.spreadsheets import open_sheet

# What the intake finds only when it asks the register, and what it registers as late instead of refusing.
LATER = {Expectation.DUPLICATE, Expectation.OUTSIDE_ROUND}
WORDS = Vocabulary(
    services=named_services(
        [(key, one.code, one.name, one.name_en, list(one.aliases)) for key, one in enumerate(SERVICES, start=1)]
    ),
    rounds=(Round(1, FIRST_ROUND.opens_on, FIRST_ROUND.closes_on),),
)


def laid(headings: list[str], **parts: Any) -> Layout:
    """Return a layout whose columns are those that the headings name."""
    guesses = {guess.field: Column(heading) for heading in headings if (guess := guessed_field(heading))}
    return lay_out(Profile(columns={name: guesses[name] for name in FIELDS if name in guesses}, **parts), headings)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory):
    """Return (trial, report or faults, validator, headings) of every row of the broken file."""
    path: Path = tmp_path_factory.mktemp("broken") / "broken.csv"
    expected = write_broken_file(path, Numbers(Random(1)))
    with path.open("rb") as file:
        rows = open_sheet(file).rows
        _, headings = next(rows)
        layout = laid(headings)
        validator = Validator(layout, WORDS)
        found = [(line, validator.check(cells)) for line, cells in rows]
    assert [line for line, _ in found] == [one.line for one in expected]
    return [(one.trial, outcome, validator, layout) for one, (_, outcome) in zip(expected, found, strict=True)]


def test_every_row_comes_to_what_it_must(outcomes) -> None:
    differing = {}
    for trial, outcome, _, layout in outcomes:
        wanted = {(heading, str(fault)) for heading, fault in trial.faults if fault not in LATER}
        if trial.open_choice and isinstance(outcome, Report):
            continue
        got = (
            set()
            if isinstance(outcome, Report)
            else {
                (layout.headings[layout.columns[found.field]] if found.field else "", str(found.fault))
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
    validator = Validator(laid(["접수번호", "접수일시", "서비스", "매출 손실 규모액"]), WORDS)
    faults = validator.check(["K-1", "2022-02-31", "메일", "-5"])
    assert faults == [
        ("received_at", Fault.NO_SUCH_DATE, "2022-02-31"),
        ("claimed_loss", Fault.NEGATIVE, "-5"),
    ]


def test_blank_cells_of_fields_without_need_are_nothing() -> None:
    validator = Validator(laid(["접수번호", "접수일시", "서비스", "매출 손실 규모액", "연락처", "은행"]), WORDS)
    report = validator.check(["K-1", "2022-10-20", "메일", " ", "", " "])
    assert isinstance(report, Report)
    assert (report.claimed_loss, report.phone, report.bank) == (None, "", "")


def test_needed_cell_of_blanks_only_is_missing() -> None:
    validator = Validator(laid(["접수번호", "접수일시", "서비스", "이름"]), WORDS)
    assert {(found.field, found.fault) for found in validator.check(["  ", " ", " ", "  "])} == {
        ("receipt_number", Fault.MISSING),
        ("received_at", Fault.MISSING),
        ("service", Fault.MISSING),
        ("name", Fault.MISSING),
    }


FEW = ["접수번호", "접수일시", "서비스", "손실액"]
CHAT = SERVICES[0]


def read(cells: list[Cell], headings: list[str], **parts: Any) -> Report | list[Found]:
    return Validator(laid(headings, **parts), WORDS).check(cells)


def test_claim_without_contact_or_account_is_taken() -> None:
    report = read(["K-1", "2022-10-20", CHAT.name, ""], FEW)
    assert isinstance(report, Report)
    assert (report.name, report.phone, report.bank, report.account, report.claimed_loss) == ("", "", "", "", None)


def test_words_for_nothing_are_nothing_in_every_column() -> None:
    headings = [*FEW, "이름", "연락처", "유료/무료", "은행", "계좌번호", "피해 내용"]
    cells: list[Cell] = ["K-1", "2022-10-20", CHAT.name, " - ", "김민서", "없 음", "N/A", "-", "-", "n/a"]
    report = read(cells, headings, empty=("-", "없음", "N/A"))
    assert isinstance(report, Report)
    assert (report.claimed_loss, report.phone, report.pricing, report.bank, report.account, report.description) == (
        None, "", "unknown", "", "", "",
    )  # fmt: skip
    assert cells[3] == " - "


def test_word_for_nothing_in_a_needed_column_is_missing() -> None:
    assert read(["-", "-", "-", "-"], FEW, empty=("-",)) == [
        Found("receipt_number", Fault.MISSING),
        Found("received_at", Fault.MISSING),
        Found("service", Fault.MISSING),
    ]


def test_words_of_the_source_stand_for_what_its_profile_says() -> None:
    headings = [*FEW, "신고인 유형", "유료/무료", "접수경로", "은행", "계좌번호"]
    values = {
        "service": {"우리 톡": CHAT.code},
        "reporter_type": {"가게": "small_business"},
        "pricing": {"PRO": "paid"},
        "channel": {"01": "웹 접수"},
        "bank": {"월급통장": "004"},
        "claimed_loss": {"모름": "", "없다": "0"},
    }
    cells: list[Cell] = ["K-1", "2022-10-20", "우리톡", "모름", "가게", "pro", "01", "월급통장", "110-123-456789"]
    report = read(cells, headings, values=values)
    assert isinstance(report, Report)
    assert (report.service, report.claimed_loss, report.reporter_type, report.pricing, report.channel, report.bank) == (
        WORDS.services[folded(CHAT.code)], None, "small_business", "paid", "웹 접수", "004",
    )  # fmt: skip
    assert isinstance(none := read([*cells[:3], "없다", *cells[4:]], headings, values=values), Report)
    assert none.claimed_loss == 0


def test_word_mapped_to_nothing_is_missing_where_it_is_needed() -> None:
    values = {"service": {"기타": ""}, "pricing": {"기타": ""}, "reporter_type": {"기타": ""}}
    headings = [*FEW, "유료/무료", "신고인 유형"]
    assert read(["K-1", "2022-10-20", "기타", "", "기타", "기타"], headings, values=values) == [
        Found("service", Fault.MISSING)
    ]
    report = read(["K-1", "2022-10-20", CHAT.name, "", "기타", "기타"], headings, values=values)
    assert isinstance(report, Report)
    assert (report.pricing, report.reporter_type) == ("unknown", "unknown")


def test_fixed_values_stand_in_every_row() -> None:
    fixed = {
        "received_at": "2022-10-20 11:00", "service": CHAT.code, "channel": "연합회", "reporter_type": "small_business",
        "pricing": "free",
    }  # fmt: skip
    report = read(["K-1"], ["접수번호"], fixed=fixed)
    assert isinstance(report, Report)
    assert (report.received_at.isoformat(), report.service, report.channel, report.reporter_type, report.pricing) == (
        "2022-10-20T11:00:00+09:00", WORDS.services[folded(CHAT.code)], "연합회", "small_business", "free",
    )  # fmt: skip


def test_sign_unit_and_date_format_of_the_profile_are_read() -> None:
    parts = {"unit": 1_000, "currency": "$", "date_formats": ("D-MON-YY",), "empty": ("-",)}
    outcomes = [
        read([2_013_081_805_991.0, "16-Feb-17", f"{CHAT.name}  ", amount], FEW, **parts)
        for amount in ("$1,234.56", 1_234.56, "-", "$ -")
    ]
    assert [outcome.claimed_loss for outcome in outcomes if isinstance(outcome, Report)] == [
        1_234_560, 1_234_560, None, None,
    ]  # fmt: skip
    assert isinstance(outcomes[0], Report)
    assert (outcomes[0].receipt_number, outcomes[0].received_at.date().isoformat()) == ("2013081805991", "2017-02-16")


@pytest.mark.parametrize(
    "parts", [{"fixed": {"service": "no-such"}}, {"values": {"service": {"톡": "no-such"}}}], ids=["fixed", "mapped"]
)
def test_service_that_the_incident_lacks_is_refused(parts: dict[str, Any]) -> None:
    headings = ["접수번호", "접수일시"] if "fixed" in parts else FEW
    with pytest.raises(RuleBroken) as refused:
        Validator(laid(headings, **parts), WORDS)
    assert refused.value.code == "service_not_in_catalogue"


def test_control_character_is_found_in_a_column_that_feeds_nothing() -> None:
    assert read(["K-1", "2022-10-20", CHAT.name, "1", "a\x00b"], [*FEW, "기타 열"]) == [
        Found("", Fault.CONTROL_CHARACTER, "a\x00b")
    ]


def test_row_that_cannot_be_printed_but_shown_is_taken() -> None:
    text = "첫째 줄\n\t둘째\u3000줄\xa0끝"
    report = read(["K-1", "2022-10-20", CHAT.name, "1", text], [*FEW, "피해 내용"])
    assert isinstance(report, Report)
    assert report.description == text


CELLS = st.text(max_size=12) | st.floats() | st.integers(-(10**20), 10**20) | st.booleans()
WHOLE = Validator(laid(list(OFFICIAL.headings), empty=("-",), currency="$", date_formats=tuple(FORMATS)), WORDS)


@given(st.lists(CELLS, min_size=12, max_size=14))
def test_any_row_is_a_report_or_faults_of_known_fields(cells: list[Cell]) -> None:
    outcome = WHOLE.check(cells)
    if not isinstance(outcome, Report):
        assert outcome
        assert {found.field for found in outcome} <= {"", *FIELDS}
    assert WHOLE.check(cells) == outcome
