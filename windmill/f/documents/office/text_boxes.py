"""Finds text boxes of a slide that stand in columns, as names with their hours below: read line by line, each name would stand before another's."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

_SAME_PLACE = 120_000  # English Metric Units: a third of a centimetre
_FIGURE = re.compile(r"\d")
_LONGEST = 200  # characters of a box


def in_columns(shapes: list[Any]) -> Iterator[Any]:
    """The shapes in their order; rows of boxes that are read downward come as one list, a list of boxes for each column."""
    rows = [list(some) for _, some in itertools.groupby(shapes, key=_height)]
    while rows:
        count = _rows_below(rows)
        if count > 1 and _read_downward(rows[:count]):
            yield [list(column) for column in zip(*rows[:count], strict=True)]
        else:
            count = 1
            yield from rows[0]
        rows = rows[count:]


def _height(shape: Any) -> Any:
    """Boxes at the same height are a row; what is no box stands alone."""
    return round((shape.top or 0) / _SAME_PLACE) if _is_box(shape) else shape


def _is_box(shape: Any) -> bool:
    return bool(
        shape.has_text_frame
        and not shape.is_placeholder
        and 0 < len(shape.text_frame.text.strip()) <= _LONGEST
    )


def _rows_below(rows: list[list[Any]]) -> int:
    """How many rows, from the first, have their boxes at the same places."""
    places = [one.left or 0 for one in rows[0]]
    if len(places) < 2 or not all(map(_is_box, rows[0])):
        return 1
    same = itertools.takewhile(
        lambda row: (
            len(row) == len(places)
            and all(
                abs((one.left or 0) - place) <= _SAME_PLACE for one, place in zip(row, places, strict=True)
            )
        ),
        rows,
    )
    return sum(1 for _ in same)


def _read_downward(rows: list[list[Any]]) -> bool:
    """True if the figures stand in rows of their own and not in columns; if neither tells, the boxes that are nearer belong together."""
    figures = [[bool(_FIGURE.search(one.text_frame.text)) for one in row] for row in rows]
    by_row, by_column = _uneven(figures), _uneven([list(column) for column in zip(*figures, strict=True)])
    if by_row != by_column:
        return by_row > by_column
    first, right, under = rows[0][0], rows[0][1], rows[1][0]
    below = (under.top or 0) - (first.top or 0) - (first.height or 0)
    beside = (right.left or 0) - (first.left or 0) - (first.width or 0)
    return bool(below < beside)


def _uneven(groups: list[list[bool]]) -> float:
    """How much the groups differ: the largest share of figures less the smallest one."""
    parts = [sum(group) / len(group) for group in groups]
    return max(parts) - min(parts)
