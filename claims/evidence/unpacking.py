"""The files of a zip of evidence: listed and unpacked one by one, within bounds, without trust in names or sizes."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.archives import BROKEN, ENCRYPTED, meant_name, open_archive
from relief.spreadsheets.unpacking import is_junk

_BLOCK = 256 * 1024
_EXPANDED = 20
"""How many times its own largest size an archive may unfold to, all its files together."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of an archive: its place among the files, its whole name as its packer meant it, its size unpacked."""

    number: int
    name: str
    size: int
    entry: zipfile.ZipInfo


@contextmanager
def opened(file: IO[bytes]) -> Iterator[tuple[zipfile.ZipFile, list[Packed]]]:
    """Open an archive and list its files; folders and what desktops leave behind are passed over.

    Raises RuleBroken(archive_broken, archive_locked, archive_empty, archive_too_large).
    """
    try:
        archive = open_archive(file)
    except BROKEN as error:
        raise broken() from error
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not is_junk(entry)]
        _refuse_unsafe(entries)
        yield (
            archive,
            [Packed(number, meant_name(entry), entry.file_size, entry) for number, entry in enumerate(entries, 1)],
        )


def _refuse_unsafe(entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise RuleBroken(_("The zip archive holds no file. Choose another one."), code="archive_empty")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise RuleBroken(
            _("The zip archive is protected by a password. Pack it anew without one."), code="archive_locked"
        )
    # What a file says of its size binds: no more than that is ever unpacked.
    expanded = sum(min(entry.file_size, settings.EVIDENCE_FILE_SIZE) for entry in entries)
    if len(entries) > settings.EVIDENCE_ARCHIVE_FILES or expanded > _EXPANDED * settings.EVIDENCE_ARCHIVE_SIZE:
        raise RuleBroken(
            _("The zip archive holds more than %(count)s files, or unfolds to more than is safe. Split it.")
            % {"count": f"{settings.EVIDENCE_ARCHIVE_FILES:,}"},
            code="archive_too_large",
        )


@contextmanager
def unpacked(archive: zipfile.ZipFile, packed: Packed) -> Iterator[IO[bytes]]:
    """Unpack one file into a file without a name. Raises RuleBroken(file_too_large, archive_broken)."""
    most = settings.EVIDENCE_FILE_SIZE
    if packed.size > most:
        raise RuleBroken(
            _("The file is larger than %(limit)s MB. Ask for it in a smaller size.") % {"limit": most // (1024 * 1024)},
            code="file_too_large",
        )
    with tempfile.TemporaryFile() as file:
        try:
            with archive.open(packed.entry) as part:
                while block := part.read(_BLOCK):
                    file.write(block)
        except BROKEN as error:
            raise broken() from error
        file.seek(0)
        yield file


def broken() -> RuleBroken:
    """Return the refusal of an archive, or a file in it, that is damaged."""
    return RuleBroken(
        _("This is no zip archive, or it is damaged or packed in a rare way. Pack it anew as a plain zip."),
        code="archive_broken",
    )
