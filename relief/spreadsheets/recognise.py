"""What a file is, by its bytes: its ending and its declared type are not asked."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken

_START = 4096
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


class Kind(StrEnum):
    """The forms that can be read."""

    TEXT = "text"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


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
    start = file.read(_START)
    file.seek(0)
    if start.startswith((_ZIP, _EMPTY_ZIP)):
        return _kind_of_archive(file)
    if start.startswith(_OLE):
        return _kind_of_container(file)
    markup = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    if start.startswith(_OTHER_FILES) or markup.startswith(_MARKUP):
        raise not_recognised()
    return Kind.TEXT


def _kind_of_archive(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, UnicodeError) as error:
        raise broken() from error
    finally:
        file.seek(0)
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "content.xml" in names and "mimetype" in names:
        return Kind.ODS
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
