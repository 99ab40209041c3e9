# requirements: documents
"""Forms whose labels stand in small type above their values, several beside one another: each label belongs to what is below it."""

from __future__ import annotations

import itertools

from f.documents.pdf.grid import Row, Table
from f.documents.pdf.unruled.levels import Level

_SMALLER = 0.85
_NEAR = 2.0  # of the value's size
_SAME_EDGE = 3.0


def labels_above(run: list[Level]) -> Table | None:
    """The labels and values as a table of two columns; None if the lines are no such form."""
    pairs = list(zip(run[::2], run[1::2], strict=False))
    if len(run) % 2 or not pairs or not all(itertools.starmap(_is_pair, pairs)):
        return None
    if len(run[0].segments) < 2:
        return None
    rows = []
    for labels, values in pairs:
        for label, value in zip(labels.segments, values.segments, strict=True):
            rows.append(Row([label.words, value.words], labels.base + labels.size, values.low))
    middle = (run[0].segments[0].left + run[0].segments[0].right) / 2
    return Table(rows, [(run[0].segments[0].left, middle), (middle, run[0].segments[-1].right)])


def _is_pair(labels: Level, values: Level) -> bool:
    if len(labels.segments) != len(values.segments) or labels.size > _SMALLER * values.size:
        return False
    if labels.low - values.base > _NEAR * values.size:
        return False
    sides = zip(labels.segments, values.segments, strict=True)
    return all(abs(one.left - other.left) <= _SAME_EDGE for one, other in sides)
