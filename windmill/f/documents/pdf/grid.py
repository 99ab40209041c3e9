# requirements: documents
"""Finds the tables of a PDF page that are ruled: grids of lines, with their merged cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from f.documents.pdf.rulings import Area, Drawn
from f.documents.pdf.words import Word

_NEAR = 3.0
_MOST_LINES = 800
_MOST_CELLS = 5_000
_FEW_BANDS = 3
_FEWEST_WALLED = 2
_MOST_OF_ROW = 200  # words
_CROSSES = 0.5  # of the type's size: words no further apart go over an edge together
_SHORTEST_STROKE = 8.0  # points: a row is no lower; a dash is


@dataclass
class Row:
    """A table's row: the words of each of its cells, and the height that it takes. `whole` if one cell spans the table; `spans`: how many columns a
    cell takes, by its place."""

    cells: list[list[Word]]
    top: float
    bottom: float
    whole: bool = False
    spans: dict[int, int] = field(default_factory=dict)

    @property
    def words(self) -> list[Word]:
        return list({id(word): word for cell in self.cells for word in cell}.values())


@dataclass
class Table:
    """Rows from the top, and the places of the columns."""

    rows: list[Row]
    columns: list[tuple[float, float]]
    ruled: bool = False
    rules: list[float] = field(default_factory=list)  # heights of the lines across it

    @property
    def words(self) -> list[Word]:
        return [word for row in self.rows for word in row.words]


def grids(words: list[Word], lines: Drawn) -> list[Table]:
    """The tables that have lines between their columns."""
    if len(lines.across) + len(lines.down) > _MOST_LINES * 2:
        lines = Drawn(_joined(lines.across, 1), _joined(lines.down, 0))
    if not lines.down or len(lines.across) + len(lines.down) > _MOST_LINES * 4:
        return []
    across = _joined([*lines.across, *_between_strokes(lines.down)], 1)
    down = _joined(lines.down, 0)
    if len(across) * len(down) > _MOST_LINES**2:
        return []
    found = (_grid(part_across, part_down, words) for part_across, part_down in _parts(across, down))
    return [table for table in found if table]


def _between_strokes(down: list[Area]) -> list[Area]:
    """Lines across that nobody drew: where lines down beside one another, drawn row by row, all break at the same height."""
    strokes = [line for line in down if line.top - line.bottom >= _SHORTEST_STROKE]
    tops, bottoms = defaultdict(set), defaultdict(set)
    for line in strokes:
        tops[round(line.top)].add(round(line.left))
        bottoms[round(line.bottom)].add(round(line.left))
    found: list[Area] = []
    for y, ending in bottoms.items():
        starting = set().union(*(tops[near] for near in (y - 1, y, y + 1) if near in tops))
        broken = sorted(x for x in ending if {x - 1, x, x + 1} & starting)
        if len(broken) > 2:
            found += [Area(one, y, other, y) for one, other in pairwise(broken)]
    return found


def _joined(lines: list[Area], axis: int) -> list[Area]:
    """Lines that continue one another as one. `axis`: 1 for lines across, 0 for lines down."""
    found: list[Area] = []

    def ends(one: Area) -> tuple[float, float, float]:
        return (one.bottom, one.left, one.right) if axis else (one.left, one.bottom, one.top)

    for line in sorted(lines, key=lambda one: (round(ends(one)[0] / 2), ends(one)[1])):
        last = found[-1] if found else None
        if last and abs(ends(last)[0] - ends(line)[0]) <= _NEAR and ends(line)[1] <= ends(last)[2] + _NEAR:
            left, bottom = min(last.left, line.left), min(last.bottom, line.bottom)
            found[-1] = Area(left, bottom, max(last.right, line.right), max(last.top, line.top), last.colour)
        else:
            found.append(line)
    return found


def _parts(across: list[Area], down: list[Area]) -> list[tuple[list[Area], list[Area]]]:
    """Lines that touch one another belong together."""
    everything = [*across, *down]
    parent = list(range(len(everything)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for one, flat in enumerate(across):
        for other, steep in enumerate(down, len(across)):
            if _touch(flat, steep):
                parent[root(one)] = root(other)
    groups: dict[int, tuple[list[Area], list[Area]]] = defaultdict(lambda: ([], []))
    for index, line in enumerate(everything):
        groups[root(index)][index >= len(across)].append(line)
    return list(groups.values())


def _touch(one: Area, other: Area) -> bool:
    return (
        one.left <= other.right + _NEAR
        and other.left <= one.right + _NEAR
        and one.bottom <= other.top + _NEAR
        and other.bottom <= one.top + _NEAR
    )


def clustered(values: list[float], near: float = _NEAR) -> list[float]:
    """Values with those left out that hardly differ from the one before."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > near:
            found.append(value)
    return found


def _grid(across: list[Area], down: list[Area], words: list[Word]) -> Table | None:
    if not across or not down:
        return None
    edges = [min(line.left for line in across), max(line.right for line in across)]
    ends = [min(line.bottom for line in down), max(line.top for line in down)]
    xs = clustered([(line.left + line.right) / 2 for line in down] + edges, 5.0)
    ys = clustered([(line.bottom + line.top) / 2 for line in across] + ends, 5.0)[::-1]
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MOST_CELLS:
        return None
    inside: dict[tuple[int, int], list[Word]] = defaultdict(list)
    last: Word | None = None
    column: int | None = None
    for word in words:
        x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
        if (
            last is None or column is None or not _continues(last, word)
        ):  # a long text reaches into the next cell
            column = _between(xs, x)
        row, last = _between(ys[::-1], y), word
        if column is not None and row is not None:
            inside[len(ys) - 2 - row, column].append(word)
    if len({column for _, column in inside}) < 2:
        return None
    rows = _rows(inside, xs, ys, across, down)
    return Table(rows, list(pairwise(xs)), True, ys) if len(rows) > 1 else None


