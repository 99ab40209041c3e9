# requirements: documents
"""Finds the tables of a PDF page that no lines rule: words that stand in columns over several lines, in one frame or in frames side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from f.documents.pdf.grid import Row, Table
from f.documents.pdf.unruled.labels_above import labels_above
from f.documents.pdf.unruled.levels import BULLET, GUTTER, SAME_LINE, Level, Segment, columns_of, new_level
from f.documents.pdf.unruled.named_columns import named_columns
from f.documents.pdf.unruled.row_blocks import row_levels
from f.documents.pdf.unruled.side_by_side import VALUE, apart, row_by_row, text_of
from f.documents.pdf.unruled.wrapped import WRAPPED, whole_rows
from f.documents.pdf.words import Word

_NARROW_GAP = 0.4  # where other lines show a column
_FURTHEST = 3.2  # lines: a table's next row is no further down
_SHORT, _LONGEST = 60, 45
_MOST_ROWS = 3_000
_MOST_ALONE = 3  # lines of one cell in a row: they are paragraphs
_MOST_TRIES = 10
_LARGER = 1.15
_SAME_EDGE = 2.0
_WIDER = 1.6
_MOST_FITTED = 100  # lines
_FEW = 5  # lines whose distance tells what is usual


def aligned(words: list[Word], rules: list[float], same_line: float = SAME_LINE) -> list[Table]:
    """The tables among these words. `rules`: heights of lines drawn across the page."""
    found = row_levels(words, same_line)
    if len(found) > _MOST_ROWS:
        return []
    tables = [table for run in _runs(found) if (table := _first_table(run, rules))]
    return [part for table in tables for part in apart(table)]


def _first_table(run: list[Level], rules: list[float]) -> Table | None:
    """The table of a run. Lines that merely have a gap may stand above it."""
    for start in [i for i, level in enumerate(run) if len(level.segments) > 1][:_MOST_TRIES]:
        table = _table(run[start:], rules)
        if table:
            return table
    return None


def _runs(found: list[Level]) -> Iterator[list[Level]]:
    """Neighbouring lines over which the same columns go."""
    run: list[Level] = []
    columns: list[tuple[float, float]] = []
    spanning = 0
    for level in found:
        if (
            run
            and not level.is_line
            and run[-1].low - level.base <= _FURTHEST * max(level.size, run[-1].size)
            and not _begins_anew(run, level)
            and not _are_titles(run, level)
        ):
            level, together = _fitted(level, columns)
            goes_on = _goes_on(columns, together, level, run[0].size) or _fits_once([*run, level], together)
            if not goes_on and _names(run, level):
                together, goes_on = [(s.left, s.right) for s in level.segments], True
            if goes_on and not all(len(one.segments) < 2 for one in run[-_MOST_ALONE:]):
                run.append(level)
                columns = together
                continue
            if _describes(run, level, columns):
                level.spans = True  # its words stand below a name, and reach below the price
                run.append(level)
                continue
            if len(level.segments) > 1 and len(together) > 1 and (spanning + 1) * 3 <= len(run) + 1:
                level.spans = True  # one of its cells stands under several columns
                spanning += 1
                run.append(level)
                continue
        yield _trimmed(run)
        run, columns, spanning = [], [], 0
        if len(level.segments) > 1 and not level.is_line:
            run, columns = [level], [(s.left, s.right) for s in level.segments]
    yield _trimmed(run)


def _begins_anew(run: list[Level], level: Level) -> bool:
    """True if a line below a wide gap has its cells at other places than the table above: it is the next table's first."""
    if len(run) < 3 or len(level.segments) < 2:
        return False
    near = [*run[-_FEW:], level]
    gaps = [one.low - other.base for one, other in itertools.pairwise(near)]
    name = len(near[-2].segments) < 2  # of the next table
    if max(gaps[-1 - name :]) < _WIDER * sorted(gaps[: -1 - name])[(len(gaps) - 1 - name) // 2]:
        return False
    above = [(s.left, s.right) for one in run for s in one.segments[1:]]
    return not any(
        abs(s.left - left) <= _SAME_EDGE
        or abs(s.right - right) <= _SAME_EDGE
        or abs(s.left + s.right - left - right) <= 2 * _SAME_EDGE
        for s in level.segments[1:]
        for left, right in above
    )


def _are_titles(run: list[Level], level: Level) -> bool:
    """True for names of tables side by side, set larger than the rows below, of which each has more cells."""
    return (
        len(run) == 1
        and run[0].size > _LARGER * level.size
        and len(level.segments) >= 2 * len(run[0].segments)
    )


def _fitted(level: Level, columns: list[tuple[float, float]]) -> tuple[Level, list[tuple[float, float]]]:
    """The line, with its cells apart at smaller gaps if the columns need it; and the columns that it leaves."""
    together = columns_of([*columns, *((s.left, s.right) for s in level.segments)], level.size)
    if len(together) >= len(columns):
        return level, together
    finer = new_level([word for segment in level.segments for word in segment.words], _NARROW_GAP)
    narrow = columns_of(
        [*columns, *((s.left, s.right) for s in finer.segments)], _NARROW_GAP * level.size / GUTTER
    )
    return (finer, narrow) if len(narrow) == len(columns) and _are_gaps(finer) else (level, together)


def _are_gaps(level: Level) -> bool:
    """True if a line's cells are further apart than its words, where it has some to tell."""
    within = sorted(
        other.left - one.right for s in level.segments for one, other in itertools.pairwise(s.words)
    )
    between = [other.left - one.right for one, other in itertools.pairwise(level.segments)]
    return len(within) < 2 or min(between) >= _WIDER * within[len(within) // 2]


def _goes_on(
    columns: list[tuple[float, float]], together: list[tuple[float, float]], level: Level, size: float
) -> bool:
    if len(level.segments) > 1:
        return len(together) >= max(2, min(len(columns), len(level.segments))) and len(together) >= len(
            columns
        )
    only = level.segments[0]
    if level.size > _LARGER * size:
        return False
    # A line alone goes on a cell, or names a row that is empty, if it stays within its column.
    inside = abs(only.left - columns[0][0]) <= _SAME_EDGE or any(
        left - 2 <= only.left and only.right <= right + level.size for left, right in columns
    )
    return inside and len(together) == len(columns)


def _names(run: list[Level], level: Level) -> bool:
    """True if one line stands above a row whose cells it names, one by one, though a long cell reaches below the next name."""
    if len(run) != 1 or len(level.segments) < 3 or len(run[0].segments) != len(level.segments):
        return False
    pairs = zip(run[0].segments, level.segments, strict=True)
    return all(one.left <= other.right and other.left <= one.right for one, other in pairs)


def _fits_once(run: list[Level], columns: list[tuple[float, float]]) -> bool:
    """True if each line has one cell at most in each column: a name that stands in the middle above a column makes it wider."""
    if len(run[-1].segments) < 2 or len(columns) < 2 or len(run) > _MOST_FITTED:
        return False
    for level in run:
        places = [next(i for i, (_, right) in enumerate(columns) if s.left <= right) for s in level.segments]
        if len(set(places)) < len(places):
            return False
    return True


def _trimmed(run: list[Level]) -> list[Level]:
    """Without the lines of one cell at its end: they may be the next paragraph. What wraps in a column behind the first one is none."""
    end = len(run)
    while end and len(run[end - 1].segments) < 2:
        end -= 1
    second = min((level.segments[1].left for level in run[:end] if len(level.segments) > 1), default=0.0)
    while 0 < end < len(run) and _wraps(run[end - 1], run[end], second):
        end += 1
    if 0 < end < len(run) and _goes_on_describing(run[:end], run[end]):
        end += 1
    return run[:end]


def _describes(run: list[Level], level: Level, columns: list[tuple[float, float]]) -> bool:
    """True for a line close below a row's name, or the second one, no larger, however far it goes to the right."""
    above = run[-1]
    row = run[-2] if above.spans and len(above.segments) == 1 and len(run) > 1 else above
    near = above.low - level.base <= WRAPPED * level.size and level.size <= above.size
    return (
        near
        and len(level.segments) == 1 < len(row.segments)
        and abs(level.segments[0].left - columns[0][0]) <= _SAME_EDGE
    )


def _goes_on_describing(run: list[Level], level: Level) -> bool:
    """True if the line below the last row stands as such lines stand below the rows above it: it is no paragraph."""
    gaps = [
        above.low - one.base
        for above, one in itertools.pairwise(run)
        if len(one.segments) == 1 < len(above.segments) and one.size == level.size
    ]
    gap, left = run[-1].low - level.base, min(s.left for one in run for s in one.segments)
    near = len(gaps) > 1 and abs(gap - sorted(gaps)[len(gaps) // 2]) < 0.1 * level.size
    return near and len(level.segments) == 1 and abs(level.segments[0].left - left) <= _SAME_EDGE


def _wraps(above: Level, level: Level, second: float) -> bool:
    near = above.low - level.base <= WRAPPED * level.size
    return near and level.segments[0].left >= second - _SAME_EDGE


def _table(run: list[Level], rules: list[float]) -> Table | None:
    if len(run) < 2:
        return None
    if form := labels_above(run):
        return form
    size = max(level.size for level in run)
    plain = [level for level in run if not level.spans]
    smallest = min(level.size for level in run)
    columns = columns_of(
        [(s.left, s.right) for level in plain for s in level.segments], _NARROW_GAP * smallest / GUTTER
    )
    if len(columns) < 2:
        return None
    columns, rows = named_columns(run, smallest, _row) or _merged(
        columns, [_row(level, columns) for level in run]
    )
    if len(columns) < 2 or not _is_table(rows, len(columns)):
        return None
    return Table(whole_rows(rows, rules, size), columns, False, rules)


def _row(level: Level, columns: list[tuple[float, float]]) -> Row:
    cells: list[list[Word]] = [[] for _ in columns]
    for segment in level.segments:
        pieces = _pieces(segment, columns) if level.spans else [[word] for word in segment.words]
        for piece in pieces:
            word = piece[0]
            centre = word.left if level.spans else (word.left + word.right) / 2
            place = next((i for i, (_, right) in enumerate(columns) if centre <= right + 1), len(columns) - 1)
            cells[place] += piece
    return Row(cells, level.base + level.size, level.low - 0.25 * level.size)


def _pieces(segment: Segment, columns: list[tuple[float, float]]) -> list[list[Word]]:
    """Words that span columns: in two where a figure at their end stands at its column's right edge, close behind a long name."""
    for place in range(1, len(segment.words)):
        rest = segment.words[place:]
        at_edge = any(
            abs(rest[-1].right - right) <= _SAME_EDGE and rest[0].left >= left - _SAME_EDGE
            for left, right in columns[1:]
        )
        if at_edge and VALUE.search(rest[0].text):
            return [segment.words[:place], rest]
    return [segment.words]


def _merged(
    columns: list[tuple[float, float]], rows: list[Row]
) -> tuple[list[tuple[float, float]], list[Row]]:
    """Neighbouring columns of which no row fills both are one: its name stands at the left of it and its figures at the right."""
    place = 1
    while place < len(columns):
        if any(row.cells[place - 1] and row.cells[place] for row in rows):
            place += 1
            continue
        columns = [*columns[: place - 1], (columns[place - 1][0], columns[place][1]), *columns[place + 1 :]]
        for row in rows:
            row.cells[place - 1 : place + 1] = [row.cells[place - 1] + row.cells[place]]
    return columns, rows


def _is_table(rows: list[Row], width: int) -> bool:
    """Text in columns, a list with its bullets and a formula are none."""
    full = [row for row in rows if sum(map(bool, row.cells)) > 1]
    if len(full) < 2 or len(full) * 2 < len(rows):
        return False
    texts = [[text_of(cell) for cell in row.cells] for row in full]
    first = [row[0] for row in texts if row[0]]
    if not first or sum(bool(BULLET.match(cell)) for cell in first) * 2 > len(first):
        return False
    values = [cell for row in texts for cell in row[1:] if cell]
    valued = (
        sum(bool(VALUE.search(cell)) and len(cell) < 30 for cell in values) / len(values) if values else 0
    )
    if valued >= 0.6 and max(map(len, first)) <= _SHORT:
        return True
    longest = [
        sum(map(len, column)) / len(column)
        for column in (list(filter(None, c)) for c in zip(*texts, strict=True))
        if column
    ]
    prose = sum(length > _LONGEST for length in longest)
    return row_by_row(full) >= 0.6 and prose < 2 and (width > 2 or len(full) > 2 or valued > 0)
