"""What an extracted page looks like, how large a document may be, and the error that a tenant reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from f.common.problems import Message, Problem, message

# What may stand between a sentence's last mark and its end.
CLOSERS = "\"'”’»)]」』）"  # noqa: RUF001


class Heading(TypedDict):
    """A heading that the document itself declares, by its outline or its type size. level counts from 1.

    Level 0: a line that runs along the pages, as headers and footers do. It is no heading, whatever it looks like.
    """

    level: int
    title: str


class Page(TypedDict):
    """One page as text. number counts from 1; label is how the document numbers it, "" where that's no
    different.

    warning says what is missing from the page; None if nothing is.
    """

    number: int
    label: str
    text: str
    headings: list[Heading]
    warning: Message | None


@dataclass(frozen=True)
class Limits:
    """The most that one document may hold, and who reads its pictures (a PNG, JPEG or WebP in, its text out), of how many pages."""

    max_bytes: int = 50_000_000
    max_pages: int = 3_000
    max_characters: int = 20_000_000
    max_unpacked: int = 300_000_000  # bytes in memory of what an Office file holds, about
    read_image: Callable[[bytes], str] | None = None
    max_images: int = 50
    speaker_notes: bool = (
        False  # whether what only the authors of a presentation see is read: notes and comments
    )
    recognises: bool = True  # without `read_image`, text recognition reads pictures, seconds for each


class Unreadable(Problem):
    """The document can't become text. Its sentence tells the tenant what to do."""


def page(
    number: int,
    text: str,
    label: str = "",
    headings: list[Heading] | None = None,
    warning: Message | None = None,
) -> Page:
    """A page, with whatever isn't given left empty."""
    same = label == str(number)
    return Page(
        number=number, label="" if same else label, text=text, headings=headings or [], warning=warning
    )


def combined(warnings: list[Message]) -> Message | None:
    """Several warnings as one; None for none."""
    if len(warnings) < 2:
        return warnings[0] if warnings else None
    return message("several", problem=warnings[0], more=combined(warnings[1:]))


def goes_on(text: str) -> bool:
    """True if a text ends within a sentence: with a letter or its marks, a figure, or a mark that joins."""
    last = text.rstrip().rstrip(CLOSERS)[-1:]
    return bool(last) and (unicodedata.category(last)[0] in "LMN" or last in ",;-\u2013\ufffe")
