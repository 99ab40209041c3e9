"""Rows of tables as lines of text. A row's line says the header of each of its cells, so that it can be understood, and found, on its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import islice, zip_longest
from typing import NamedTuple

from f.documents.page import Heading, Limits, Page, Unreadable, page
from f.documents.tables.cells import cell_text, pieces, weight
from f.documents.tables.header_words import are_units, names_columns, names_group_once
from f.documents.tables.headers import has_figures, kind, looks_like_header
from f.documents.tables.row import Row, named
from f.documents.tables.sections import LONGEST_CELL, has_sections, stands_alone
from f.documents.tables.side_by_side import apart

__all__ = ["PAGE_ROWS", "Line", "Row", "cell_text", "lines", "table_lines", "table_pages"]

PAGE_ROWS = 200
_MOST_CELLS = 20_000_000  # of one table, with the empty ones
_LONGEST_NAME = 80
_AHEAD = 40  # rows that are looked at before a table's header is known
_LONGEST_LINE = 400  # so that a chunk holds it: about 200 tokens; letters of most scripts count double


class Line(NamedTuple):
    """A row as text. `caption`: what stands above its table. `title_level`: from 1 for a title, the second one below the first at 2."""

    text: str
    caption: str = ""
    title_level: int = 0


def lines(rows: Iterable[list[str]], caption: str = "") -> Iterator[str]:
    """A line for each row that holds something. The caption, or the title above the table's rows, stands in each of them."""
    for line in table_lines(rows, caption):
        above = "" if line.title_level else line.caption
        yield f"| {above} {line.text}" if above else line.text


def table_lines(rows: Iterable[list[str]], caption: str = "") -> Iterator[Line]:
    """The same with the caption beside each line. A blank row, a title or a second header begins a new table."""
    stream = _Rows(rows)
    header: list[str] = []
    while block := stream.block():
        parts = apart(block) if stream.is_whole(block) else []
        if len(parts) > 1:
            for part in parts:
                yield from table_lines(part, caption)
            header = []
            continue
        above, level = caption, 0
        while _is_title(block):
            line, level = _line(block.popleft()), level + 1
            yield Line(line, caption, level)
            stream.fill(block)
            if level == 1 and len(line) <= _LONGEST_NAME:
                above = f"{caption}, {line[2:-2]}" if caption else line[2:-2]
        header = _header(block, header)
        yield from _table(block, header, above, stream)


def _table(block: deque[list[str]], header: list[str], caption: str, stream: _Rows) -> Iterator[Line]:
    """The rows below a header, up to a blank one. Where the header comes again it is passed over; where another one comes it holds from there."""
    base = caption
    sections = has_sections(block, bool(header), bool(caption))
    once, group = names_group_once(header, block), ""
    while block:
        row = block.popleft()
        stream.fill(block)
        if row == header:
            continue
        if _begins_table(row, header, block):
            block.appendleft(row)
            again = _header(block, [])
            if not block or block[0] is not row:
                header = again
                continue
            block.popleft()
        if _is_section(row, header, block) or (sections and stands_alone(row) and block):
            line = _line(row)
            caption = ", ".join(filter(None, (base, line[2:-2]))) if len(line) <= _LONGEST_NAME else base
            yield Line(line, base, 2)
            continue
        alone = _mark(row) == "title" and sum(map(bool, row)) == 1
        note = alone or (
            len(header) > 2 and sum(map(bool, row)) == 1 and len(max(row, key=len)) > LONGEST_CELL
        )
        group = row[0] or group
        if once and not row[0] and row[1:2] != [""]:
            row = copy(row)
            row[0] = group
        for text in [_line(row)] if note else _said(header, row):
            yield Line(text, caption)


class _Rows:
    """Rows as they come, some of them ahead, without the blank ones."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rows = (row for row in rows if _mark(row) != "gone")
        self._ended = False
        self._ahead = _AHEAD
        self._left = _MOST_CELLS

    def block(self) -> deque[list[str]]:
        """The first rows of the next table; none at the end."""
        for row in self._rows:
            self._count(row)
            if any(row):
                self._ended = False
                self._ahead = _AHEAD if sum(map(len, row)) <= _LONGEST_LINE * 2 else 3
                found = deque([row])
                self.fill(found)
                return found
        return deque()

    def is_whole(self, block: deque[list[str]]) -> bool:
        """True if no row follows before the next blank one."""
        return self._ended and len(block) > 1

    def fill(self, block: deque[list[str]]) -> None:
        """Takes further rows up to a blank one."""
        while not self._ended and len(block) < self._ahead:
            row = next(self._rows, None)
            self._count(row or [])
            if row is None or not any(row):
                self._ended = True
                return
            block.append(row)

    def _count(self, row: list[str]) -> None:
        self._left -= len(row) + 10
        if self._left < 0:
            raise Unreadable("table_too_large")


def _mark(row: list[str]) -> str:
    return row.mark if isinstance(row, Row) else ""


def _is_title(block: deque[list[str]]) -> bool:
    """True if a block begins with one cell of words alone above a table."""
    if (
        len(block) < 2
        or sum(map(bool, block[0])) != 1
        or kind(_line(block[0])[2:-2]) not in ("text", "mixed")
    ):
        return False
    return any(sum(map(bool, one)) > 1 for one in islice(block, 1, 6))


def _begins_table(row: list[str], header: list[str], below: deque[list[str]]) -> bool:
    """True for a second header: marked so, with names of the first one, or with names of columns above cells of another kind."""
    if (_mark(row) == "header" and not has_figures(row)) or _shares_names(header, row):
        return True
    filled = [cell for cell in row if cell]
    return len(filled) > 2 and names_columns(filled) and looks_like_header(row, list(below))


def _is_section(row: list[str], header: list[str], below: deque[list[str]]) -> bool:
    """One cell alone within a table that the document marks as a title, or that has a header below it."""
    if sum(map(bool, row)) != 1 or not below:
        return False
    return _mark(row) == "title" or _mark(below[0]) == "header" or _shares_names(header, below[0])


def _header(block: deque[list[str]], before: list[str]) -> list[str]:
    """Takes a header of one row or two from the rows' start; [] where there is none. `before`: the header of the table above."""
    if not block:
        return []
    rows = list(block)
    marked = next((n for n, row in enumerate(rows) if _mark(row) != "header"), len(rows))
    in_two = marked < 2 and len(rows) > 2 and _names_parts(rows[0], rows[1], rows[2:])
    joined = _joined(rows[0], rows[1]) if in_two else rows[0]
    # Where all that follows is marked, too, the mark says nothing.
    marked = 0 if marked == len(rows) else marked
    if 0 < marked < min(4, len(rows)) or (marked == 0 and looks_like_header(joined, rows[1 + in_two :])):
        if marked == 1 and sum(map(bool, rows[0])) < 2:
            return []
        header = list(block.popleft())
        for _ in range(max(marked - 1, in_two)):
            header = _joined(header, block.popleft())
        if block and are_units(header, block[0], list(islice(block, 1, 6))):
            units = block.popleft()
            header = [
                f"{name} ({unit})" if unit else name
                for name, unit in zip_longest(header, units, fillvalue="")
            ]
        return header
    if len(before) > 2 and before and _same_kinds(before, rows):
        return before
    return []


