"""The one table that a zip archive holds, unpacked into a file without a name, within bounds at every block."""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import ExitStack
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.archives import BROKEN, ENCRYPTED, open_archive, shown_name
from relief.spreadsheets.limits import Limits
from relief.spreadsheets.recognise import START, may_be_table

_BLOCK = 256 * 1024
_JUNK_FOLDERS = frozenset({"__macosx"})
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_MOST_NAMES = 5


def unpack_table(archive_file: IO[bytes], limits: Limits) -> IO[bytes]:
    """Return the only table of an archive, unpacked; the caller closes it.

    What is no table (pictures, documents, what desktops leave behind) is passed over. Raises
    RuleBroken(archive_broken, archive_locked, archive_too_large, archive_without_table or archive_of_several_tables).
    """
    try:
        with open_archive(archive_file) as archive:
            entries = [entry for entry in archive.infolist() if not is_junk(entry)]
            if len(entries) > limits.entries:
                raise too_large()
            if any(entry.flag_bits & ENCRYPTED for entry in entries):
                raise _locked()
            tables = [entry for entry in entries if _may_be_table(archive, entry)]
            if not tables:
                raise _without_table()
            if len(tables) > 1:
                raise _several(tables)
            return _unpacked(archive, tables[0], limits)
    except BROKEN as error:
        raise _broken() from error
    finally:
        archive_file.seek(0)


def is_junk(entry: zipfile.ZipInfo) -> bool:
    """Say whether an entry is a folder, or what desktops leave behind in archives."""
    *folders, name = entry.filename.replace("\\", "/").lower().split("/")
    return not name or name in _JUNK_NAMES or name.startswith("._") or not _JUNK_FOLDERS.isdisjoint(folders)


def _may_be_table(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as part:
        start = part.read(START)
    return bool(start) and may_be_table(start)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> IO[bytes]:
    most = min(limits.expanded, limits.size)
    # Small tables of blanks pack extremely well without being a danger.
    most = min(most, max(limits.expanded // 64, entry.compress_size * limits.ratio))
    with ExitStack() as stack:
        table = stack.enter_context(tempfile.TemporaryFile())
        with archive.open(entry) as part:
            while block := part.read(_BLOCK):
                if table.tell() + len(block) > most:
                    raise too_large()
                table.write(block)
        table.seek(0)
        stack.pop_all()
    return table


def too_large() -> RuleBroken:
    """Return the refusal of an archive that unfolds to more than it may."""
    return RuleBroken(
        _("The zip archive unfolds to more than can be read safely. Hand in the table in it without the archive."),
        code="archive_too_large",
    )


def nested() -> RuleBroken:
    """Return the refusal of an archive whose only table is an archive again."""
    return RuleBroken(
        _("The zip archive holds another archive. Unpack that one and hand in the table in it."),
        code="archive_in_archive",
    )


def _broken() -> RuleBroken:
    return RuleBroken(
        _("The zip archive is damaged or packed in a rare way. Hand in the table in it without the archive."),
        code="archive_broken",
    )


def _locked() -> RuleBroken:
    return RuleBroken(
        _("The zip archive is protected by a password. Unpack it and hand in the table in it."),
        code="archive_locked",
    )


def _without_table() -> RuleBroken:
    return RuleBroken(
        _("The zip archive holds no table. Put one CSV or XLSX file into it, or hand that file in by itself."),
        code="archive_without_table",
    )


def _several(tables: list[zipfile.ZipInfo]) -> RuleBroken:
    names = ", ".join(map(shown_name, tables[:_MOST_NAMES])) + (", …" if len(tables) > _MOST_NAMES else "")
    return RuleBroken(
        _("The zip archive holds %(count)s tables: %(names)s. Hand in each of them by itself.")
        % {"count": len(tables), "names": names},
        code="archive_of_several_tables",
    )
