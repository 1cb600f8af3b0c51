"""The published figures as CSV and as a workbook; every text cell is inert."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

import xlsxwriter
from django.utils.translation import gettext as _

from committee.reports.figures import Section, Unit
from relief.spreadsheets.writing import inert


def _rows(sections: Iterable[Section]) -> Iterator[tuple[str, str, str, float, str, str]]:
    for section in sections:
        for figure in section.figures:
            value = float(figure.value) if figure.unit is Unit.PERCENT else int(figure.value)
            share = "" if figure.share is None else str(figure.share)
            yield inert(str(section.title)), figure.key, inert(str(figure.label)), value, figure.unit.value, share


def _headings() -> list[str]:
    return [_("section"), _("key"), _("figure"), _("count or amount"), _("unit"), _("share in per cent")]


def as_csv(sections: Iterable[Section]) -> bytes:
    """Return the figures as CSV in UTF-8 with a byte order mark, as spreadsheets want it."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_headings())
    writer.writerows(_rows(sections))
    return buffer.getvalue().encode("utf-8-sig")


def as_workbook(sections: Iterable[Section]) -> bytes:
    """Return the figures as an XLSX workbook with one sheet; values are numbers."""
    buffer = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.##"})
        sheet = book.add_worksheet()
        sheet.set_column(0, 2, 40)
        sheet.set_column(3, 3, 20)
        for column, heading in enumerate(_headings()):
            sheet.write_string(0, column, heading, bold)
        for line, row in enumerate(_rows(sections), 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                else:
                    sheet.write_number(line, column, cell, number)
    return buffer.getvalue()
