# requirements: documents
"""The lines of a PDF page in reading order, rows of tables among them. What nobody sees on the page is left out."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.cards import by_cards
from f.documents.pdf.frames import frames
from f.documents.pdf.grid import Table
from f.documents.pdf.layout import Line
from f.documents.pdf.links import with_links
from f.documents.pdf.marks import has_marks, marks_in_place
from f.documents.pdf.pictures import is_garbled
from f.documents.pdf.pieces import pieces_joined
from f.documents.pdf.raised import raised
from f.documents.pdf.right_to_left import Box, is_right_to_left, reordered
from f.documents.pdf.rulings import Drawn, drawn
from f.documents.pdf.tables import TableText, continues, find_tables, row_text, table_text
from f.documents.pdf.unmapped import UNMAPPED, mended, with_unmapped
from f.documents.pdf.unseen import parted, strikes, unseen
from f.documents.pdf.words import (
    LIGATURES,
    MOST_CHARACTERS,
    Letters,
    Word,
    joined,
    joins,
    page_text,
    upright,
    words,
)

_BOLD = 600
_LATE = 4
# PDFium's mark for "the word goes on in the next line", which it has joined to this one.
_CONTINUES = "\ufffe"
_BROKEN = 3  # lines: as many that end within a line were written letter by letter
_SPACE = 0.12
_CELL = 0.8
_LINE = 1.2
_FIGURE = re.compile(r"\d")


def lines(page: pypdfium2.PdfPage) -> tuple[list[Line], list[str], bool]:
    """The page's lines that hold text, in reading order, as if it had been held so that most of the text stands upright; what is left out; and
    whether its letters say nothing."""
    turned = page.get_rotation()
    text_page = page.get_textpage()
    try:
        turn = upright(text_page, turned)
        if turn == turned:
            return _lines(page, text_page, turned)
        text_page.close()
        # In memory: PDFium reads lines in the direction in which the page is shown.
        page.set_rotation(turn)
        text_page = page.get_textpage()
        return _lines(page, text_page, turn)
    finally:
        text_page.close()
        page.set_rotation(turned)


def _lines(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, turn: int
) -> tuple[list[Line], list[str], bool]:
    text = with_unmapped(page_text(text_page), text_page)
    if len(text) > MOST_CHARACTERS:
        return [Line(line) for line in text.split("\r\n") if line.strip()], [], False
    letters = Letters(text_page, turn)
    turned = is_right_to_left(text)
    marked = has_marks(text)
    found = words(text_page, text, turn, all_boxes=marked or any(map(is_right_to_left, text.split())))
    found = mended(found, letters) if UNMAPPED in text else found
    found = raised(marks_in_place(found) if marked else found, letters)
    rulings = drawn(page, turn)
    found = parted(found, letters, strikes(page, turn, rulings))
    hidden = unseen(page, found, turn, rulings)
    shown = _whole_words([word for word in found if id(word) not in hidden], letters)
    shown = with_links(page, shown, turn)
    parts = by_cards(frames(shown), rulings)
    found_tables = find_tables(parts, rulings)
    in_table = {id(word): table for table in found_tables for word in table.words}
    names = {id(word) for table in found_tables for word in _names(table, turned)}
    tables: list[list[Line]] = []
    ready = _PageLines(letters, text.split("\r\n"), rulings, turned)
    made: list[Line] = []
    done: set[int] = set()
    placed = [(part, word) for part, frame in enumerate(parts) for word in frame]
    for (_, number), some in itertools.groupby(placed, key=lambda one: (one[0], one[1].line)):
        group = [word for _, word in some]
        rest: list[Word] = []
        for word in group:
            table = in_table.get(id(word))
            if table is None:
                rest.append(word)
            elif id(table) not in done and id(word) in names:
                made += (
                    [ready.line(number, rest)] if rest else []
                )  # PDFium may join a name and the row below it
                rest = []
                done.add(id(table))
                tables.append(list(ready.rows(table)))
                made += tables[-1]
        if rest:
            made.append(ready.line(number, rest))
    garbled = is_garbled(text_page, "\n".join(line.text for line in made))
    made = edges_in_place(made)
    made = _tables_in_place(made, tables) if len(parts) == 1 else made
    return made, list(dict.fromkeys(hidden.values())), garbled


def _names(table: Table, turned: bool) -> list[Word]:
    """The words of the column that a table is read from: programs may write its prices long before."""
    return [word for row in table.rows for word in row.cells[-1 if turned else 0]] or table.words


def _whole_words(found: list[Word], letters: Letters) -> list[Word]:
    """The words with those put together that PDFium took apart."""

    def generated(word: Word) -> bool:
        return bool(pdfium_raw.FPDFText_IsGenerated(letters.page, word.last + 1))

    def room(word: Word) -> Box:
        one, other = letters.loose(word.index), letters.loose(word.last)
        return min(one[0], other[0]), max(one[2], other[2])

    if any(word.boxes for word in found):
        found = pieces_joined(found, generated, room)
    breaks = sum(
        one.line != other.line and generated(one) and -0.2 < _gap(one, other, letters) < 0.35
        for one, other in itertools.pairwise(found)
    )
    broken = breaks >= _BROKEN and breaks * 10 > len(found)
    whole: list[Word] = []
    line = 0
    for word in found:
        last = whole[-1] if whole else None
        if last and broken:
            gap = _gap(last, word, letters)
            line += not -0.3 < gap < _CELL
            if generated(last) and (-0.3 < gap < _SPACE or joins(last, word)):
                whole[-1] = _merged(last, word)
                continue
            whole.append(replace(word, line=line))
        elif last and last.line == word.line and joins(last, word) and generated(last):
            whole[-1] = _merged(last, word)
        else:
            whole.append(word)
    return whole


def _gap(one: Word, other: Word, letters: Letters) -> float:
    """The room between two words of a line, in parts of the type's size; much, if they are on different ones."""
    if abs(one.base - other.base) > 0.2 * one.size:
        return 99.0
    return (letters.loose(other.index)[0] - letters.loose(one.last)[2]) / one.size


