"""Real files of every type that is taken, small, and the people who hand them in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from relief.accounts.models import User
from tests import factories

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def png(colour: str = "white", size: tuple[int, int] = (40, 60)) -> bytes:
    """A PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def jpeg(size: tuple[int, int] = (40, 60)) -> bytes:
    """A JPEG."""
    file = io.BytesIO()
    Image.new("RGB", size, "grey").save(file, "JPEG")
    return file.getvalue()


@cache
def pdf(pages: int = 1) -> bytes:
    """A PDF with blank pages, the same bytes each time."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(200, 300)
    file = io.BytesIO()
    document.save(file)
    document.close()
    return file.getvalue()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # With a time of its own, the same files would make another archive each second.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def xlsx(**more: bytes) -> bytes:
    """What tells a workbook from other archives."""
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **more})


def hwpx() -> bytes:
    """What tells a HWPX document from other archives."""
    return packed({"mimetype": b"application/hwp+zip", "Contents/header.xml": b"<head/>"})


def hwp(*, flags: int = 0) -> bytes:
    """What tells a HWP document from other compound files."""
    head = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    return OLE + b"\0" * 500 + "FileHeader".encode("utf-16-le") + b"\0" * 100 + head + b"\0" * 200


def heic() -> bytes:
    """What a HEIC begins with."""
    return struct.pack(">I", 24) + b"ftypheic" + b"\0" * 40


def as_file(content: bytes) -> io.BytesIO:
    """The bytes as a file."""
    return io.BytesIO(content)


@pytest.fixture
def clerk(user_as: Callable[..., User], private_folder: Path) -> User:
    """Intake staff of the incident, with a private storage of the test's own."""
    return user_as("intake_staff")


@pytest.fixture
def claim(incident: Any) -> Any:
    """A small business's claim of 900,000 won."""
    return factories.ClaimFactory(incident=incident, receipt_number="K22-1019-000045", claimed_loss=900_000)