def _same_kinds(header: list[str], rows: list[list[str]]) -> bool:
    """True if rows after a blank one go on with the table above: as wide, and no less filled."""
    return all(len(row) == len(rows[0]) for row in rows) and all(
        bool(name) == any(place < len(row) and row[place] for row in rows)
        for place, name in enumerate(header)
    )


def _shares_names(header: list[str], row: list[str]) -> bool:
    """True for a row that says at least two, and at least half, of the header's names at their places."""
    filled = [place for place, cell in enumerate(row) if cell]
    same = sum(place < len(header) and header[place] == row[place] for place in filled)
    return same >= 2 and same * 2 >= len(filled)


def _names_parts(header: list[str], row: list[str], below: list[list[str]]) -> bool:
    """True if the row below the header names what stands below a header that spans columns: "Price" above "short" and "long". A name that spans none
    may have one below it, too, where that row is a header of what follows."""
    width = max(len(header), len(row))
    tops, names = header + [""] * (width - len(header)), row + [""] * (width - len(row))
    own = [place for place in range(width) if names[place] and names[place] != tops[place]]
    spanned = all(not tops[place] or (place + 1 < width and not tops[place + 1]) for place in own)
    left_alone = any(tops[place] and place not in own for place in range(width))
    numbers = any(kind(names[place]) not in ("text", "mixed") for place in own)
    if len(own) < 2 or not left_alone or numbers or all(tops[place] for place in own):
        return False
    return spanned or looks_like_header(names, below)


def _joined(header: list[str], row: list[str]) -> list[str]:
    top, found = "", []
    for place in range(max(len(header), len(row))):
        own = header[place] if place < len(header) else ""
        top = own or top
        part = row[place] if place < len(row) else ""
        found.append(f"{top} {part}" if part and part != own else own)
    return found


def _line(row: list[str]) -> str:
    return f"| {' | '.join(cell for cell in row if cell)} |"


def _said(header: list[str], row: list[str]) -> Iterator[str]:
    """A row's line; where it is longer than a chunk, several, each of which begins with the row's first cell."""
    cells = list(named(header, row))
    if not header and len(cells) == 2 and kind(cells[0]) in ("text", "mixed"):
        cells = [f"{cells[0].rstrip(' :')}: {cells[1]}"]
    whole = f"| {' | '.join(cells)} |"
    if weight(whole) <= _LONGEST_LINE:
        yield whole
        return
    label = cells[0] if len(cells) > 1 and weight(cells[0]) * 3 <= _LONGEST_LINE else ""
    parts: list[str] = []
    for cell in cells[1:] if label else cells:
        for piece in pieces(cell, header, _LONGEST_LINE - weight(label)):
            if parts and sum(map(weight, parts)) + weight(piece) > _LONGEST_LINE - weight(label):
                yield f"| {' | '.join([label, *parts] if label else parts)} |"
                parts = []
            parts.append(piece)
    yield f"| {' | '.join([label, *parts] if label else parts)} |"


def table_pages(name: str, rows: Iterable[list[str]], first: int, limits: Limits) -> Iterator[Page]:
    """A table as pages of some rows each, under its name. `first`: the number of its first page."""
    stream = _bounded(table_lines(rows), limits.max_characters)
    number, above = first, ""
    while part := list(islice(stream, PAGE_ROWS)):
        if number > limits.max_pages:
            raise Unreadable("too_many_rows", most=limits.max_pages * PAGE_ROWS)
        headings = [Heading(level=1, title=name)] if name else []
        titles = {above: 1} if above else {}
        titles |= {line.text[2:-2]: line.title_level for line in part if 0 < line.title_level < 3}
        headings += [
            Heading(level=1 + level, title=title)
            for title, level in titles.items()
            if len(title) <= _LONGEST_NAME
        ]
        yield page(number, "\n".join(line.text for line in part), name[:40], headings)
        number, above = number + 1, part[-1].caption


def _bounded(stream: Iterable[Line], most: int) -> Iterator[Line]:
    """The lines, as long as they have no more than `most` characters in all: each one says the header again, however long that is."""
    left = most
    for line in stream:
        left -= len(line.text)
        if left < 0:
            raise Unreadable("too_many_characters", most=most)
        yield line
