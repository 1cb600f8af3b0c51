"""The bulk-transfer workbook: its layout as data, and a pure writer from lines to bytes.

The same lines give the same bytes: the file carries no time of its making, only the fixed one below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import xlsxwriter

from committee.payouts.lines import Line, Totals
from relief.korea.banks import bank_name


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its heading as the bank wants it, its width, and its value: a text, or a number of won."""

    heading: str
    width: int
    value: Callable[[Line], str | int]


# Headings are the bank's words, whatever the language of the person who exports.
BULK_TRANSFER = "bulk_transfer"
LAYOUT: tuple[Field, ...] = (
    Field("순번", 8, lambda line: line.line),
    Field("입금은행코드", 12, lambda line: line.bank_code),
    Field("입금은행", 16, lambda line: bank_name(line.bank_code)),
    Field("입금계좌번호", 22, lambda line: line.account),
    Field("이체금액", 14, lambda line: line.amount),
    Field("예금주", 24, lambda line: line.payee_name),
    Field("접수번호", 20, lambda line: line.receipt_number),
)
_MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - the workbook format keeps no zone
_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "in_memory": False,
}


def write_workbook(*, title: str, lines: Iterable[Line], layout: tuple[Field, ...] = LAYOUT) -> tuple[bytes, Totals]:
    """Return the workbook's bytes and the totals of its lines; the second sheet holds the control totals.

    Texts are written as texts, so that a name that begins with "=" is no formula. `title` is the batch's own.
    """
    totals = Totals()
    buffer = BytesIO()
    # Closed whatever happens: the writer keeps temporary files open until then.
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _MADE_AT})
        bold = book.add_format({"bold": True})
        won = book.add_format({"num_format": "#,##0"})
        # Marked as text for good: an account keeps its zeros, and a name is no formula even after an edit.
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        sheet = book.add_worksheet("이체목록")
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(layout):
            sheet.set_column(column, column, field.width)
            sheet.write_string(0, column, field.heading, bold)
        for row, line in enumerate(totals.watch(lines), 1):
            for column, field in enumerate(layout):
                value = field.value(line)
                if isinstance(value, int):
                    sheet.write_number(row, column, value, won)
                else:
                    sheet.write_string(row, column, value, text)
        control = book.add_worksheet("합계")
        control.set_column(0, 0, 16)
        control.set_column(1, 1, 70)
        control.write_string(0, 0, "배치", bold)
        control.write_string(0, 1, title)
        control.write_string(1, 0, "총건수", bold)
        control.write_number(1, 1, totals.count, won)
        control.write_string(2, 0, "총금액", bold)
        control.write_number(2, 1, totals.won, won)
        control.write_string(3, 0, "검증값(SHA-256)", bold)
        control.write_string(3, 1, totals.sha256)
    return buffer.getvalue(), totals
