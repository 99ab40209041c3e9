# requirements: documents
"""Reads documents in a child process (child.py), whoever they come from: tenants' uploads, web pages, customers' files.

What `limits.read_image` does, happens in this process: the child asks for it, and has neither its key nor its connection. Without a model that sees,
text recognition reads pictures, each in a child of its own: its library takes more memory than a document may.
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
CUSTOMERS_LIMITS = Limits(max_unpacked=50 * MB, recognises=False)
CUSTOMERS_BOUNDS = Bounds(wait_s=40.0)
BOUNDS = Bounds()
RECOGNITION_BOUNDS = Bounds(memory=2_000 * MB, cpu_s=60.0, wait_s=60.0)


def read(
    content: bytes, filename: str, limits: Limits, bounds: Bounds = BOUNDS
) -> tuple[str, Iterator[Page]]:
    """The document's media type, and its pages as they are read. Both raise Unreadable."""

    def work(ask: Ask) -> Iterator[str | Page]:
        yield media_type(content, filename)
        asking = replace(limits, read_image=ask) if read_image else limits
        yield from pages(content, filename, asking)

    read_image = limits.read_image or (_recognise if limits.recognises else None)
    items = run_in_child(work, bounds, read_image)
    return next(items), items


def _recognise(picture: bytes) -> str:
    """Text recognition. Raises NotReadable."""
    from f.documents.recognition import NotReadable, recognised  # most documents hold no picture

    def work(_: Ask) -> Iterator[str]:
        try:
            yield recognised(picture)
        except NotReadable as problem:
            raise Unreadable.of(problem.message) from None

    try:
        with closing(run_in_child(work, RECOGNITION_BOUNDS)) as found:
            return str(next(found))
    except Unreadable as problem:
        raise NotReadable.of(problem.message) from None


def text_of(content: bytes, filename: str) -> str:
    """The first pages of a customer's document as text. Raises Unreadable."""

    def work(_: Ask) -> Iterator[Page]:
        return pages(content, filename, CUSTOMERS_LIMITS)

    text = ""
    with closing(run_in_child(work, CUSTOMERS_BOUNDS)) as found:
        for number, page in enumerate(found, start=1):
            text += f"\n[page {page['number']}]\n{page['text']}"
            if number >= PAGES or len(text) > CHARACTERS:
                break
    return text.strip()[:CHARACTERS]
