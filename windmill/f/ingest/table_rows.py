"""Rows of tables as lines of text. A row says the header of each of its cells, so that it can be understood, and found, on its own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from f.ingest.clean import clean
from f.ingest.page import Heading, Limits, Page, Unreadable, page

PAGE_ROWS = 200
_MOST_ABOVE = 5
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
    for row in chain([second] if second else [], filled):
        yield f"| {' | '.join(_cells(header, row))} |"


def _line(row: list[str]) -> str:
    return f"| {' | '.join(cell for cell in row if cell)} |"


def _cells(header: list[str], row: list[str]) -> Iterator[str]:
    for index, cell in enumerate(row):
        if cell:
            name = header[index] if index < len(header) else ""
            yield f"{name}: {cell}" if name else cell


def table_pages(name: str, rows: Iterable[list[str]], first: int, limits: Limits) -> Iterator[Page]:
    """A table as pages of some rows each, under its name. `first`: the number of its first page."""
    stream = lines(rows)
    number, characters = first, 0
    while part := list(islice(stream, PAGE_ROWS)):
        if number > limits.max_pages:
            raise Unreadable(
                f"This table has more than {limits.max_pages * PAGE_ROWS:,} rows; split it into smaller files."
            )
        text = "\n".join(part)
        characters += len(text)
        if characters > limits.max_characters:
            raise Unreadable(f"This table has more than {limits.max_characters:,} characters; split it up.")
        headings = [Heading(level=1, title=name)] if name else []
        yield page(number, text, name[:40], headings)
        number += 1
