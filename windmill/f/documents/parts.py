"""What readers of whole documents give one after the other, put together as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from f.common.problems import Message
from f.documents.page import Heading, Limits, Page, Unreadable, combined, page

Part = tuple[str, Any]  # break, heading, text or warning, and what it says


def paged(parts: Iterable[Part], limits: Limits) -> Iterator[Page]:
    """Pages up to each break. A warning stands on the page that it comes on."""
    number = 1
    text: list[str] = []
    headings: list[Heading] = []
    warnings: list[Message] = []
    left = limits.max_characters
    for kind, value in parts:
        left -= len(value["title"]) if kind == "heading" else len(value) if kind == "text" else 0
        if left < 0:
            raise Unreadable("too_many_characters", most=limits.max_characters)
        if kind == "break" and text:
            yield _counted(number, text, headings, warnings, limits)
            number, text, headings, warnings = number + 1, [], [], []
        elif kind == "heading":
            headings.append(value)
            text.append(value["title"])
        elif kind == "text":
            text.append(value)
        elif kind == "warning" and value not in warnings:
            warnings.append(value)
    if not text and number == 1:
        raise Unreadable("document_empty")
    if text or warnings:
        yield _counted(number, text, headings, warnings, limits)


def _counted(
    number: int, text: list[str], headings: list[Heading], warnings: list[Message], limits: Limits
) -> Page:
    if number > limits.max_pages:
        raise Unreadable("more_pages_than", most=limits.max_pages)
    return page(number, "\n".join(text), headings=headings, warning=combined(warnings))
