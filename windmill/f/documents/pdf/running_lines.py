# requirements: documents
"""Finds the headers and footers that repeat from page to page, takes them out where that is safe, and keeps the others out of the sentences.

Safe means: at least four pages, a short line at the page's very top or bottom, apart from the text (or the
column names of a long table would go), the same on most pages but for a number that counts with the pages,
and then not set like a heading; and most pages have a body besides: where each holds a line or two, as
vouchers do, these are what it says. A shop's address may stand nowhere else than in its footer, so the first one
stays.

What is the same at the same place of a page nearby (a chapter's name, or the footer of a document of two pages) stays, too. Lines
that stay are put where no sentence goes through them: a sentence may begin on one page and end on the next.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from f.documents.page import goes_on
from f.documents.pdf.layout import Line, Typography, apart, pitch

_LINES_AT_EDGE = 2
_MAX_LENGTH = 100
_MIN_PAGES = 4
_SHARE = 0.6
# Left and right pages may have lines of their own.
NEARBY = 2
_SAME_PLACE = 3.0
_TELLING_LETTERS = 12
_NUMBER = re.compile(r"\d+")

Key = tuple[str, str]  # edge, line with its numbers replaced


class Parted(NamedTuple):
    """A page without its running lines, and those of them that are to stay."""

    body: list[Line]
    running: list[str]


class RunningLines:
    """Learns from sample pages, then strips the pages in their order."""

    def __init__(self, typography: Typography) -> None:
        self._typography = typography
        self._pages = 0
        self._with_body = 0
        self._seen: Counter[Key] = Counter()
        self._offsets: dict[Key, Counter[int]] = defaultdict(Counter)
        self._texts: dict[Key, Counter[str]] = defaultdict(Counter)
        self._folios: dict[str, Counter[int]] = defaultdict(Counter)
        self._kept: set[Key] = set()

    def learn(self, page: list[Line], number: int, is_image: bool = False) -> None:
        """Takes note of one page's outermost lines. Of a page that is an image, the image is the body."""
        self._pages += bool(page)
        self._with_body += bool(page) and (is_image or len(page) > 2 * _LINES_AT_EDGE)
        for key, text in dict(_edges(page)).items():
            self._seen[key] += 1
            self._offsets[key].update(_offsets(text, number))
            self._texts[key][text.strip()] += 1
            self._folios[key[0]].update(_outer_offsets(text, number))

    def parted(
        self, page: list[Line], number: int, near: Mapping[int, list[Line]], is_image: bool = False
    ) -> Parted:
        """The page without its running lines, taken off from the outside in. `near`: the lines of the pages nearby, by number."""
        first, last = 0, len(page)
        usual = pitch(page)
        removed: list[tuple[Key, int]] = []
        kept: set[int] = set()

        def runs(edge: str, index: int) -> bool:
            table = page[index].table
            if table is not None and len(table.rows) > _LINES_AT_EDGE:
                return False
            if self._runs(edge, page, index, number, usual):
                removed.append(((edge, _pattern(page[index].text)), index))
                return True
            if self._recurs(edge, page, index, number, near):
                kept.add(index)
                return True
            return False

        while first < min(last, _LINES_AT_EDGE) and runs("top", first):
            first += 1
        while first < last and len(page) - last < _LINES_AT_EDGE and runs("bottom", last - 1):
            last -= 1
        if first == last:
            # Nothing else stands there: unless it stands on most pages, it is what the page says.
            return Parted(page if kept and not is_image else [], [])
        for key, index in removed:
            if _is_telling(key) and key not in self._kept:
                self._kept.add(key)
                kept.add(index)
        return Parted(page[first:last], [page[index].text.strip() for index in sorted(kept)])

    def _runs(self, edge: str, page: list[Line], index: int, number: int, usual: float) -> bool:
        line = page[index]
        key, text = (edge, _pattern(line.text)), line.text.strip()
        needed = max(_MIN_PAGES - 1, _SHARE * self._pages)
        if self._pages < _MIN_PAGES or 2 * self._with_body < self._pages or len(text) > _MAX_LENGTH:
            return False
        if not _is_alone(edge, page, index, usual) and not _is_bare(text):
            return False
        # "Product 3" at the head of page 3, in a heading's type, is a heading.
        if self._typography.level(line) == 0 or _is_bare(text):
            if any(self._offsets[key][offset] >= needed for offset in _offsets(text, number)):
                return True
            # The chapter's name beside the page's number changes from chapter to chapter; the count goes on.
            folios = self._folios[edge]
            counting = any(folios[offset] >= needed for offset in _outer_offsets(text, number))
            if counting and (_is_bare(text) or self._seen[key] > 1):
                return True
        return self._texts[key][text] >= needed

    def _recurs(
        self, edge: str, page: list[Line], index: int, number: int, near: Mapping[int, list[Line]]
    ) -> bool:
        """True if a line is the same, at the same place, on a page nearby, but for numbers that count with the pages.

        "Product 3" in bold may be a heading; what doesn't count and isn't larger than the text is none.
        """
        line = page[index]
        bare = _is_bare(line.text)
        heading = not bare and self._typography.level(line) > 0
        if len(line.text) > _MAX_LENGTH or (heading and self._typography.is_large(line)):
            return False
        if not bare and not _is_alone(edge, page, index, pitch(page)):
            return False
        for other, lines in near.items():
            for found in lines[:_LINES_AT_EDGE] if edge == "top" else lines[-_LINES_AT_EDGE:]:
                same = found.text == line.text if heading else _counts(line.text, found.text, other - number)
                if same and _at_one_place(line, found):
                    return True
        return False


