# requirements: documents
"""Sees a PDF page as lines with sizes and places, and tells headings and paragraphs by them.

A PDF has no blank lines and, mostly, no marks for its headings.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from f.documents.page import Heading
from f.documents.pdf.tables import TableText

_LARGER = 1.15
_WIDER_GAP = 1.25
_MAX_HEADING = 120
_SMALLER = 0.9
# The dots of a table of contents.
LEADERS = re.compile(r"(?<![ \t])(?:[ \t]*+[.·…]){5,}")
_BOLD_LEVEL = 6
_BELOW_OUTLINE = 6


class Line(NamedTuple):
    """A line of a page.

    bottom is measured upward, from a place that is the same for the whole page; rows is more than 1 where PDFium joined lines.
    """

    text: str
    height: float = 0.0
    bottom: float = 0.0
    bold: bool = False
    rows: int = 1
    table: TableText | None = None  # with `row`, the line is a row of it
    row: int = 0


def pitch(page: list[Line]) -> float:
    """The usual distance from one line to the next; 0.0 if the page is too short to tell."""
    gaps = sorted(gap for above, line in itertools.pairwise(page) if (gap := _gap(above, line)) > 0)
    return gaps[len(gaps) // 2] if len(gaps) > 2 else 0.0


def apart(above: Line, line: Line, usual: float) -> bool:
    """True if there is more room between these lines than within a paragraph."""
    usual = usual or 1.3 * min(above.height, line.height)
    return usual > 0 and _gap(above, line) > _WIDER_GAP * usual


def _gap(above: Line, line: Line) -> float:
    return (above.bottom - line.bottom) - (above.rows - 1) * above.height * 1.2


class Typography:
    """How the document sets its body, learnt from sample pages.

    So what is set larger or bolder is a heading.
    """

    def __init__(self) -> None:
        self._heights: Counter[float] = Counter()
        self._characters = 0
        self._bold = 0

    def learn(self, page: list[Line]) -> None:
        """Takes note of one page."""
        for line in page:
            self._heights[_rounded(line.height)] += len(line.text)
            self._characters += len(line.text)
            self._bold += len(line.text) * line.bold

    @property
    def body(self) -> float:
        """The height of most of the text."""
        return max(self._heights, key=lambda height: (self._heights[height], -height), default=0.0)

    def is_large(self, line: Line) -> bool:
        """True if the line is set larger than the body."""
        return self.body > 0 and line.height >= _LARGER * self.body

    def level(self, line: Line) -> int:
        """The level of heading that the line's type makes it, 1 for the largest; 0 for body text."""
        text = line.text.strip()
        if (
            line.table is not None
            or len(text) > _MAX_HEADING
            or line.height < _SMALLER * self.body
            or LEADERS.search(text)
            or sum(map(str.isalpha, text)) <= sum(map(str.isdigit, text))  # an amount, a telephone number
        ):
            return 0
        if self.is_large(line):
            larger = [height for height in self._heights if height > _rounded(line.height)]
            return min(1 + len(larger), _BOLD_LEVEL - 1)
        telling = self._bold * 5 < self._characters
        return _BOLD_LEVEL if line.bold and telling and not text.endswith((".", ",", ";", ":")) else 0


def _rounded(height: float) -> float:
    return round(height)


def compose(
    page: list[Line], typography: Typography, outline: list[Heading], has_outline: bool
) -> tuple[str, list[Heading]]:
    """The page's text, with blank lines between paragraphs and around headings, and its headings."""
    usual = pitch(page)
    titles = {_plain(heading["title"]) for heading in outline}
    headings, parts = list(outline), []
    for level, group in _groups(page, typography, usual):
        if not level:
            parts.append("\n".join(line.text for line in group))
            continue
        title = " ".join(line.text.strip() for line in group)
        parts.append(title)
        if _plain(title) not in titles:
            headings.append(Heading(level=level + _BELOW_OUTLINE if has_outline else level, title=title))
    return LEADERS.sub(" …", "\n\n".join(parts)), headings


def _groups(page: list[Line], typography: Typography, usual: float) -> Iterator[tuple[int, list[Line]]]:
    """Lines that belong together: a heading that may be wrapped, or a paragraph."""
    group: list[Line] = []
    group_level = 0
    for line in page:
        level = typography.level(line)
        if group and (line.table is None) != (group[-1].table is None):
            yield group_level, group
            group = []
        wraps = level and len(group) < 3 and abs(group[-1].height - line.height) < 0.5 if group else False
        rows = bool(group) and line.table is not None and line.table is group[-1].table
        close = rows or (
            bool(group) and not apart(group[-1], line, max(usual, 1.6 * line.height) if level else usual)
        )
        if group and not (level == group_level and close and (wraps or not level)):
            yield group_level, group
            group = []
        group.append(line)
        group_level = level
    if group:
        yield group_level, group


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
