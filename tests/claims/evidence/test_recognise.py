from __future__ import annotations

import pytest

from claims.evidence.pictures import Bounds, draw_page, page_count
from claims.evidence.recognise import TYPES, recognise
from relief.errors import RuleBroken
from tests.claims.evidence.conftest import OLE, as_file, heic, hwp, hwpx, jpeg, packed, pdf, png, xlsx


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (pdf(), "pdf"),
        (png(), "png"),
        (jpeg(), "jpeg"),
        (heic(), "heic"),
        (xlsx(), "xlsx"),
        (hwp(), "hwp"),
        (hwpx(), "hwpx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_is_what_the_bytes_say(content: bytes, word: str) -> None:
    assert recognise(as_file(content)).word == word


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<script>1</script>%PDF-1.4",
        b"MZ\x90\x00 program",
        b"PK\x03\x04 no archive at all",
        OLE + b"\0" * 600,
        packed({"a.pdf": pdf()}),
        packed({"mimetype": b"application/epub+zip"}),
        xlsx(**{"xl/vbaProject.bin": b"macro"}),
        b"\x89PN",
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(RuleBroken) as refusal:
        recognise(as_file(content))
    assert refusal.value.code == "evidence_type_refused"


@pytest.mark.parametrize("content", [hwp(flags=2), OLE + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le")])
def test_file_with_a_password_is_refused(content: bytes) -> None:
    with pytest.raises(RuleBroken) as refusal:
        recognise(as_file(content))
    assert refusal.value.code == "evidence_locked"


def test_lying_ending_gets_the_true_one() -> None:
    assert TYPES["png"].name_of("photo.html") == "photo.html.png"
    assert TYPES["jpeg"].name_of("사진.JPEG") == "사진.JPEG"


def test_page_of_a_pdf_is_drawn_as_a_picture() -> None:
    picture = draw_page(as_file(pdf(3)), "pdf", 3)
    assert (picture.content[:8], picture.content_type, picture.pages) == (b"\x89PNG\r\n\x1a\n", "image/png", 3)


def test_picture_is_drawn_anew() -> None:
    behind = b"<script>alert(1)</script>"
    picture = draw_page(as_file(jpeg() + behind), "jpeg", 1)
    assert (picture.content_type, behind in picture.content) == ("image/jpeg", False)


def test_pdf_of_thousands_of_pages_opens_at_its_last() -> None:
    content = pdf(5_000)
    assert page_count(as_file(content), "pdf") == 5_000
    assert draw_page(as_file(content), "pdf", 5_000).content_type == "image/png"


@pytest.mark.parametrize(
    ("content", "word", "page", "bounds", "code"),
    [
        (pdf(2), "pdf", 3, Bounds(), "no_such_page"),
        (png(), "png", 2, Bounds(), "no_such_page"),
        (b"%PDF-1.7 nothing more", "pdf", 1, Bounds(), "evidence_type_refused"),
        (png()[:60], "png", 1, Bounds(), "evidence_type_refused"),
        (jpeg(), "png", 1, Bounds(), "evidence_type_refused"),
        (png(size=(200, 200)), "png", 0, Bounds(pixels=39_999), "picture_too_large"),
        (png(size=(3_000, 3_000)), "png", 1, Bounds(memory=60 * 1024 * 1024), "picture_too_large"),
    ],
)
def test_what_cannot_be_drawn_is_refused(content: bytes, word: str, page: int, bounds: Bounds, code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        draw_page(as_file(content), word, page, bounds)
    assert refusal.value.code == code


def test_picture_of_ten_thousand_by_ten_thousand_is_drawn_small() -> None:
    picture = draw_page(as_file(png(size=(10_000, 10_000))), "png", 1)
    assert len(picture.content) < 1024 * 1024
