"""What is looked at before a workbook is opened: how far it unfolds, and whether its XML defines entities."""

from __future__ import annotations

import zipfile
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.archives import BROKEN, ENCRYPTED, open_archive
from relief.spreadsheets.limits import Limits
from relief.spreadsheets.recognise import broken, locked

_XML_ENDINGS = (".xml", ".rels", ".vml")
_PROLOGUE = 16 * 1024


def too_large() -> RuleBroken:
    """Return the refusal of a workbook that unfolds to more than it may."""
    return RuleBroken(
        _("The workbook unfolds to more than can be read safely. Save the sheet as CSV and hand that in."),
        code="workbook_too_large",
    )


def check_archive(file: IO[bytes], limits: Limits) -> None:
    """Refuse a zipped workbook that would unfold without end; position at the start afterwards.

    Raises RuleBroken(workbook_too_large, workbook_has_entities, workbook_locked or workbook_broken).
    """
    try:
        with open_archive(file) as archive:
            entries = archive.infolist()
            expanded = sum(entry.file_size for entry in entries)
            packed = sum(entry.compress_size for entry in entries)
            # Small workbooks of blanks pack extremely well without being a danger.
            if (
                len(entries) > limits.entries
                or expanded > limits.expanded
                or (expanded > limits.expanded // 64 and expanded > packed * limits.ratio)
            ):
                raise too_large()
            if packed > file.seek(0, 2):
                # Entries that share their bytes unfold to more than they seem to hold.
                raise broken()
            if any(entry.flag_bits & ENCRYPTED for entry in entries):
                raise locked()
            for entry in entries:
                if entry.filename.lower().endswith(_XML_ENDINGS):
                    _check_prologue(archive, entry)
    except BROKEN as error:
        raise broken() from error
    finally:
        file.seek(0)


def _check_prologue(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """A document type stands before the root element, and only there can entities be defined."""
    with archive.open(entry) as part:
        start = part.read(_PROLOGUE)
    # UTF-16 hides the words from a search for ASCII.
    text = start.replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise RuleBroken(
            _("The workbook defines entities of its own, as no spreadsheet does. Save it again as XLSX."),
            code="workbook_has_entities",
        )
