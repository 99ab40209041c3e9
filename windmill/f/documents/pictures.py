# requirements: documents
"""A picture as a document: what a model that sees reads in it, under the words of its file name. Customers can be sent PNG and JPEG, too."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import PurePath

from f.common.problems import describe, message
from f.documents.page import Limits, Page, Unreadable, page
from f.documents.recognition import picture_reader

_MOST_PIXELS = 50_000_000  # as many as a good camera's; a few kilobytes can hold any number
_STILL = (b"\x89PNG", b"\xff\xd8\xff")


def picture_pages(content: bytes, filename: str, limits: Limits) -> Iterator[Page]:
    """One page. Without a model that sees, text recognition reads it; without text in it, the picture is found by its name alone."""
    name = " ".join(re.findall(r"[^\W_]+", PurePath(filename).stem)) or "picture"
    shown = content if content.startswith(_STILL) else _still(content)
    text, warning = "", message("picture_without_text")
    read = picture_reader(limits)
    if read:
        try:
            text = read(shown).strip()
        except OSError as problem:
            warning = message("picture_unread", problem=describe(problem))
    yield page(1, f"{name}\n\n{text}".strip(), warning=None if text else warning)


def _still(content: bytes) -> bytes:
    """A GIF, WebP or HEIC as vendors take it: Gemini refuses every GIF and OpenAI what moves, so these become a PNG of their first picture.

    A telephone's photo (HEIC) becomes a JPEG.
    """
    from PIL import Image, ImageOps  # the other kinds of documents don't pay for it

    is_photo = content[4:8] == b"ftyp"
    if is_photo:
        from pillow_heif import register_heif_opener

        register_heif_opener()

    target = io.BytesIO()
    try:
        with Image.open(
            io.BytesIO(content), formats=("HEIF", "AVIF") if is_photo else ("GIF", "WEBP")
        ) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Unreadable("image_pixels", most=_MOST_PIXELS // 1_000_000)
            image.load()
            if image.format == "WEBP" and not getattr(image, "is_animated", False):
                return content
            if is_photo:
                ImageOps.exif_transpose(image).convert("RGB").save(target, "JPEG", quality=90)
                return target.getvalue()
            image.convert("RGBA").save(target, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable("image_damaged") from error
    return target.getvalue()
