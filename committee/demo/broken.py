"""The file of broken rows: one row a fault as people and spreadsheets make them, good ones in between.

It goes to the practice incident, never to the one whose figures are published. What each row must come to stands
beside it, as far as the row's meaning decides it.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from committee.demo.layouts import OFFICIAL
from committee.demo.numbers import Numbers

(RECEIPT, RECEIVED, CHANNEL, REPORTER, NAME, PHONE, REGISTRATION, SERVICE, PRICING, LOSS, TEXT, BANK, ACCOUNT) = (
    OFFICIAL.headings
)


class Fault(StrEnum):
    """What is wrong with a cell, or with the row as a whole."""

    MISSING = "missing"
    DUPLICATE = "duplicate"
    NO_SUCH_DATE = "no_such_date"
    OUTSIDE_ROUND = "outside_round"
    NEGATIVE = "negative"
    NOT_WHOLE_WON = "not_whole_won"
    TOO_LARGE = "too_large"
    NOT_A_NUMBER = "not_a_number"
    SPREADSHEET_FLOAT = "spreadsheet_float"
    NOT_AN_ACCOUNT = "not_an_account"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    WRONG_LENGTH = "wrong_length"
    UNKNOWN_WORD = "unknown_word"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    WRONG_COLUMN_COUNT = "wrong_column_count"


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the file: the cells that differ from a good row, and what must come of it.

    ``faults`` by heading ("" for the row as a whole); empty means the row is accepted. ``loss`` is the won an
    accepted row's amount means. ``open_choice`` marks rows where the intake may also refuse or also accept.
    """

    why: str
    cells: dict[str, str] = field(default_factory=dict)
    faults: tuple[tuple[str, Fault], ...] = ()
    loss: int | None = 420_000
    open_choice: bool = False
    reshape: Callable[[list[str]], list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """A trial with the physical line on which its row begins (the heading is line 1)."""

    line: int
    trial: Trial


def _one(why: str, heading: str, cell: str, fault: Fault, *, open_choice: bool = False) -> Trial:
    return Trial(why, {heading: cell}, ((heading, fault),), open_choice=open_choice)


def _amount(why: str, cell: str, loss: int | None) -> Trial:
    return Trial(why, {LOSS: cell}, loss=loss)


_VERY_LONG = "장애로 예약을 받지 못했습니다. " * 12_000

TRIALS = (
    Trial("a good row"),
    # Amounts whose meaning is certain.
    _amount("separators and the unit", "300,000원", 300_000),
    _amount("ten thousands in words", "3만원", 30_000),
    _amount("full-width digits", "３０００", 3_000),
    _amount("blanks around", "  420000 ", 420_000),
    _amount("nothing stated", "", None),
    _amount("zero", "0", 0),
    # Amounts that could mean anything, or nothing.
    _one("a negative amount", LOSS, "-5", Fault.NEGATIVE),
    _one("a negative amount with the sign of a typesetter", LOSS, "−5", Fault.NEGATIVE),
    _one("an amount in scientific notation", LOSS, "1e9", Fault.NOT_A_NUMBER),
    _one("words instead of an amount", LOSS, "많이", Fault.NOT_A_NUMBER),
    _one("a range", LOSS, "300000~500000", Fault.NOT_A_NUMBER),
    _one("about", LOSS, "약 30만", Fault.NOT_A_NUMBER, open_choice=True),
    _one("parts of a won", LOSS, "300000.5", Fault.NOT_WHOLE_WON),
    _one("not a number", LOSS, "NaN", Fault.NOT_A_NUMBER),
    _one("without end", LOSS, "inf", Fault.NOT_A_NUMBER),
    _one("more than all the money there is", LOSS, "9" * 30, Fault.TOO_LARGE),
    _one("a formula's error", LOSS, "#VALUE!", Fault.NOT_A_NUMBER),
    # Dates.
    _one("a day that never was", RECEIVED, "2022-02-31 10:00:00", Fault.NO_SUCH_DATE),
    _one("an hour that never was", RECEIVED, "2022-10-20 25:10:00", Fault.NO_SUCH_DATE),
    _one("not a date", RECEIVED, "어제 오후", Fault.NO_SUCH_DATE),
    _one("a date that reads two ways", RECEIVED, "10/11/22", Fault.NO_SUCH_DATE),
    _one("before the round", RECEIVED, "2022-10-18 23:59:59", Fault.OUTSIDE_ROUND, open_choice=True),
    _one("after the round", RECEIVED, "2022-11-07 00:00:00", Fault.OUTSIDE_ROUND, open_choice=True),
    Trial("the last second of the round", {RECEIVED: "2022-11-06 23:59:59"}),
    _one("no date", RECEIVED, "", Fault.MISSING),
    # Receipt numbers.
    _one("no receipt number", RECEIPT, "", Fault.MISSING),
    _one("only blanks for a receipt number", RECEIPT, "   ", Fault.MISSING),
    _one("a receipt number of an earlier row", RECEIPT, "P22-1020-000001", Fault.DUPLICATE),
    _one("a receipt number too long to be one", RECEIPT, "P" * 200, Fault.TOO_LONG),
    # Registration numbers.
    _one("a wrong check digit", REGISTRATION, "123-45-67890", Fault.WRONG_CHECK_DIGIT),
    _one("nine digits", REGISTRATION, "123-45-6789", Fault.WRONG_LENGTH),
    _one("letters in the registration number", REGISTRATION, "12A-45-67890", Fault.WRONG_LENGTH),
    _one("a small business without a registration number", REGISTRATION, "", Fault.MISSING, open_choice=True),
    # Accounts.
    _one("an account a spreadsheet turned into a float", ACCOUNT, "1.10123E+11", Fault.SPREADSHEET_FLOAT),
    _one("the same in small letters", ACCOUNT, "1.10123e+11", Fault.SPREADSHEET_FLOAT),
    _one("an account with a decimal point", ACCOUNT, "110123456789.0", Fault.SPREADSHEET_FLOAT, open_choice=True),
    _one("an account too short", ACCOUNT, "110-1", Fault.NOT_AN_ACCOUNT),
    _one("words for an account", ACCOUNT, "추후 제출", Fault.NOT_AN_ACCOUNT),
    _one("a bank nobody knows", BANK, "달나라은행", Fault.UNKNOWN_WORD),
    _one("an account without a bank", BANK, "", Fault.MISSING),
    _one("a bank without an account", ACCOUNT, "", Fault.MISSING),
    # Contacts, names, words.
    _one("a phone too short", PHONE, "010-123", Fault.WRONG_LENGTH),
    _one("a phone without its first zero", PHONE, "1012345678", Fault.WRONG_LENGTH, open_choice=True),
    _one("no name", NAME, "", Fault.MISSING),
    _one("a service nobody runs", SERVICE, "순간 이동", Fault.UNKNOWN_WORD),
    _one("no service", SERVICE, "", Fault.MISSING),
    _one("a reporter type nobody knows", REPORTER, "외계인", Fault.UNKNOWN_WORD),
    _one("neither paid nor free", PRICING, "반반", Fault.UNKNOWN_WORD),
    # Cells that would do something if a spreadsheet opened them: kept as they are, inert in every export.
    Trial("a formula in the text", {TEXT: '=HYPERLINK("http://example.invalid","확인")'}),
    Trial("a formula in the name", {NAME: "=1+1 (김민서)"}),
    Trial("a command in the text", {TEXT: "@SUM(A1:A9)"}),
    Trial("a full-width equals sign", {TEXT: "＝1+1 로 계산한 금액입니다."}),
    Trial("a tab in front", {TEXT: "\t=1+1"}, open_choice=True),
    Trial("a script in the text", {TEXT: "<script>alert(1)</script>"}),
    # Characters and shapes.
    _one("a NUL in the name", NAME, "김\x00민서", Fault.CONTROL_CHARACTER),
    _one("a very long text", TEXT, _VERY_LONG, Fault.TOO_LONG),
    Trial("a column too few", {}, (("", Fault.WRONG_COLUMN_COUNT),), reshape=lambda cells: cells[:-1]),
    Trial("a column too many", {}, (("", Fault.WRONG_COLUMN_COUNT),), reshape=lambda cells: [*cells, "덤"]),
    # Several faults in one row: every one is reported.
    Trial(
        "five faults at once",
        {RECEIVED: "2022-02-31", PHONE: "02", SERVICE: "순간 이동", LOSS: "-5", BANK: "달나라은행"},
        (
            (RECEIVED, Fault.NO_SUCH_DATE),
            (PHONE, Fault.WRONG_LENGTH),
            (SERVICE, Fault.UNKNOWN_WORD),
            (LOSS, Fault.NEGATIVE),
            (BANK, Fault.UNKNOWN_WORD),
        ),
    ),
    Trial(
        "three faults at once",
        {RECEIPT: "", REGISTRATION: "123-45-67890", ACCOUNT: "1.10123E+11"},
        ((RECEIPT, Fault.MISSING), (REGISTRATION, Fault.WRONG_CHECK_DIGIT), (ACCOUNT, Fault.SPREADSHEET_FLOAT)),
    ),
    Trial("a text of two lines", {TEXT: "첫째 줄입니다.\n둘째 줄입니다."}),
    Trial("a good row at the end"),
)
# The quotation mark is never closed, so the rest of the file is one text and the columns behind it are missing.
UNCLOSED = Trial("a quotation mark that is never closed", faults=(("", Fault.WRONG_COLUMN_COUNT),))


def _good_cells(number: int, numbers: Numbers) -> dict[str, str]:
    bank, account = numbers.account()
    cells = (
        f"P22-1020-{number:06}",
        f"2022-10-20 11:{number // 60:02}:{number % 60:02}",
        "웹 접수",
        "소상공인",
        "연습꽃집 (김민서)",
        numbers.phone(),
        numbers.registration_number(),
        "메신저 채널",
        "무료",
        "420000",
        "10월 15일 오후부터 주문을 받지 못해 매출이 줄었습니다.",
        bank.name,
        account,
    )
    return dict(zip(OFFICIAL.headings, cells, strict=True))


def write_broken_file(path: Path, numbers: Numbers) -> list[Expected]:
    """Write the broken rows in the official layout and return what each must come to, with its line."""
    expected = []
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(OFFICIAL.headings)
    for number, trial in enumerate(TRIALS, start=1):
        expected.append(Expected(text.getvalue().count("\n") + 1, trial))
        cells = list((_good_cells(number, numbers) | trial.cells).values())
        writer.writerow(trial.reshape(cells) if trial.reshape else cells)
    expected.append(Expected(text.getvalue().count("\n") + 1, UNCLOSED))
    cells = list(_good_cells(len(TRIALS) + 1, numbers).values())
    start = ",".join(cells[: OFFICIAL.headings.index(TEXT)])
    text.write(f'{start},"여기서 끝나지 않는 글\r\n')
    path.write_text(text.getvalue(), encoding=OFFICIAL.encoding, newline="")
    return expected
