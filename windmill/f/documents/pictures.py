# requirements:
# pillow==13.0.0
# pypdfium2==5.15.2
"""A picture as a document: what a model that sees reads in it, under the words of its file name. Customers can be sent PNG and JPEG, too."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import PurePath

from f.documents.page import Limits, Page, Unreadable, page
from f.documents.recognition import recognised

_DAMAGED = "This image is damaged or cut off; save or download it again and upload the new file."
_MOST_PIXELS = 50_000_000  # as many as a good camera's; a few kilobytes can hold any number
_STILL = (b"\x89PNG", b"\xff\xd8\xff")


def picture_pages(content: bytes, filename: str, limits: Limits) -> Iterator[Page]:
    """One page. Without a model that sees, text recognition reads it; without text in it, the picture is found by its name alone."""
    name = " ".join(re.findall(r"[^\W_]+", PurePath(filename).stem)) or "picture"
    shown = content if content.startswith(_STILL) else _still(content)
    text, note = "", "no text was read in this picture: it is found by its name"
    read = limits.read_image or (recognised if limits.recognises else None)
    if read:
        try:
            text = read(shown).strip()
        except OSError as problem:
            note = f"this picture could not be read, and is found by its name: {problem}"
    yield page(1, f"{name}\n\n{text}".strip(), note="" if text else note)


def _still(content: bytes) -> bytes:
    """A GIF or WebP as vendors take it: Gemini refuses every GIF and OpenAI what moves, so these become a PNG of their first picture."""
    from PIL import Image  # the other kinds of documents don't pay for it

    target = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=("GIF", "WEBP")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Unreadable(
                    f"This image has more than {_MOST_PIXELS // 1_000_000} million pixels; save a smaller one and upload that."
                )
            image.load()
            if image.format == "WEBP" and not getattr(image, "is_animated", False):
                return content
            image.convert("RGBA").save(target, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable(_DAMAGED) from error
    return target.getvalue()