def _is_alone(edge: str, page: list[Line], index: int, usual: float) -> bool:
    """True if a line is set off from the text that it stands at."""
    pair = page[index : index + 2] if edge == "top" else page[max(0, index - 1) : index + 1]
    return len(pair) < 2 or abs(pair[0].height - pair[1].height) > 0.5 or apart(pair[0], pair[1], usual)


def _at_one_place(line: Line, other: Line) -> bool:
    return abs(line.bottom - other.bottom) < _SAME_PLACE and abs(line.height - other.height) < 0.5


def _counts(text: str, other: str, pages: int) -> bool:
    """True if two lines differ by nothing but numbers that count with the pages."""
    numbers = zip(_NUMBER.findall(text), _NUMBER.findall(other), strict=False)
    return _pattern(text) == _pattern(other) and all(
        one == two or int(two[-9:]) - int(one[-9:]) == pages for one, two in numbers
    )


def _is_telling(key: Key) -> bool:
    return sum(map(str.isalpha, key[1])) >= _TELLING_LETTERS


def placed(text: str, running: list[str], within: bool) -> str:
    """A page's text with its running lines before it; where a sentence goes on `within` it, after the first line that ends one."""
    if not running:
        return text
    lines = text.split("\n")
    ends = (place for place, line in enumerate(lines, 1) if line.strip() and not goes_on(line))
    place = next(ends, 0) if within else 0
    return "\n\n".join(
        part for part in ("\n".join(lines[:place]), *running, "\n".join(lines[place:])) if part
    )


def _edges(page: list[Line]) -> list[tuple[Key, str]]:
    outer = [("top", line) for line in page[:_LINES_AT_EDGE]] + [
        ("bottom", line) for line in page[-_LINES_AT_EDGE:]
    ]
    return [((edge, _pattern(line.text)), line.text) for edge, line in outer if len(line.text) <= _MAX_LENGTH]


def _offsets(text: str, number: int) -> set[int]:
    """How far the line's numbers are from the page's number."""
    return {int(found) - number for found in _NUMBER.findall(text)[:4] if len(found) < 7}


def _outer_offsets(text: str, number: int) -> set[int]:
    """The same for a number that begins or ends the line."""
    parts = text.split()
    return (
        {int(part) - number for part in (parts[0], parts[-1]) if part.isdecimal() and len(part) < 7}
        if parts
        else set()
    )


def _pattern(text: str) -> str:
    return " ".join(_NUMBER.sub("#", text.casefold()).split())


def _is_bare(text: str) -> bool:
    return not any(character.isalpha() for character in text)
