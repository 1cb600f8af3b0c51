"""Zip archives, opened without trust in what their directory says."""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from typing import IO

from relief.spreadsheets.limits import MEGABYTE

ENCRYPTED = 0x1
BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError, RuntimeError, struct.error,
)  # fmt: skip
"""What reading a damaged archive raises."""
_MOST_AT_ONCE = 2 * MEGABYTE
_UTF8 = 0x800
_LONGEST_NAME = 80
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class _BoundedReads:
    """A file that gives no more at once than a directory of some ten thousand entries takes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(min(size, _MOST_AT_ONCE + 1) if size >= 0 else _MOST_AT_ONCE + 1)
        if len(content) > _MOST_AT_ONCE:
            raise zipfile.BadZipFile("the directory is larger than any table needs")
        return content


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Open an archive in bounded memory; raises one of BROKEN where it is damaged or packed in a rare way."""
    archive = zipfile.ZipFile(_BoundedReads(file))
    if any(entry.compress_type not in _PACKINGS for entry in archive.infolist()):
        # Other packings reserve as much memory as the archive asks for.
        raise zipfile.BadZipFile("packed in a way that cannot be bounded")
    return archive


def shown_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry as its packer meant it, fit to stand in a sentence."""
    shown = meant_name(entry)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"


def meant_name(entry: zipfile.ZipInfo) -> str:
    """Return the whole name of an entry, folders included, as its packer meant it, in marks that can be printed."""
    name = entry.filename
    if not entry.flag_bits & _UTF8:
        written = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "cp949"):
            try:
                name = written.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in unicodedata.normalize("NFC", name))
