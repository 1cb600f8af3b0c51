"""Pages of PDFs and pictures as new pictures, made by a process of their own under bounds of memory and time.

Nothing that a claimant handed in reaches a browser as it came: a PDF's pages and every picture are drawn anew here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from claims.evidence.recognise import locked, refused
from relief.errors import RuleBroken

CHILD = Path(__file__).with_name("picture_child.py")
MEGABYTE = 1024 * 1024
_SLACK = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one opening may cost; `side` is the longer side of the picture made, in pixels."""

    memory: int = 1536 * MEGABYTE
    seconds: int = 20
    pixels: int = 120_000_000
    side: int = 1_800


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made here: its bytes, their type, and how many pages the file has."""

    content: bytes
    content_type: str
    pages: int


def page_count(file: IO[bytes], word: str, bounds: Bounds | None = None) -> int:
    """Return how many pages a PDF has, 1 for a picture that can be opened.

    Raises RuleBroken(evidence_locked, evidence_type_refused, picture_too_large).
    """
    return int(_ask(file, word, 0, bounds or Bounds())[0]["pages"])


def draw_page(file: IO[bytes], word: str, page: int, bounds: Bounds | None = None) -> Picture:
    """Draw a page (from 1) of a PDF, or a picture, anew.

    Raises RuleBroken(evidence_locked, evidence_type_refused, picture_too_large, no_such_page).
    """
    found, content = _ask(file, word, page, bounds or Bounds())
    return Picture(content, str(found["type"]), int(found["pages"]))


def _ask(file: IO[bytes], word: str, page: int, bounds: Bounds) -> tuple[dict[str, Any], bytes]:
    order = {
        "type": word,
        "page": page,
        "memory": bounds.memory,
        "seconds": bounds.seconds,
        "pixels": bounds.pixels,
        "side": bounds.side,
    }
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        copyfileobj(file, copy)
        file.seek(0)
        copy.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no text of the file among the arguments
                [sys.executable, "-I", str(CHILD), json.dumps(order)],
                stdin=copy,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=bounds.seconds + _SLACK,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _too_large() from error
    line, _newline, content = done.stdout.partition(b"\n")
    if not line:
        raise _too_large()
    found = json.loads(line)
    if found["reason"]:
        raise _refusal(found["reason"])
    return found, content


def _refusal(reason: str) -> RuleBroken:
    if reason == "locked":
        return locked()
    if reason in {"memory", "pixels"}:
        return _too_large()
    if reason == "no_page":
        return RuleBroken(_("The file has no such page. Go back to its first page."), code="no_such_page")
    return refused()


def _too_large() -> RuleBroken:
    return RuleBroken(
        _("The picture or page is too large to be opened safely. Ask for it in a smaller size."),
        code="picture_too_large",
    )
