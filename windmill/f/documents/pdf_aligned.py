# requirements:
# pypdfium2==5.15.2
"""Finds the tables of a PDF page that no lines rule: words that stand in columns over several lines, in one frame or in frames side by side."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from f.documents.pdf_grid import Row, Table
from f.documents.pdf_words import Word

_GAP = 0.8  # of the type's size: what parts cells
_GUTTER = 0.5
_SAME_LINE = 0.3
_FURTHEST = 3.2  # lines: a table's next row is no further down
_SHORT, _LONGEST = 60, 45
_LEADER = re.compile(r"^[.·…_\s]{3,}$|[.·…_]{5,}")
_BULLET = re.compile(r"^(?:[-*+•‣◦▪●○■–—·\ue000-\uf8ff]|\(?\d{1,3}[.)]|\[?\d{1,3}\]|\(?[a-zA-Z][.)])$")
_VALUE = re.compile(r"\d|^[-–—✓✔✗x×]$|^(?:yes|no|free|closed)$", re.IGNORECASE)
_MOST_ROWS = 3_000


@dataclass
class Segment:
    """Words beside one another without a wide gap."""

    words: list[Word]
    left: float
    right: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass
class Level:
    """What stands on one baseline."""

    base: float
    size: float
    segments: list[Segment]
    leaders: bool = False


def levels(words: list[Word]) -> list[Level]:
    """The page's words by their baselines, from the top."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda one: -one.base):
        first = groups[-1][0] if groups else None
        if first and first.base - word.base <= _SAME_LINE * min(first.size, word.size):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_level(group) for group in groups]


def _level(group: list[Word]) -> Level:
    group.sort(key=lambda word: word.left)
    size = max(word.size for word in group)
    segments: list[Segment] = []
    for word in group:
        last = segments[-1] if segments else None
        if last and word.left - last.right < _GAP * max(last.words[-1].size, word.size):
            last.words.append(word)
            last.right = max(last.right, word.right)
        else:
            segments.append(Segment([word], word.left, word.right))
    return Level(group[0].base, size, segments, any(_LEADER.search(word.text) for word in group))


def aligned(words: list[Word], rules: list[float]) -> list[Table]:
    """The tables among these words. `rules`: heights of lines drawn across the page."""
    found = levels(words)
    if len(found) > _MOST_ROWS:
        return []
    return [table for run in _runs(found) if (table := _table(run, rules))]


def _runs(found: list[Level]) -> Iterator[list[Level]]:
    """Neighbouring lines over which the same columns go."""
    run: list[Level] = []
    columns: list[tuple[float, float]] = []
    for level in found:
        if run and not level.leaders and run[-1].base - level.base <= _FURTHEST * max(level.size, run[-1].size):
            together = _columns([*columns, *((s.left, s.right) for s in level.segments)], level.size)
            many = len(level.segments) > 1
            if _goes_on(columns, together, level, many):
                run.append(level)
                columns = together
                continue
        yield _trimmed(run)
        run, columns = [], []
        if len(level.segments) > 1 and not level.leaders:
            run, columns = [level], [(s.left, s.right) for s in level.segments]
    yield _trimmed(run)


def _goes_on(
    columns: list[tuple[float, float]], together: list[tuple[float, float]], level: Level, many: bool
) -> bool:
    if many:
        return len(together) >= max(2, min(len(columns), len(level.segments)))
    only = level.segments[0]
    # A line alone goes on a cell, or names a row that is empty, if it stays within its column.
    inside = any(left - 2 <= only.left and only.right <= right + level.size for left, right in columns)
    return inside and len(together) == len(columns)


def _columns(spans: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """What the spans cover together, with the gutters between."""
    found: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if found and left - found[-1][1] < _GUTTER * size:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _trimmed(run: list[Level]) -> list[Level]:
    """Without the lines of one cell at its end: they may be the next paragraph."""
    end = len(run)
    while end and len(run[end - 1].segments) < 2:
        end -= 1
    return run[:end]


def _table(run: list[Level], rules: list[float]) -> Table | None:
    if len(run) < 2:
        return None
    size = max(level.size for level in run)
    columns = _columns([(s.left, s.right) for level in run for s in level.segments], min(l.size for l in run))  # noqa: E741
    if len(columns) < 2:
        return None
    rows = [_row(level, columns) for level in run]
    if not _is_table(rows, len(columns)):
        return None
    return Table(_whole_rows(rows, rules, size), columns, False, rules)


def _row(level: Level, columns: list[tuple[float, float]]) -> Row:
    cells: list[list[Word]] = [[] for _ in columns]
    for segment in level.segments:
        for word in segment.words:
            centre = (word.left + word.right) / 2
            place = next((i for i, (left, right) in enumerate(columns) if left - 1 <= centre <= right + 1), 0)
            cells[place].append(word)
    return Row(cells, level.base + level.size, level.base - 0.25 * level.size)


def text_of(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def _is_table(rows: list[Row], width: int) -> bool:
    """Text in columns, a list with its bullets and a formula are none."""
    full = [row for row in rows if sum(map(bool, row.cells)) > 1]
    if len(full) < 2 or len(full) * 2 < len(rows):
        return False
    texts = [[text_of(cell) for cell in row.cells] for row in full]
    first = [row[0] for row in texts if row[0]]
    if not first or sum(bool(_BULLET.match(cell)) for cell in first) * 2 > len(first):
        return False
    values = [cell for row in texts for cell in row[1:] if cell]
    valued = sum(bool(_VALUE.search(cell)) and len(cell) < 30 for cell in values) / len(values) if values else 0
    if valued >= 0.6 and max(map(len, first)) <= _SHORT:
        return True
    longest = [sum(map(len, column)) / len(column) for column in (list(filter(None, c)) for c in zip(*texts, strict=True)) if column]
    prose = sum(length > _LONGEST for length in longest)
    return _row_by_row(full) >= 0.6 and prose < 2 and (width > 2 or len(full) > 2 or valued > 0)


def _row_by_row(rows: list[Row]) -> float:
    """The share of neighbouring cells that the file has one after the other."""
    steps = [
        0 < other[0].index - one[-1].last < 40
        for row in rows
        for one, other in itertools.pairwise(cell for cell in row.cells if cell)
    ]
    return sum(steps) / len(steps) if steps else 0.0


def _whole_rows(rows: list[Row], rules: list[float], size: float) -> list[Row]:
    """Rows with the lines of their wrapped cells."""
    gaps = sorted(one.top - other.top for one, other in itertools.pairwise(rows))
    usual = gaps[len(gaps) // 2]
    found = [rows[0]]
    ruled = sum(any(other.top - size * 0.5 < y < one.bottom + 2 for y in rules) for one, other in itertools.pairwise(rows))
    for above, row in itertools.pairwise(rows):
        parted = any(row.top - size * 0.5 < y < above.bottom + 2 for y in rules)
        tight = above.top - row.top < 0.85 * usual
        continues = sum(map(bool, row.cells)) == 1 and (not row.cells[0] or tight)
        if not parted and ((ruled * 2 > len(rows) and ruled < len(rows) - 1) or (continues and (tight or not row.cells[0]))):
            last = found[-1]
            cells = [one + other for one, other in zip(last.cells, row.cells, strict=True)]
            found[-1] = Row(cells, last.top, row.bottom)
        else:
            found.append(row)
    return found
