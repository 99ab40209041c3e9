# requirements: documents
"""Puts the lines of wrapped cells together into the rows of a PDF's table that no lines rule, or few."""

from __future__ import annotations

import itertools

from f.documents.pdf.grid import Row
from f.documents.pdf.unruled.side_by_side import VALUE, shape, text_of

WRAPPED = 1.7  # of the type's size: the lines of one cell stand no further apart


def whole_rows(rows: list[Row], rules: list[float], size: float) -> list[Row]:
    """Rows with the lines of their wrapped cells."""
    gaps = sorted(_pitch(one, other, size) for one, other in itertools.pairwise(rows))
    usual = gaps[len(gaps) // 2]
    found = [rows[0]]
    ruled = sum(
        any(other.top - size * 0.5 < y < one.bottom + 2 for y in rules)
        for one, other in itertools.pairwise(rows)
    )
    some_ruled = ruled * 2 > len(rows) and ruled < len(rows) - 1
    for above, row in itertools.pairwise(rows):
        parted = any(row.top - size * 0.5 < y < above.bottom + 2 for y in rules)
        tight = _pitch(above, row, size) < 0.85 * usual
        continues = sum(map(bool, row.cells)) == 1 and (not row.cells[0] or tight)
        wraps = some_ruled and _pitch(above, row, size) <= WRAPPED * size and not _repeats(above, row)
        if not parted and (wraps or (continues and (tight or not row.cells[0]))):
            last = found[-1]
            cells = [one + other for one, other in zip(last.cells, row.cells, strict=True)]
            found[-1] = Row(cells, last.top, row.bottom)
        else:
            found.append(row)
    return found


def _pitch(above: Row, row: Row, size: float) -> float:
    """How far a row stands below the last line of the one above."""
    return above.bottom - row.top + 1.25 * size


def _repeats(above: Row, row: Row) -> bool:
    """True if a line holds figures of the same kind as the one above it, below a name or beside one: it is a row of its own."""
    if sum(map(bool, row.cells)) < 2:
        return False
    pairs = [(text_of(one), text_of(other)) for one, other in zip(above.cells, row.cells, strict=True)]
    return any(VALUE.search(one) and shape(one) == shape(other) for one, other in pairs)
