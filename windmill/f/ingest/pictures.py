"""A picture as a document: what a model that sees reads in it, under the words of its file name. Customers can be sent it, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from f.ingest.page import Limits, Page, page


def picture_pages(content: bytes, filename: str, limits: Limits) -> Iterator[Page]:
    """One page. Without a model that sees, or without text in it, the picture is found by its name alone."""
    name = " ".join(re.findall(r"[^\W_]+", PurePath(filename).stem)) or "picture"
    text, note = "", "no text was read in this picture: it is found by its name"
    if limits.read_image:
        try:
            text = limits.read_image(content).strip()
        except OSError as problem:
            note = f"this picture could not be read, and is found by its name: {problem}"
    yield page(1, f"{name}\n\n{text}".strip(), note="" if text else note)
