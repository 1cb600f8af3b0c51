"""One parser a field: what is read, what is refused, and why."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.intake import rules
from claims.intake.date_formats import FORMATS
from claims.intake.faults import SENTENCES, Fault, sentence
from claims.intake.words import PRICINGS, REPORTER_TYPES, Round, named_services
from relief.korea import banks, registration

CELLS = st.one_of(st.text(max_size=80), st.floats(), st.integers(-(10**20), 10**20), st.booleans())


def test_every_fault_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Fault)
    assert sentence("no_such_code") == "no_such_code"


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        (" K22-1 ", "K22-1"),
        ("Ｋ２２－１", "K22-1"),
        (2_013_081_805_991.0, "2013081805991"),
        (999_999_999_999_999.0, "999999999999999"),
        (20_170_424_388_450_001.0, Fault.SPREADSHEET_FLOAT),
        ("2.01704E+16", Fault.SPREADSHEET_FLOAT),
        ("2E+16", Fault.SPREADSHEET_FLOAT),
        ("12E5", "12E5"),
        ("K\u200b22\ufeff-1", "K22-1"),
        ("\u200b", ""),
        ("P" * 40, "P" * 40),
        ("P" * 41, Fault.TOO_LONG),
        # One sign that stands for three: what comes behind it is not cut off.
        ("㈜" * 10 + "12345", "(주)" * 10 + "12345"),
        ("㈜" * 13 + "12345", Fault.TOO_LONG),
        ("", ""),
        ("   ", ""),
    ],
)
def test_receipt_number(cell: rules.Cell, outcome: object) -> None:
    assert rules.receipt_number(cell) == outcome


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("110-123-456789", "110123456789"),
        ("110 123 456789", "110123456789"),
        ("１１０－１２３－４５６７８９", "110123456789"),
        ("", ""),
        ("  ", ""),
        ("1.10123E+11", Fault.SPREADSHEET_FLOAT),
        ("1.10123e+11", Fault.SPREADSHEET_FLOAT),
        ("110123456789.0", Fault.SPREADSHEET_FLOAT),
        (110_123_456_789.0, Fault.SPREADSHEET_FLOAT),
        (110_123_456_789, Fault.SPREADSHEET_FLOAT),
        ("110-1", Fault.NOT_AN_ACCOUNT),
        ("1" * 17, Fault.NOT_AN_ACCOUNT),
        ("추후 제출", Fault.NOT_AN_ACCOUNT),
        ("110-123-45678X", Fault.NOT_AN_ACCOUNT),
        ("-110123456789", Fault.NOT_AN_ACCOUNT),
    ],
)
def test_account(cell: rules.Cell, outcome: object) -> None:
    assert rules.account(cell) == outcome


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("120-81-47521", "1208147521"),
        ("１２０８１４７５２１", "1208147521"),
        (1_208_147_521.0, "1208147521"),
        ("", ""),
        ("123-45-67890", Fault.WRONG_CHECK_DIGIT),
        ("123-45-6789", Fault.WRONG_LENGTH),
        ("12A-45-67890", Fault.WRONG_LENGTH),
    ],
)
def test_registration_number(cell: rules.Cell, outcome: object) -> None:
    assert rules.registration_number(cell) == outcome


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("010-1234-5678", "01012345678"),
        (1_012_345_678.0, "01012345678"),
        ("", ""),
        ("010-123", Fault.WRONG_LENGTH),
        ("전화 주세요", Fault.NOT_A_PHONE),
    ],
)
def test_phone(cell: rules.Cell, outcome: object) -> None:
    assert rules.phone(cell) == outcome


@pytest.mark.parametrize(
    ("cell", "outcome"), [("국민은행", "004"), (4.0, "004"), ("", ""), ("달나라은행", Fault.UNKNOWN_WORD)]
)
def test_bank(cell: rules.Cell, outcome: object) -> None:
    assert rules.bank(cell) == outcome


def test_name_of_several_lines_becomes_one() -> None:
    assert rules.name(" 연습꽃집\n(김민서) ") == "연습꽃집 (김민서)"


def test_name_in_decomposed_form_is_composed() -> None:
    assert rules.name("\u1100\u1161") == "가"


def test_description_stays_as_it_was_written() -> None:
    text = "\t=1+1\n둘째 줄  "
    assert rules.description(text) == text
    assert rules.description(" \n ") == ""
    assert rules.description("가" * 10_000) == "가" * 10_000
    assert rules.description("가" * 10_001) == Fault.TOO_LONG


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("일반 이용자", "general_user"),
        ("일반이용자", "general_user"),
        ("개인", "general_user"),
        ("소상공인", "small_business"),
        ("개인사업자", "small_business"),
        ("중대형 기업", "enterprise"),
        ("법인", "enterprise"),
        ("Small Business", "small_business"),
        ("enterprise", "enterprise"),
        ("", "unknown"),
        ("외계인", Fault.UNKNOWN_WORD),
        ("소" * 121, Fault.TOO_LONG),
    ],
)
def test_reporter_type(word: str, value: str) -> None:
    assert rules.word(REPORTER_TYPES)(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [("유료", "paid"), (" 무료 ", "free"), ("Paid", "paid"), ("", "unknown"), ("반반", Fault.UNKNOWN_WORD)],
)
def test_pricing(word: str, value: str) -> None:
    assert rules.word(PRICINGS)(word) == value


def test_service_is_known_by_code_names_and_aliases() -> None:
    known = named_services([(7, "channel", "메신저 채널", "Channel", ["채널"]), (8, "mail", "메일", "", [])])
    read = rules.word(known)
    assert [read(text) for text in ("channel", "메신저채널", "CHANNEL", "채널", "메일")] == [7, 7, 7, 7, 8]
    assert read("순간 이동") == Fault.UNKNOWN_WORD


def test_name_that_two_services_share_stands_for_neither() -> None:
    known = named_services([(7, "taxi", "택시", "", ["호출"]), (8, "proxy", "대리", "", ["호출"])])
    assert rules.word(known)("호출") == Fault.UNKNOWN_WORD


ROUNDS = (
    Round(1, date(2022, 10, 19), date(2022, 11, 6)),
    Round(2, date(2022, 12, 12), date(2022, 12, 25), frozenset({"small_business"})),
)


@pytest.mark.parametrize(
    ("day", "reporter_type", "numbered", "outcome"),
    [
        (date(2022, 10, 18), "general_user", False, (None, "late")),
        (date(2022, 10, 19), "general_user", False, (1, "regular")),
        (date(2022, 11, 6), "general_user", False, (1, "regular")),
        (date(2022, 11, 7), "small_business", True, (None, "late")),
        (date(2022, 12, 12), "small_business", False, (2, "regular")),
        (date(2022, 12, 12), "general_user", False, (2, "inadmissible")),
        (date(2022, 12, 12), "unknown", True, (2, "regular")),
        (date(2022, 12, 12), "unknown", False, (2, "inadmissible")),
    ],
)
def test_admission(day: date, reporter_type: str, numbered: bool, outcome: tuple[int | None, str]) -> None:
    assert rules.admission(day, reporter_type, has_registration_number=numbered, rounds=ROUNDS) == outcome


def test_overlapping_rounds_take_the_one_that_admits() -> None:
    rounds = (ROUNDS[1], Round(3, date(2022, 12, 20), date(2022, 12, 31)))
    day = date(2022, 12, 21)
    assert rules.admission(day, "general_user", has_registration_number=False, rounds=rounds) == (3, "regular")


@pytest.mark.parametrize(
    "parser",
    [
        rules.receipt_number,
        rules.received_at(),
        rules.received_at(tuple(FORMATS)),
        rules.channel,
        rules.name,
        rules.description,
        rules.phone,
        rules.registration_number,
        rules.bank,
        rules.account,
        rules.amount(),
        rules.amount(1_000, "$", frozenset({"-"})),
        rules.word(REPORTER_TYPES),
        rules.remembered(rules.bank),
        rules.mapped(rules.channel, {"web": "웹"}),
    ],
)
@given(cell=CELLS)
def test_any_cell_is_a_value_or_a_fault_and_reads_the_same_twice(parser: rules.Parser, cell: rules.Cell) -> None:
    first = parser(cell)
    assert isinstance(first, Fault) or first is None or type(first).__name__ in {"str", "int", "datetime"}
    assert parser(cell) == first


@pytest.mark.parametrize(
    ("cell", "formats", "outcome"),
    [
        ("2022-10-19 14:05", (), "2022-10-19T14:05:00+09:00"),
        (44_853.5, (), "2022-10-19T12:00:00+09:00"),
        ("16-Feb-17", ("D-MON-YY",), "2017-02-16T00:00:00+09:00"),
        ("2017-02-16", ("D-MON-YY",), "2017-02-16T00:00:00+09:00"),
        ("16-Feb-17", (), Fault.NO_SUCH_DATE),
        ("2022-02-31", tuple(FORMATS), Fault.NO_SUCH_DATE),
        ("3/4/2017", ("M/D/YYYY", "D/M/YYYY"), Fault.NO_SUCH_DATE),
        (True, (), Fault.NO_SUCH_DATE),
        (5.0, (), Fault.NO_SUCH_DATE),
        ("  ", (), Fault.MISSING),
    ],
)
def test_received_at(cell: rules.Cell, formats: tuple[str, ...], outcome: object) -> None:
    value = rules.received_at(formats)(cell)
    assert (value if isinstance(value, Fault) else value.isoformat()) == outcome


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("$ -", None),
        ("$-", None),
        ("N/A", None),
        ("$5", 5_000),
        (5.25, 5_250),
        (-5, Fault.NEGATIVE),
        ("x", Fault.NOT_A_NUMBER),
    ],
)
def test_amount_beside_words_for_nothing(cell: rules.Cell, outcome: object) -> None:
    assert rules.amount(1_000, "$", frozenset({"-", "n/a"}))(cell) == outcome


def test_bare_sign_is_no_amount_where_no_word_stands_for_nothing() -> None:
    assert rules.amount(1_000, "$")("$ -") == Fault.NOT_A_NUMBER


def test_word_with_a_meaning_of_its_own_is_not_parsed() -> None:
    read = rules.mapped(rules.word(PRICINGS), {"프로요금제": "paid", "-": "unknown"})
    assert [read(cell) for cell in ("프로 요금제", "-", "무료", "기타", "프" * 121)] == [
        "paid", "unknown", "free", Fault.UNKNOWN_WORD, Fault.TOO_LONG,
    ]  # fmt: skip


def test_remembered_parser_never_takes_one_kind_of_cell_for_another() -> None:
    read = rules.remembered(rules.bank)
    assert [read(cell) for cell in ("4", 4.0, 4, "4", True, 1, "004")] == [
        "004", "004", "004", "004", Fault.UNKNOWN_WORD, Fault.UNKNOWN_WORD, "004",
    ]  # fmt: skip


DIGITS = st.text("0123456789", min_size=4, max_size=4)


@given(st.sampled_from(["010", "011", "016", "019", "02", "031", "064", "070"]), DIGITS, DIGITS)
def test_phone_reads_the_same_in_every_way_of_writing(area: str, middle: str, last: str) -> None:
    digits = f"{area}{middle}{last}"
    ways = (
        digits, f"{area}-{middle}-{last}", f"{area} {middle} {last}", f"{area}.{middle}.{last}",
        f"{area}){middle}-{last}", f"({area}) {middle}-{last}", f"+82 {area[1:]}-{middle}-{last}", f" {digits} ",
        "".join(chr(ord(digit) + 0xFEE0) for digit in digits),
    )  # fmt: skip
    assert [rules.phone(way) for way in ways] == [digits] * len(ways)


@given(st.text("0123456789", min_size=9, max_size=9).filter(lambda digits: digits != "0" * 9))
def test_registration_number_is_read_with_its_check_digit_alone(nine: str) -> None:
    right = registration.check_digit(nine)
    digits = f"{nine}{right}"
    ways = (digits, registration.written(digits), f"{nine[:3]} {nine[3:5]} {nine[5:]}{right}", f" {digits} ")
    assert [rules.registration_number(way) for way in ways] == [digits] * len(ways)
    wrong = f"{nine}{(right + 1) % 10}"
    assert rules.registration_number(wrong) == Fault.WRONG_CHECK_DIGIT


@given(st.text("0123456789", min_size=9, max_size=16), st.lists(st.integers(1, 8), max_size=3), st.sampled_from("- "))
def test_account_reads_the_same_with_separators_anywhere(digits: str, places: list[int], separator: str) -> None:
    written = digits
    for place in sorted(set(places), reverse=True):
        written = f"{written[:place]}{separator}{written[place:]}"
    assert rules.account(written) == digits


@given(st.sampled_from(banks.BANKS), st.sampled_from(["{}", " {} ", "{}\t"]))
def test_bank_is_known_by_each_of_its_names(bank: banks.Bank, way: str) -> None:
    names = (bank.code, bank.code.lstrip("0"), bank.name, bank.name_en, bank.name_en.upper(), *bank.aliases)
    assert {rules.bank(way.format(name)) for name in names} == {bank.code}


@given(st.text(max_size=60))
def test_text_that_was_read_is_composed_and_of_one_line(text: str) -> None:
    for parser in (rules.name, rules.channel, rules.receipt_number):
        value = parser(text)
        if not isinstance(value, Fault):
            assert unicodedata.is_normalized("NFC", value)
            assert not {"\n", "\r", "\t"} & set(value)
            assert parser(value) == value


@given(st.text(max_size=60))
def test_number_that_was_read_reads_the_same_again(text: str) -> None:
    for parser in (rules.phone, rules.registration_number, rules.account):
        value = parser(text)
        if not isinstance(value, Fault):
            assert parser(value) == value
