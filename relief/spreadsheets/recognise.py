"""What a file is, by its bytes: its ending and its declared type are not asked."""

from __future__ import annotations

from enum import StrEnum
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.archives import BROKEN, open_archive

START = 4096
"""Bytes of a beginning that tell its form."""
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Streams of an OLE file are named in UTF-16.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_OTHER_FILES = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\x7fELF",
)
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<div", b"<script")
# Sheets of Excel 2 to 4, which stand in no container.
_OLD_SHEETS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_PACKAGE = "[content_types].xml"
_BOOKS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb"}
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


class Kind(StrEnum):
    """The forms that can be read; an archive by the table in it."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ARCHIVE = "zip"


def not_recognised() -> RuleBroken:
    """Return the refusal of a file that is no table in a known form."""
    return RuleBroken(
        _("This is not a table that can be read. Save it as CSV or XLSX and hand it in again."),
        code="file_not_recognised",
    )


def locked() -> RuleBroken:
    """Return the refusal of a workbook under a password."""
    return RuleBroken(
        _("The workbook is protected by a password. Save it without one and hand it in again."),
        code="workbook_locked",
    )


def broken() -> RuleBroken:
    """Return the refusal of a workbook whose inside is damaged."""
    return RuleBroken(
        _("The workbook is damaged and cannot be read. Open it, save it again as XLSX, and hand it in."),
        code="workbook_broken",
    )


def kind_of(file: IO[bytes]) -> Kind:
    """Return what the file is; its position is at the start afterwards.

    Raises RuleBroken(file_not_recognised, workbook_locked or workbook_broken).
    """
    file.seek(0)
    start = file.read(START)
    file.seek(0)
    if start.startswith((_ZIP, _EMPTY_ZIP)):
        return _kind_of_archive(file)
    if start.startswith(_OLE):
        return _kind_of_container(file)
    if not may_be_table(start):
        raise not_recognised()
    return Kind.TEXT


def may_be_table(start: bytes) -> bool:
    """Return whether a file with these first START bytes can be a table; False where it is certainly none."""
    markup = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    return not (start.startswith(_OTHER_FILES + _OLD_SHEETS) or markup.startswith(_MARKUP))


def _kind_of_archive(file: IO[bytes]) -> Kind:
    try:
        with open_archive(file) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
            for name, kind in _BOOKS.items():
                if name in names:
                    return Kind(kind)
            if "mimetype" not in names:
                if _PACKAGE in names:
                    raise not_recognised()
                return Kind.ARCHIVE
            with archive.open(names["mimetype"]) as part:
                if "content.xml" in names and part.read(len(_ODS)) == _ODS:
                    return Kind.ODS
    except BROKEN as error:
        raise broken() from error
    finally:
        file.seek(0)
    raise not_recognised()


def _kind_of_container(file: IO[bytes]) -> Kind:
    # The directory may lie anywhere in the file; names do not cross a sector, blocks overlap by one name.
    found = False
    tail = b""
    while block := file.read(1024 * 1024):
        window = tail + block
        if _LOCKED in window:
            file.seek(0)
            raise locked()
        found = found or any(name in window for name in _WORKBOOK_STREAMS)
        tail = block[-64:]
    file.seek(0)
    if not found:
        raise not_recognised()
    return Kind.XLS
