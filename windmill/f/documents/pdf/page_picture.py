# requirements: documents
"""Draws one page of a PDF, or an uploaded picture, as a PNG, in a child process with bounds: the file is a stranger's."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from f.documents.child import MB, Ask, Bounds, run_in_child
from f.documents.page import Unreadable

MOST_WIDE, MOST_HIGH = 1000, 1600  # pixels
MOST_BYTES = 1_000_000
_MOST_PIXELS = 50_000_000  # as many as a good camera's
Draw = Callable[[float], Any]  # an image of PIL in this part of the largest size
BOUNDS = Bounds(memory=1_500 * MB, cpu_s=15.0, wait_s=30.0)


def page_picture(content: bytes, page: int) -> bytes | None:
    """The page as a PNG of at most MOST_BYTES; None where the file has no such page or it can't be drawn. A picture is its first page."""

    def work(_: Ask) -> Iterator[str]:
        yield base64.b64encode(_drawn(content, page)).decode()

    try:
        with closing(run_in_child(work, BOUNDS)) as found:
            return base64.b64decode(next(found)) or None
    except Unreadable:
        return None


def _drawn(content: bytes, page: int) -> bytes:
    draw = _page_of_pdf(content, page) if b"%PDF-" in content[:1024] else _picture(content, page)
    scale = 1.0
    for colours in (0, 256, 32):
        image = draw(scale)
        if colours:
            image = image.convert("RGB").quantize(colours)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
        scale *= 0.7
    return b""


def _page_of_pdf(content: bytes, page: int) -> Draw:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # what was filled in is drawn, too
    one = document[page - 1]
    width, height = one.get_size()
    largest = min((MOST_WIDE - 1) / width, (MOST_HIGH - 1) / height, 3)  # a size is rounded up
    return lambda scale: one.render(scale=largest * scale).to_pil()


def _picture(content: bytes, page: int) -> Draw:
    """As telephones show it: turned as the camera was held."""
    from PIL import Image, ImageOps

    if page != 1:
        raise Unreadable("image_damaged")
    if content[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    image = Image.open(io.BytesIO(content))
    if image.width * image.height > _MOST_PIXELS:
        raise Unreadable("image_pixels", most=_MOST_PIXELS // 1_000_000)
    image.draft("RGB", (MOST_WIDE, MOST_HIGH))
    upright = ImageOps.exif_transpose(image).convert("RGB")

    def draw(scale: float) -> Any:
        small = upright.copy()
        small.thumbnail((round(MOST_WIDE * scale), round(MOST_HIGH * scale)))
        return small

    return draw
