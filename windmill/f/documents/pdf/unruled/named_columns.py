# requirements: documents
"""Columns of a PDF's table whose names do not stand straight above their figures: in order only, or above several columns together."""

from __future__ import annotations

from collections.abc import Callable

from f.documents.pdf.grid import Row
from f.documents.pdf.unruled.levels import GUTTER, Level, Segment, columns_of
from f.documents.pdf.words import Word

_NARROW_GAP = 0.4
_NEAR = 1.5  # of the type's size: a name's middle or left edge stands so near to its columns'
_FEWEST = 4  # lines

Columns = list[tuple[float, float]]
MakeRow = Callable[[Level, Columns], Row]


def named_columns(run: list[Level], size: float, make_row: MakeRow) -> tuple[Columns, list[Row]] | None:
    """The columns and rows of such a table; None for others. `size`: of its smallest type."""
    return _in_order(run, size, make_row) or _over_groups(run, size, make_row)


def _in_order(run: list[Level], size: float, make_row: MakeRow) -> tuple[Columns, list[Row]] | None:
    """Columns of figures that stand at their right, below names that stand at their left: the first name is the first column's, and so on."""
    below = [level for level in run[1:] if not level.spans]
    spans = [(s.left, s.right) for level in below for s in level.segments]
    columns = columns_of(spans, size)
    names = run[0].segments
    if len(below) < 2 or len(columns) < 3 or len(names) != len(columns):
        return None
    if len(columns_of([*spans, *((s.left, s.right) for s in names)], size)) == len(columns):
        return None
    first = _row_of(run[0], [segment.words for segment in names])
    return columns, [first, *(make_row(level, columns) for level in run[1:])]


def _over_groups(run: list[Level], size: float, make_row: MakeRow) -> tuple[Columns, list[Row]] | None:
    """A first row of names each of which stands above several columns, which have names of their own below."""
    below = [level for level in run[1:] if not level.spans]
    if len(run) < _FEWEST or len(below) < _FEWEST - 1 or len(run[0].segments) < 2:
        return None
    narrow = _NARROW_GAP * size / GUTTER
    spans = [(s.left, s.right) for level in below for s in level.segments]
    columns = columns_of(spans, narrow)
    names = run[0].segments
    together = columns_of([*spans, *((s.left, s.right) for s in names)], narrow)
    if len(run[1].segments) < len(columns) - 1 or not len(names) < len(together) < len(columns):
        return None
    groups = _groups(names, columns, size)
    if groups is None:
        return None
    first = _row_of(run[0], [[] for _ in columns])
    for name, (start, _) in zip(names, groups, strict=True):
        first.cells[start] = list(name.words)
    return columns, [first, *(make_row(level, columns) for level in run[1:])]


def _groups(names: list[Segment], columns: Columns, size: float) -> list[tuple[int, int]] | None:
    """From which column to which one each name stands, in the middle above them or at their left; None if one stands elsewhere."""
    found: list[tuple[int, int]] = []
    start = 0
    for name in names:
        middle = (name.left + name.right) / 2
        fitting = [
            (abs(middle - (columns[a][0] + columns[b][1]) / 2), a, b)
            for a in range(start, len(columns))
            for b in range(a, len(columns))
            if columns[a][0] - size <= name.left and name.right <= columns[b][1] + size
        ]
        best = min(fitting, default=None)
        if best is None or best[0] > _NEAR * size:
            return None
        found.append(best[1:])
        start = best[2] + 1
    return found


def _row_of(level: Level, cells: list[list[Word]]) -> Row:
    return Row(cells, level.base + level.size, level.base - 0.25 * level.size)