def _merged(one: Word, other: Word) -> Word:
    return replace(joined(one, other), last=other.last)


class _PageLines:
    """Makes lines of words."""

    def __init__(self, letters: Letters, originals: list[str], rulings: Drawn, turned: bool) -> None:
        self._letters, self._originals, self._rulings, self._turned = letters, originals, rulings, turned

    def line(self, number: int, group: list[Word]) -> Line:
        """A line of the page, as PDFium has it if it is whole."""
        original = self._originals[number] if number < len(self._originals) else ""
        whole = not any(word.pieces or word.link for word in group) and "".join(original.split()) == "".join(
            w.text for w in group
        )
        text = original if whole and not self._reads_from_right(original) else self._text(group)
        return self._placed(text, group)

    def _reads_from_right(self, text: str) -> bool:
        return is_right_to_left(text, self._turned)

    def _text(self, group: list[Word], in_cell: bool = False) -> str:
        text = " ".join(f"{word.text} {word.link}".rstrip() for word in group)
        if in_cell and self._turned and len(group) == 2 and not any(map(str.isalpha, text)):
            return " ".join(sorted(text.split(), key=lambda word: not _FIGURE.search(word)))  # 24 ₪
        from_right = self._reads_from_right(text)
        if not from_right or not all(len(w.boxes) == len(w.text) for w in group):
            return text
        behind = [[None] * (len(word.link) + 1 if word.link else 0) for word in group]
        boxes = [box for word, rest in zip(group, behind, strict=True) for box in [*word.boxes, *rest, None]]
        return reordered(text, lambda place: boxes[place])

    def _cell(self, group: list[Word]) -> str:
        levels: dict[int, list[Word]] = defaultdict(list)
        for word in group:
            levels[word.line if word.style.angle else -round(word.base / (0.5 * word.size))].append(word)
        return " ".join(self._text(words, True) for words in levels.values()).translate(LIGATURES)

    def _placed(self, text: str, group: list[Word]) -> Line:
        first, last = group[0], group[-1]
        box = self._letters.loose(first.index)
        bold = all(
            pdfium_raw.FPDFText_GetFontWeight(self._letters.page, index) >= _BOLD
            for index in (first.index, last.last)
        )
        text = text.translate(LIGATURES)
        # Of some fonts, PDFium knows the ink of each letter only, and a line's first one may be low or high.
        height = max(box[3] - box[1], _LINE * first.size)
        return Line(text, round(height, 1), round(box[1], 1), bold, 1 + text.count(_CONTINUES))

    def rows(self, table: Table) -> Iterator[Line]:
        """The rows of a table."""
        words = " ".join(word.text for word in table.words)
        made = table_text(table, self._rulings, self._cell, is_right_to_left(words, self._turned))
        for number, row in enumerate(table.rows):
            text = " ".join(cell for cell in made.rows[number] if cell)
            if not text:
                continue
            line = self._placed(text, row.words)
            yield line if made.whole[number] else line._replace(table=made, row=number)


def edges_in_place(found: list[Line]) -> list[Line]:
    """The lines with headers first and footers last: browsers write both after the text, other programs before it."""
    late = max(0, min(_LATE, (len(found) - 1) // 2))
    if not late:
        return found
    below, above = max(line.bottom for line in found[:-late]), min(line.bottom for line in found[late:])
    top = [line for line in found[-late:] if line.height and line.bottom > below + line.height]
    foot = [line for line in found[:late] if line.height and line.bottom < above - line.height]
    moved = {id(line) for line in (*top, *foot)}
    return [*top, *(line for line in found if id(line) not in moved), *foot]


def _tables_in_place(found: list[Line], tables: list[list[Line]]) -> list[Line]:
    """The lines of a page of one column with its tables where they stand: programs write what floats before or after the text around it."""
    table_of = {id(line): number for number, table in enumerate(tables) for line in table}
    text = [line for line in found if id(line) not in table_of]
    if not text or any(
        one.bottom - other.bottom < 0.5 * other.height for one, other in itertools.pairwise(text)
    ):
        return found
    parts: dict[int, list[Line]] = defaultdict(list)
    for line in found:
        parts[table_of.get(id(line), -id(line))].append(line)
    return [line for part in sorted(parts.values(), key=lambda part: -part[0].bottom) for line in part]


class TableWriter:
    """Writes tables' rows with their headers, from page to page."""

    def __init__(self) -> None:
        self._before: TableText | None = None

    def write(self, body: list[Line]) -> list[Line]:
        """The page's lines with its rows written out."""
        first = body[0].table if body else None
        names: dict[int, list[str]] = {}
        found: list[Line] = []
        for line in body:
            table = line.table
            if table is None:
                found.append(line)
                continue
            if id(table) not in names:
                carried = self._before if table is first else None
                goes_on = carried is not None and bool(carried.names) and continues(carried, table)
                names[id(table)] = carried.names if goes_on and carried else table.names
                if goes_on and carried:
                    table.names = carried.names
            if line.row >= table.header or len(table.rows) == table.header:
                text = row_text(table.rows[line.row], names[id(table)] if line.row >= table.header else [])
                found.append(line._replace(text=text))
        self._before = body[-1].table if body else None
        return found
