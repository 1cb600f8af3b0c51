"""What a file is, by its first bytes and its inner marks, never by its name; only what stands here is taken."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken
from relief.spreadsheets.archives import BROKEN, ENCRYPTED, open_archive

START = 64
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HWP_HEAD = b"HWP Document File"
_HWP_FLAGS = 36
_HWP_PASSWORD = 0x2
# Names of streams in a compound file are UTF-16.
_HWP_STREAM = "FileHeader".encode("utf-16-le")
_LOCKED_STREAM = "EncryptedPackage".encode("utf-16-le")
_HWPX_TYPE = b"application/hwp+zip"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is taken: its word, the endings that tell the truth about it, and whether a page shows it."""

    word: str
    endings: tuple[str, ...]
    is_shown: bool = False

    def name_of(self, name: str) -> str:
        """Return the name with the type's own ending added where its ending is another's."""
        return name if name.lower().endswith(self.endings) else f"{name[: 250 - len(self.word)]}{self.endings[0]}"


PDF = FileType("pdf", (".pdf",), is_shown=True)
JPEG = FileType("jpeg", (".jpg", ".jpeg"), is_shown=True)
PNG = FileType("png", (".png",), is_shown=True)
HEIC = FileType("heic", (".heic", ".heif"))
XLSX = FileType("xlsx", (".xlsx",))
HWP = FileType("hwp", (".hwp",))
HWPX = FileType("hwpx", (".hwpx",))
_BEGINNINGS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
TYPES = {kind.word: kind for kind in (PDF, JPEG, PNG, HEIC, XLSX, HWP, HWPX)}


def recognise(file: IO[bytes]) -> FileType:
    """Return what the file is and leave it at its beginning.

    Raises RuleBroken(evidence_type_refused, evidence_locked).
    """
    file.seek(0)
    start = file.read(START)
    try:
        found = _by_start(start, file)
    finally:
        file.seek(0)
    if found is None:
        raise refused()
    return found


def _by_start(start: bytes, file: IO[bytes]) -> FileType | None:
    for beginning, kind in _BEGINNINGS:
        if start.startswith(beginning):
            return kind
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return HEIC
    if start.startswith(_OLE):
        return _compound(file)
    return _packed(file) if start.startswith(b"PK\x03\x04") else None


def _compound(file: IO[bytes]) -> FileType | None:
    file.seek(0)
    content = file.read()
    if _LOCKED_STREAM in content:
        raise locked()
    place = content.find(_HWP_HEAD)
    if place < 0 or _HWP_STREAM not in content:
        return None
    flags = content[place + _HWP_FLAGS : place + _HWP_FLAGS + 4]
    if len(flags) == 4 and struct.unpack("<I", flags)[0] & _HWP_PASSWORD:
        raise locked()
    return HWP


def _packed(file: IO[bytes]) -> FileType | None:
    """Tell a workbook and a HWPX document by what their directory lists; no more than a few bytes are unpacked."""
    try:
        with open_archive(file) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            if any(entry.flag_bits & ENCRYPTED for entry in entries.values()):
                raise locked()
            if "mimetype" in entries:
                with archive.open(entries["mimetype"]) as part:
                    return HWPX if part.read(len(_HWPX_TYPE) + 2).strip() == _HWPX_TYPE else None
            is_workbook = {"[Content_Types].xml", "xl/workbook.xml"} <= set(entries)
            return XLSX if is_workbook and "xl/vbaProject.bin" not in entries else None
    except BROKEN:
        return None


def refused() -> RuleBroken:
    """Return the refusal of what is none of the types, or is damaged."""
    return RuleBroken(
        _("Only PDF, JPEG, PNG, HEIC, XLSX (without macros), HWP and HWPX are taken. Ask for one of these."),
        code="evidence_type_refused",
    )


def locked() -> RuleBroken:
    """Return the refusal of a file that a password protects."""
    return RuleBroken(
        _("The file is protected by a password. Ask for it without one, or save it anew without one."),
        code="evidence_locked",
    )
