"""Rows of tables as lines of text. A row says the header of each of its cells, so that it can be understood, and found, on its own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from f.documents.clean import clean
from f.documents.page import Heading, Limits, Page, Unreadable, page

PAGE_ROWS = 200
_MOST_ABOVE = 5
_MOST_SPANNED = 100
_LONGEST_CELL = 60
_NUMBER = re.compile(r"[\s\d.,:%/€$£+-]*")


def cell_text(value: object) -> str:
    """A cell as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return (
            value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
        )
    if isinstance(value, float):
        return f"{value:.10g}"
    return " ".join(clean(str(value)).replace("|", "/").split())


def is_header(row: list[str]) -> bool:
    """True if a table's first row names its columns: at least two names, all different, none a number."""
    names = [cell for cell in row if cell]
    return len(names) >= 2 and len(set(names)) == len(names) and not any(map(_NUMBER.fullmatch, names))


def lines(rows: Iterable[list[str]]) -> Iterator[str]:
    """A line for each row that holds something. What stands above the header (a title, a date) is not taken for it."""
    filled = (row for row in rows if any(row))
    first = next(filled, None)
    for _ in range(_MOST_ABOVE):
        if first is None or sum(map(bool, first)) > 1:
            break
        yield _line(first)
        first = next(filled, None)
    if first is None:
        return
    header = first if is_header(first) else []
    second = next(filled, None)
    if not header or second is None:
        yield _line(first)
    elif _names_parts(header, second):
        header, second = _joined(header, second), next(filled, None)
    for row in chain([second] if second else [], filled):
        note = len(header) > 2 and sum(map(bool, row)) == 1 and len(max(row, key=len)) > _LONGEST_CELL
        yield _line(row) if note else f"| {' | '.join(_cells(header, row))} |"


def spread(rows: Iterable[Iterable[tuple[str, int, int]]]) -> Iterator[list[str]]:
    """Rows of cells with the columns and rows that each one spans, as a plain grid.

    What spans rows holds for each of them, and is said there again; of what spans columns the others stay empty.
    """
    above: dict[int, tuple[int, str]] = {}  # by column: for how many more rows, and what
    for cells in rows:
        row: list[str] = []

        def carried(row: list[str] = row) -> None:
            while len(row) in above:
                left, text = above.pop(len(row))
                if left > 1:
                    above[len(row)] = (left - 1, text)
                row.append(text)

        carried()
        waiting: dict[int, tuple[int, str]] = {}
        for text, columns, span in cells:
            for offset in range(min(max(columns, 1), _MOST_SPANNED)):
                if span > 1:
                    waiting[len(row)] = (min(span, _MOST_SPANNED) - 1, "" if offset else text)
                row.append("" if offset else text)
            carried()
        above.update(waiting)
        yield row


def _names_parts(header: list[str], row: list[str]) -> bool:
    """True if the row below the header names what stands below a header that spans columns: "Price" above "short" and "long"."""
    width = max(len(header), len(row))
    tops, names = header + [""] * (width - len(header)), row + [""] * (width - len(row))
    own = [place for place in range(width) if names[place] and names[place] != tops[place]]
    spanned = all(not tops[place] or (place + 1 < width and not tops[place + 1]) for place in own)
    left_alone = any(tops[place] and place not in own for place in range(width))
    numbers = any(_NUMBER.fullmatch(names[place]) for place in own)
    return len(own) >= 2 and spanned and left_alone and not numbers and any(not tops[place] for place in own)


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


def _cells(header: list[str], row: list[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = header[index] if index < len(header) else ""
            yield f"{name}: {cell}" if name else cell


def table_pages(name: str, rows: Iterable[list[str]], first: int, limits: Limits) -> Iterator[Page]:
    """A table as pages of some rows each, under its name. `first`: the number of its first page."""
    stream = _bounded(lines(rows), limits.max_characters)
    number = first
    while part := list(islice(stream, PAGE_ROWS)):
        if number > limits.max_pages:
            raise Unreadable("too_many_rows", most=limits.max_pages * PAGE_ROWS)
        headings = [Heading(level=1, title=name)] if name else []
        yield page(number, "\n".join(part), name[:40], headings)
        number += 1


def _bounded(stream: Iterable[str], most: int) -> Iterator[str]:
    """The lines, as long as they have no more than `most` characters in all: each one says the header again, however long that is."""
    left = most
    for line in stream:
        left -= len(line)
        if left < 0:
            raise Unreadable("too_many_characters", most=most)
        yield line
