# requirements: documents
"""Reads documents in a child process (child.py), whoever they come from: tenants' uploads, web pages, customers' files.

What `limits.read_image` does, happens in this process: the child asks for it, and has neither its key nor its connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from f.documents.child import MB, Ask, Bounds, run_in_child
from f.documents.formats import Limits, Page, Unreadable, media_type, pages

__all__ = ["Unreadable", "read", "text_of"]

# What a customer sends is read while they wait, and only its beginning.
PAGES, CHARACTERS = 30, 20_000
CUSTOMERS_LIMITS = Limits(max_unpacked=50 * MB)
CUSTOMERS_BOUNDS = Bounds(wait_s=40.0)
BOUNDS = Bounds()


def read(
    content: bytes, filename: str, limits: Limits, bounds: Bounds = BOUNDS
) -> tuple[str, Iterator[Page]]:
    """The document's media type, and its pages as they are read. Both raise Unreadable."""

    def work(ask: Ask) -> Iterator[str | Page]:
        yield media_type(content, filename)
        asking = replace(limits, read_image=ask) if limits.read_image else limits
        yield from pages(content, filename, asking)

    items = run_in_child(work, bounds, limits.read_image)
    return next(items), items


def text_of(content: bytes, filename: str) -> str:
    """The first pages of a customer's document as text. Raises Unreadable."""

    def work(_: Ask) -> Iterator[Page]:
        return pages(content, filename, CUSTOMERS_LIMITS)

    text = ""
    with closing(run_in_child(work, CUSTOMERS_BOUNDS)) as found:  # type: ignore[type-var]
        for number, page in enumerate(found, start=1):
            text += f"\n[page {page['number']}]\n{page['text']}"
            if number >= PAGES or len(text) > CHARACTERS:
                break
    return text.strip()[:CHARACTERS]
