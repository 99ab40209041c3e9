"""Cells that span columns or rows, as a plain grid of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from f.documents.tables.row import Row

_MOST_SPANNED = 100


def spread(rows: Iterable[tuple[str, Iterable[tuple[str, int, int]]]]) -> Iterator[Row]:
    """Rows with their mark, of cells with the columns and rows that each one spans, as a plain grid. What spans rows is said in each of them."""
    above: dict[int, _Span] = {}
    for mark, cells in rows:
        yield _row(mark, cells, above)


class _Span(NamedTuple):
    """What goes on in the rows below: for how many of them, over how many columns."""

    left: int
    text: str
    columns: int


def _row(mark: str, cells: Iterable[tuple[str, int, int]], above: dict[int, _Span]) -> Row:
    """The next row; `above` says by its first column what goes on in it, and afterwards what goes on below it."""
    row: list[str] = []
    spans: dict[int, int] = {}
    below: dict[int, _Span] = {}

    def put(one: _Span) -> None:
        if one.left > 0:
            below[len(row)] = one
        spans[len(row)] = one.columns
        row.extend([one.text, *[""] * (one.columns - 1)])

    def carried() -> None:
        while one := above.pop(len(row), None):
            put(one._replace(left=one.left - 1))

    carried()
    for text, columns, rows in cells:
        put(_Span(min(rows, _MOST_SPANNED) - 1, text, min(max(columns, 1), _MOST_SPANNED)))
        carried()
    above.update(below)
    return Row(row, mark, spans)
