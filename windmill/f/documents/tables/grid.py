"""Cells that span columns or rows, as a plain grid of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from f.documents.tables.headers import says_price
from f.documents.tables.rows import Row
from f.documents.tables.sections import LONGEST_CELL

_MOST_SPANNED = 100


def spread(rows: Iterable[tuple[str, Iterable[tuple[str, int, int]]]]) -> Iterator[Row]:
    """Rows with their mark, of cells with the columns and rows that each one spans, as a plain grid.

    What spans rows holds for each of them, and is said there again. What spans columns is said in each of them where a header is known and it is no
    row's name, no amount (a total stands once) and no long note; else the others stay empty, by which a header of two rows is known.
    """
    above: dict[int, tuple[int, str]] = {}  # by column: for how many more rows, and what
    headed = False
    for mark, cells in rows:
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
            holds = headed and not mark and row and len(text) <= LONGEST_CELL and not _is_amount(text)
            again = text if holds else ""
            for offset in range(min(max(columns, 1), _MOST_SPANNED)):
                if span > 1:
                    waiting[len(row)] = (min(span, _MOST_SPANNED) - 1, again if offset else text)
                row.append(again if offset else text)
            carried()
        above.update(waiting)
        headed = headed or mark == "header"
        yield Row(row, mark)


def _is_amount(text: str) -> bool:
    return says_price(text) or text.translate({ord(sign): None for sign in ",.'% "}).isdecimal()
