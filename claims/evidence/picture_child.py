"""The process that opens a PDF or a picture: bounds first, then the file on standard input, one message out.

It needs neither settings nor database. The message is a line of JSON, {"reason": ""} or a reason of refusal with what
was found, and after it the bytes of a PNG or JPEG where one was asked for.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any


class _Refused(Exception):
    """A reason that the parent puts into words."""


def main() -> int:
    """Carry out one order and return the exit code: 0 where a message was written."""
    order = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    found: dict[str, Any] = {}
    picture = b""
    try:
        content = sys.stdin.buffer.read()
        found, picture = (_pdf if order["type"] == "pdf" else _image)(content, order)
        reason = ""
    except _Refused as refused:
        reason = str(refused)
    except MemoryError:
        reason = "memory"
    except Exception:  # noqa: BLE001 - whatever the libraries say of a damaged file
        reason = "broken"
    sys.stdout.buffer.write(json.dumps({"reason": reason, **found}).encode() + b"\n" + picture)
    return 0


def _pdf(content: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise _Refused("locked" if "password" in str(error).lower() else "broken") from error
    pages = len(document)
    if pages == 0:
        raise _Refused("broken")
    if not order["page"]:
        return {"pages": pages}, b""
    if order["page"] > pages:
        raise _Refused("no_page")
    page = document[order["page"] - 1]
    width, height = page.get_size()
    # A page may claim any size: the longer side decides.
    scale = order["side"] / max(width, height, 1.0)
    if min(width, height) * scale < 1:
        raise _Refused("broken")
    image = page.render(scale=scale, draw_annots=True, may_draw_forms=False).to_pil()
    return {"pages": pages, "type": "image/png"}, _written(image, "PNG")


def _image(content: bytes, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    # Only the form that the signature named: no other decoder sees the bytes.
    image: Any = Image.open(io.BytesIO(content), formats=[order["type"].upper()])
    if image.width * image.height > order["pixels"]:
        raise _Refused("pixels")
    if not order["page"]:
        return {"pages": 1}, b""
    if order["page"] > 1:
        raise _Refused("no_page")
    side = (order["side"], order["side"])
    image.draft("RGB", side)
    image.thumbnail(side, reducing_gap=2.0)
    image = ImageOps.exif_transpose(image)
    form = "JPEG" if order["type"] == "jpeg" else "PNG"
    image = image.convert("RGB" if form == "JPEG" or image.mode not in {"RGBA", "LA", "P"} else "RGBA")
    return {"pages": 1, "type": f"image/{form.lower()}"}, _written(image, form)


def _written(image: Any, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **({"quality": 88} if form == "JPEG" else {"compress_level": 3}))
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
