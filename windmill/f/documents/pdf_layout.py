# requirements: documents
"""Sees a PDF page as lines with sizes and places, and tells headings and paragraphs by them.

A PDF has no blank lines and, mostly, no marks for its headings.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.page import Heading
from f.documents.right_to_left import Box, is_right_to_left, reordered

_LARGER = 1.15
_WIDER_GAP = 1.25
_MAX_HEADING = 120
_BOLD = 600
_SAMPLED_CHARACTERS = 50
_SMALLER = 0.9
_LATE = 4
# The dots of a table of contents.
LEADERS = re.compile(r"(?<![ \t])(?:[ \t]*+[.·…]){5,}")
_BOLD_LEVEL = 6
_BELOW_OUTLINE = 6
# PDFium's mark for "the word goes on in the next line", which it has joined to this one.
_CONTINUES = "\ufffe"


class Line(NamedTuple):
    """A line of a page.

    bottom is measured upward, from a place that is the same for the whole page; rows is more than 1 where PDFium joined lines.
    """

    text: str
    height: float = 0.0
    bottom: float = 0.0
    bold: bool = False
    rows: int = 1


def lines(page: pypdfium2.PdfPage) -> list[Line]:
    """The page's lines that hold text, in reading order, as if it had been held so that most of the text stands upright."""
    turned = page.get_rotation()
    text_page = page.get_textpage()
    try:
        upright = _upright(text_page)
        if upright is None or upright == turned:
            return _lines(text_page, turned)
        text_page.close()
        page.set_rotation(
            upright
        )  # in memory: PDFium reads lines in the direction in which the page is shown
        text_page = page.get_textpage()
        return _lines(text_page, upright)
    finally:
        text_page.close()
        page.set_rotation(turned)


def _upright(text_page: pypdfium2.PdfTextPage) -> int | None:
    """How far the page has to be turned clockwise, 0, 90, 180 or 270, for most of its text to stand upright."""
    count = text_page.count_chars()
    seen: Counter[int] = Counter()
    for index in range(0, count, max(1, count // _SAMPLED_CHARACTERS)):
        angle = pdfium_raw.FPDFText_GetCharAngle(text_page, index)
        # A space that PDFium puts in where there is a gap has no place, and so no angle.
        if angle >= 0 and not pdfium_raw.FPDFText_IsGenerated(text_page, index):
            seen[-round(math.degrees(angle) / 90) * 90 % 360] += 1
    return seen.most_common(1)[0][0] if seen else None


def _lines(text_page: pypdfium2.PdfTextPage, turn: int) -> list[Line]:
    found: list[Line] = []
    offset = 0
    whole = str(text_page.get_text_range(errors="replace"))
    turned = is_right_to_left(whole)
    for text in whole.split("\r\n"):
        units = len(text.encode("utf-16-le", "replace")) // 2
        if text.strip():
            lead = len(text) - len(text.lstrip())
            index = pdfium_raw.FPDFText_GetCharIndexFromTextIndex(text_page, offset + lead)
            line = _line(text_page, text, index, units - lead, turn)
            if units == len(text) and is_right_to_left(text, turned):
                line = line._replace(text=reordered(text, partial(_edges, text_page, turn, offset)))
            found.append(line)
        offset += units + 2
    return _edges_in_place(found)


def _edges_in_place(found: list[Line]) -> list[Line]:
    """The lines with headers first and footers last: browsers write both after the text, other programs before it."""
    late = min(_LATE, (len(found) - 1) // 2)
    if not late:
        return found
    places = [line.bottom for line in found[late:-late]]
    top = [line for line in found[-late:] if line.height and line.bottom > max(places) + line.height]
    foot = [line for line in found[:late] if line.height and line.bottom < min(places) - line.height]
    moved = {id(line) for line in (*top, *foot)}
    return [*top, *(line for line in found if id(line) not in moved), *foot]


def _edges(text_page: pypdfium2.PdfTextPage, turn: int, offset: int, place: int) -> Box | None:
    """The edges of the letter at a place of a line that begins at `offset`, as a reader of the upright page sees them."""
    index = pdfium_raw.FPDFText_GetCharIndexFromTextIndex(text_page, offset + place)
    if index < 0 or pdfium_raw.FPDFText_IsGenerated(text_page, index):
        return None
    try:
        left, bottom, right, top = (round(edge, 2) for edge in text_page.get_charbox(index))
    except pypdfium2.PdfiumError:
        return None
    return {0: (left, right), 90: (bottom, top), 180: (-right, -left), 270: (-top, -bottom)}[turn]


def _line(text_page: pypdfium2.PdfTextPage, text: str, index: int, units: int, turn: int) -> Line:
    try:
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
    except pypdfium2.PdfiumError:
        return Line(text)
    ends = (index, index + max(0, units - 2))
    bold = all(pdfium_raw.FPDFText_GetFontWeight(text_page, end) >= _BOLD for end in ends)
    # Places are given for the page as it was drawn. Only the distance from line to line matters, so each turn has an origin of its own.
    height, foot = {
        0: (top - bottom, bottom),
        90: (right - left, -right),
        180: (top - bottom, -top),
        270: (right - left, left),
    }[turn]
    return Line(text, round(height, 1), round(foot, 1), bold, 1 + text.count(_CONTINUES))


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
            len(text) > _MAX_HEADING
            or line.height < _SMALLER * self.body
            or LEADERS.search(text)
            or not any(character.isalpha() for character in text)
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
        wraps = level and len(group) < 3 and abs(group[-1].height - line.height) < 0.5 if group else False
        close = bool(group) and not apart(group[-1], line, max(usual, 1.6 * line.height) if level else usual)
        if group and not (level == group_level and close and (wraps or not level)):
            yield group_level, group
            group = []
        group.append(line)
        group_level = level
    if group:
        yield group_level, group


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
