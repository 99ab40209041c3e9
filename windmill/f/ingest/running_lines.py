# requirements:
# pypdfium2==5.15.2

"""Finds the headers and footers that repeat from page to page, and takes them out where that is safe.

Safe means: at least four pages, a short line at the page's very top or bottom, apart from the text (or the
column names of a long table would go), the same on most pages but for a number that counts with the pages,
and then not set like a heading; and most pages have a body besides: where each holds a line or two, as
vouchers do, these are what it says. A shop's address may stand nowhere else than in its footer, so the first one
stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from f.ingest.pdf_layout import Line, Typography, apart, pitch

_LINES_AT_EDGE = 2
_MAX_LENGTH = 100
_MIN_PAGES = 4
_SHARE = 0.6
_TELLING_LETTERS = 12
_NUMBER = re.compile(r"\d+")

Key = tuple[str, str]  # edge, line with its numbers replaced


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

    def without(self, page: list[Line], number: int) -> list[Line]:
        """The page without its running lines, taken off from the outside in."""
        first, last = 0, len(page)
        usual = pitch(page)
        kept: list[tuple[Key, int]] = []
        while first < min(last, _LINES_AT_EDGE) and self._runs("top", page, first, number, usual):
            kept += self._first_of_its_kind("top", page, first)
            first += 1
        while (
            first < last
            and len(page) - last < _LINES_AT_EDGE
            and self._runs("bottom", page, last - 1, number, usual)
        ):
            kept += self._first_of_its_kind("bottom", page, last - 1)
            last -= 1
        if first == last:
            return []
        self._kept.update(key for key, _ in kept)
        stays = {index for _, index in kept} | set(range(first, last))
        return [line for index, line in enumerate(page) if index in stays]

    def _first_of_its_kind(self, edge: str, page: list[Line], index: int) -> list[tuple[Key, int]]:
        key = (edge, _pattern(page[index].text))
        telling = sum(character.isalpha() for character in key[1]) >= _TELLING_LETTERS
        return [(key, index)] if telling and key not in self._kept else []

    def _runs(self, edge: str, page: list[Line], index: int, number: int, usual: float) -> bool:
        line = page[index]
        key, text = (edge, _pattern(line.text)), line.text.strip()
        needed = max(_MIN_PAGES - 1, _SHARE * self._pages)
        if self._pages < _MIN_PAGES or 2 * self._with_body < self._pages or len(text) > _MAX_LENGTH:
            return False
        pair = page[index : index + 2] if edge == "top" else page[max(0, index - 1) : index + 1]
        alone = len(pair) < 2 or abs(pair[0].height - pair[1].height) > 0.5 or apart(pair[0], pair[1], usual)
        if not alone and not _is_bare(text):
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
