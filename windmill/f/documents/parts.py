"""What readers of whole documents give one after the other, put together as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from f.documents.page import Heading, Limits, Page, Unreadable, page

Part = tuple[str, Any]  # break, heading, text or note, and what it says


def paged(parts: Iterable[Part], limits: Limits, empty: str) -> Iterator[Page]:
    """Pages up to each break. A note stands on the page that it comes on. empty: the sentence for a document without text."""
    number = 1
    text: list[str] = []
    headings: list[Heading] = []
    notes: list[str] = []
    left = limits.max_characters
    for kind, value in parts:
        left -= len(value["title"]) if kind == "heading" else len(value or "")
        if left < 0:
            raise Unreadable(
                f"This document has more than {limits.max_characters:,} characters; split it up."
            )
        if kind == "break" and text:
            yield _counted(number, text, headings, notes, limits)
            number, text, headings, notes = number + 1, [], [], []
        elif kind == "heading":
            headings.append(value)
            text.append(value["title"])
        elif kind == "text":
            text.append(value)
        elif kind == "note" and value not in notes:
            notes.append(value)
    if not text and number == 1:
        raise Unreadable(empty)
    if text or notes:
        yield _counted(number, text, headings, notes, limits)


def _counted(number: int, text: list[str], headings: list[Heading], notes: list[str], limits: Limits) -> Page:
    if number > limits.max_pages:
        raise Unreadable(f"This document has more than {limits.max_pages:,} pages. Split it up.")
    return page(number, "\n".join(text), headings=headings, note="; ".join(notes))
