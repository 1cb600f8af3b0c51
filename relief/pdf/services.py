"""Setting PDF from the templates under templates/pdf, without a network and without a font of the machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pylopdf_fonts_ko
import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

FOLDER = settings.BASE_DIR / "templates" / "pdf"
# One compiler keeps the font and the templates of the process; it sets one document at a time.
_turn = threading.Lock()


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template of templates/pdf ("letter.typ") with this data; the same input, the same bytes.

    The data goes in as JSON, never as source: whatever a text holds comes out as text. It has "created_at", an aware
    instant that becomes the date of the document, and what the template reads (see templates/pdf/house.typ).
    Raises LookupError for a template that is not there, ValueError where "created_at" is no aware instant, and
    typst.TypstError where the data lacks what the template reads.
    """
    path = FOLDER / template
    if path.parent != FOLDER or not path.is_file():
        raise LookupError(f"There is no template {template}.")
    created_at = data["created_at"]
    if not isinstance(created_at, datetime) or created_at.tzinfo is None:
        raise ValueError("created_at is an aware instant.")
    words = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    with _turn:
        made = _compiler().compile(
            input=path, format="pdf", sys_inputs={"data": words}, timestamp=int(created_at.timestamp())
        )
    return bytes(made)  # type: ignore[arg-type]


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[pylopdf_fonts_ko.sans_path().parent]
    )
    return typst.Compiler(root=FOLDER, font_paths=fonts)
