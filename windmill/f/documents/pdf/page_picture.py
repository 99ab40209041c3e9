# requirements: documents
"""Draws one page of a PDF as a PNG, in a child process with bounds: the file is a stranger's."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import closing

from f.documents.child import MB, Ask, Bounds, run_in_child
from f.documents.page import Unreadable

MOST_WIDE, MOST_HIGH = 1000, 1600  # pixels
MOST_BYTES = 1_000_000
BOUNDS = Bounds(memory=1_500 * MB, cpu_s=15.0, wait_s=30.0)


def page_picture(content: bytes, page: int) -> bytes | None:
    """The page as a PNG of at most MOST_BYTES; None where the file has no such page or it can't be drawn."""

    def work(_: Ask) -> Iterator[str]:
        yield base64.b64encode(_drawn(content, page)).decode()

    try:
        with closing(run_in_child(work, BOUNDS)) as found:
            return base64.b64decode(next(found)) or None
    except Unreadable:
        return None


def _drawn(content: bytes, page: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # what was filled in is drawn, too
    one = document[page - 1]
    width, height = one.get_size()
    scale = min((MOST_WIDE - 1) / width, (MOST_HIGH - 1) / height, 3)  # a size is rounded up
    for colours in (0, 256, 32):
        image = one.render(scale=scale).to_pil()
        if colours:
            image = image.convert("RGB").quantize(colours)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
        scale *= 0.7
    return b""
