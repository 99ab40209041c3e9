"""Says beside a row what a mark in it stands for, where the note is further down than a passage reaches; and writes raised cents as such.

"Chip: 52,50 €*" is wrong without its "* only with a vaccination", which a long table has at its end.
"""

# The figures are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from f.documents.clean import raised
from f.documents.page import Heading, Page

_FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(_FIGURES, "0123456789")
_MARK = rf"\*{{1,3}}|[†‡§]|[{_FIGURES}]{{1,2}}"
# Behind a word, an amount or a bracket; not the power of a unit, nor the star within "Kund*innen".
_MARKED = re.compile(
    rf"(?:(?<=[^\W_])|(?<=[€$£%).])|(?<=\d ))(?<!m)(?<!\d[.,])({_MARK})\)?(?=\s*\|?$|[\s|,;:/])"
)
_NOTE = re.compile(rf"[\s|(-]*({_MARK}|\d{{1,2}}(?=[) ]))\)?[\s.:=–-]*([^\W\d_].*?)[\s|]*$")
_ROW = re.compile(r"\| .* \|$|\s*- \S")
_SIGNS = r"€|[A-Z]{3}\b|zł|Kč|kr\b|Ft\b|lei\b|лв|руб|₽|₺|₹|₴"
_CENTS_BEFORE_SIGN = re.compile(rf"(?<=\d)([{_FIGURES}]{{2}})(?= ?(?:{_SIGNS}))")
_CENTS_BEHIND_SIGN = re.compile(rf"([€$£¥₹₺]\s?\d{{1,6}})([{_FIGURES}]{{2}})(?![{_FIGURES}])")
_LONGEST_NOTE = 200
_LONGEST_LINE = 2_000  # of a row or a note: a line of blanks alone takes the square of its length
_NEAR = 400  # characters within which a table's rows and its note share a passage
_PAGES = 3  # that a row may wait for its note
_MOST = 300  # rows of a page that get one


class _Note(NamedTuple):
    line: int
    mark: str
    text: str


class _Read:
    """A page with its lines, its notes, and the marks of its rows that no note was found for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines = page["text"].split("\n")
        looked = [line if len(line) <= _LONGEST_LINE else "" for line in self.lines]
        self.notes = _notes(looked)
        titles = {heading["title"] for heading in page["headings"]}
        self.open: list[tuple[int, str]] = []
        for place, line in enumerate(looked):
            if _ROW.match(line) and line.strip("| ") not in titles and not _NOTE.match(line):
                self.open += [(place, found) for found in dict.fromkeys(_MARKED.findall(line))]
        self.open = self.open[:_MOST]
        self.said: dict[int, list[str]] = {}

    def take(self, notes: list[_Note], own: bool) -> None:
        left = []
        for place, mark in self.open:
            note = next((one for one in notes if one.mark == mark and not (own and one.line < place)), None)
            if note is None:
                left.append((place, mark))
            elif not own or not self._beside(place, note.line):
                self.said.setdefault(place, []).append(f"{mark} {note.text}")
        self.open = left

    def _beside(self, row: int, note: int) -> bool:
        """True if a row and a note stand so close, with rows alone between them, that one passage holds both."""
        between = self.lines[row + 1 : note]
        return sum(map(len, between)) <= _NEAR and all(
            not one or _ROW.match(one) or _NOTE.match(one) for one in between
        )

    def whole(self) -> Page:
        if self.said:
            self.page["text"] = "\n".join(
                _with(line, self.said.get(n, [])) for n, line in enumerate(self.lines)
            )
        return self.page


def with_notes(pages: Iterable[Page]) -> Iterator[Page]:
    """The pages, each row with the notes that it refers to. A page with marks waits for a few others, whose end may have the note."""
    waiting: deque[_Read] = deque()
    for page in pages:
        read = _Read(_with_cents(page))
        read.take(read.notes, own=True)
        for before in waiting:
            if before.page["label"] == page["label"]:  # of another sheet it would be another note
                before.take(read.notes, own=False)
        waiting.append(read)
        while waiting and (not waiting[0].open or len(waiting) > _PAGES):
            yield waiting.popleft().whole()
    yield from (read.whole() for read in waiting)


def _notes(lines: list[str]) -> list[_Note]:
    """The lines that explain a mark. Lines that begin with the same one below each other are a list."""
    found = []
    for place, line in enumerate(lines):
        match = _NOTE.match(line)
        if (
            not match
            or len(match[2]) > _LONGEST_NOTE
            or (match[1] == "*" and "*" in match[2])
            or match[2].endswith("**")
        ):
            continue
        found.append(_Note(place, match[1], match[2]))
    listed = {
        one.line
        for one in found
        for other in (one.line - 1, one.line + 1)
        if one.mark[0] == "*"
        and 0 <= other < len(lines)
        and re.match(rf"[\s|]*{re.escape(one.mark)}(?!\*)", lines[other])
    }
    return [_Note(one.line, raised(one.mark), one.text) for one in found if one.line not in listed]


def _with(line: str, notes: list[str]) -> str:
    if not notes:
        return line
    said = "; ".join(notes)
    return f"{line[:-1].rstrip()} | {said} |" if line.endswith("|") else f"{line} ({said})"


def _with_cents(page: Page) -> Page:
    """Raised cents as decimals: 12,90 € and $12.90."""
    if any(figure in page["text"] for figure in _FIGURES):
        page["text"] = _decimal(page["text"])
        page["headings"] = [
            Heading(level=one["level"], title=_decimal(one["title"])) for one in page["headings"]
        ]
    return page


def _decimal(text: str) -> str:
    text = _CENTS_BEHIND_SIGN.sub(lambda found: f"{found[1]}.{found[2].translate(_PLAIN)}", text)
    return _CENTS_BEFORE_SIGN.sub(lambda found: f",{found[1].translate(_PLAIN)}", text)