def _continues(last: Word, word: Word) -> bool:
    """True if a program wrote two words as one text, with no more than a space between."""
    near = 0 <= word.left - last.right < _CROSSES * word.size and abs(last.base - word.base) < 1
    return near and last.style.key == word.style.key != 0


def _between(edges: list[float], value: float) -> int | None:
    for index, (low, high) in enumerate(pairwise(edges)):
        if low - 1 <= value <= high + 1:
            return index
    return None


def _rows(
    inside: dict[tuple[int, int], list[Word]],
    xs: list[float],
    ys: list[float],
    across: list[Area],
    down: list[Area],
) -> list[Row]:
    width, height = len(xs) - 1, len(ys) - 1
    middles = [(one + other) / 2 for one, other in pairwise(ys)]
    centres = [(one + other) / 2 for one, other in pairwise(xs)]
    walls = {
        (row, column)
        for row in range(height)
        for column in range(1, width)
        if any(abs(line.left - xs[column]) <= 5 and line.bottom <= middles[row] <= line.top for line in down)
    }
    walled = {row for row, _ in walls}
    if len(walled) >= _FEWEST_WALLED:
        for row in set(range(height)) - walled:
            walls |= _walls_between(row, inside, xs)
    floors = {
        (row, column)
        for row in range(1, height)
        for column in range(width)
        if any(
            abs(line.bottom - ys[row]) <= 5 and line.left <= centres[column] <= line.right for line in across
        )
    }
    cells = [[list(inside.get((row, column), [])) for column in range(width)] for row in range(height)]
    spanning = [not any((row, column) in walls for column in range(1, width)) for row in range(height)]
    for row in range(height):
        for column in range(width - 1, 0, -1):  # what spans columns stands in the first one
            if (row, column) not in walls:
                cells[row][column - 1] += cells[row][column]
                cells[row][column] = []
    for column in range(width):  # what spans rows holds for each of them
        start = 0
        for row in range(1, height + 1):
            if row == height or (row, column) in floors:
                if row - start > 1:
                    _spread(cells, start, row, column)
                start = row
    rows = []
    for row in range(height):
        spans = _spans(cells[row], [0, *(c for c in range(1, width) if (row, c) in walls), width], xs)
        made = Row(cells[row], ys[row], ys[row + 1], spanning[row] and width > 1, spans)
        rows += [made] if height > _FEW_BANDS or made.whole else split(made)
    return [row for row in rows if any(row.cells)]


def _spans(cells: list[list[Word]], starts: list[int], xs: list[float]) -> dict[int, int]:
    """How many columns a row's cells take whose text shows that it is for all of them: it stands in their middle, or over a column's edge."""
    found = {}
    for place, end in pairwise(starts):
        words = sorted(cells[place], key=lambda word: word.left)
        if end - place < 2 or not words or len(bases(words)) > 1:
            continue
        left, right = words[0].left, max(word.right for word in words)
        apart = any(b.left - a.right > _CROSSES * a.size for a, b in pairwise(words))
        centred = abs(left + right - xs[place] - xs[end]) < _NEAR * 2
        if not apart and (centred or any(left < edge < right for edge in xs[place + 1 : end])):
            found[place] = end - place
    return found


def _walls_between(
    row: int, inside: dict[tuple[int, int], list[Word]], xs: list[float]
) -> set[tuple[int, int]]:
    """The walls that nobody drew in a row without any, if its words keep to the columns: some styles rule every other row."""
    width = len(xs) - 1
    words = [word for column in range(width) for word in inside.get((row, column), [])]
    if len(words) > _MOST_OF_ROW or sum(bool(inside.get((row, column))) for column in range(width)) < min(
        3, width
    ):
        return set()
    for edge in xs[1:-1]:
        for word in words:
            near = [w.left for w in words if abs(w.base - word.base) < 1 and w.left > word.left]
            if word.left < edge < word.right or (
                word.right <= edge <= min(near, default=edge) < word.right + _CROSSES * word.size
            ):
                return set()
    return {(row, column) for column in range(1, width)}


def _spread(cells: list[list[list[Word]]], start: int, end: int, column: int) -> None:
    """Puts the words of a cell that spans rows into each of them, if it holds one text: several rows may merely lack their lines."""
    together = [word for row in range(start, end) for word in cells[row][column]]
    others = max((len(bases(cells[row][c])) for row in range(start, end) for c in range(len(cells[row])) if c != column), default=0)  # fmt: skip
    if together and sum(bool(cells[row][column]) for row in range(start, end)) == 1 and others:
        for row in range(start, end):
            cells[row][column] = together


def bases(words: list[Word]) -> list[float]:
    """The baselines of words, from the top."""
    found: list[float] = []
    for word in sorted(words, key=lambda one: -one.base):
        if not found or found[-1] - word.base > 0.4 * word.size:
            found.append(word.base)
    return found


def split(row: Row) -> list[Row]:
    """A band as its rows, where no lines part them: each of its baselines has two cells at least, and the first column always one."""
    levels = bases(row.words)
    if len(levels) < 3:
        return [row]
    at: Callable[[Word], int] = lambda word: min(range(len(levels)), key=lambda i: abs(levels[i] - word.base))  # noqa: E731
    parts = [
        [[word for word in cell if at(word) == level] for cell in row.cells] for level in range(len(levels))
    ]
    if not all(sum(map(bool, cells)) >= 2 and cells[0] for cells in parts):
        return [row]
    return [Row(cells, levels[i] + 8, levels[i] - 2) for i, cells in enumerate(parts)]
