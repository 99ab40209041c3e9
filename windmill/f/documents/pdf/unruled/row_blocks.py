# requirements: documents
"""The rows of a PDF page by the order in which a program wrote them: cell by cell, each cell's lines to their end, one row below the other.

So the lines of wrapped cells are one row, however high each cell stands in it.
"""

from __future__ import annotations

import itertools

from f.documents.pdf.unruled.levels import Level, Segment, columns_of, levels
from f.documents.pdf.unruled.side_by_side import VALUE
from f.documents.pdf.words import Word

_LOWER = 0.3  # of the type's size: what begins a new row stands so much lower than all before
_WRAPPED = 1.7  # the lines of a cell stand no further apart
_SAME_TYPE = 1.15
_SHORT = 20  # letters of a value
_MOST_LINES = 30  # of a row
_GUTTER = 0.4
_OVERLAPS, _MIDDLE = 0.85, 0.35
_MOST_OVERLAPPING = 7


def row_levels(words: list[Word], same_line: float) -> list[Level]:
    """The words by rows, from the top; a row of one line is a line. `words`: in the file's order."""
    found: list[Level] = []
    for block in _blocks(words):
        lines = levels(block, same_line)
        row = _row(block, lines) if 1 < len(lines) <= _MOST_LINES else None
        found += [row] if row else lines
    return _overlapping(sorted(found, key=lambda level: -level.base))


def _overlapping(found: list[Level]) -> list[Level]:
    """Lines that stand so near that they overlap are one row: its cells of one line stand in the middle of those of two."""
    made: list[Level] = []
    group: list[Level] = []
    for level in [*found, None]:
        if level and group and group[-1].low - level.base < _OVERLAPS * min(group[-1].size, level.size):
            group.append(level)
            continue
        row = _in_the_middle(group) if 1 < len(group) <= _MOST_OVERLAPPING else None
        made += [row] if row else group
        group = [level] if level else []
    return made


def _in_the_middle(group: list[Level]) -> Level | None:
    segments = [segment for level in group for segment in level.segments]
    size = max(level.size for level in group)
    columns = columns_of([(s.left, s.right) for s in segments], size)
    if len(columns) < 2 or any(level.is_line for level in group):
        return None
    cells = [
        [w for s in segments if left <= s.left and s.right <= right for w in s.words]
        for left, right in columns
    ]
    middle = (group[0].base + group[-1].low) / 2
    for cell in cells:
        lines = levels(cell)
        bases = [line.base for line in lines]
        if (
            abs((bases[0] + bases[-1]) / 2 - middle) > _MIDDLE * size
            or not _is_one_text(lines)
            or _changes_type(lines)
        ):
            return None
    made = [
        Segment(sorted(cell, key=lambda w: (-round(w.base), w.left)), a, b)
        for cell, (a, b) in zip(cells, columns, strict=True)
    ]
    return Level(group[0].base, size, made, low=group[-1].low)


def _blocks(words: list[Word]) -> list[list[Word]]:
    """The words cut wherever all that follow stand lower than all before."""
    highest_after = [float("-inf")] * (len(words) + 1)
    for place in range(len(words) - 1, -1, -1):
        highest_after[place] = max(highest_after[place + 1], words[place].base)
    blocks: list[list[Word]] = [[]]
    low = float("inf")
    for place, word in enumerate(words):
        if blocks[-1] and low - highest_after[place] > _LOWER * word.size:
            blocks.append([])
        blocks[-1].append(word)
        low = min(low, word.base)
    return [block for block in blocks if block]


def _row(block: list[Word], lines: list[Level]) -> Level | None:
    """A block as a row of cells; None if it is none: its parts are frames side by side, cards, or one paragraph."""
    cells = _cells(block)
    if len(cells) < 2 or any(one.right > other.left for one, other in itertools.pairwise(cells)):
        return None
    several = [levels(cell.words) for cell in cells]
    if not all(map(_is_one_text, several)):
        return None
    mixed = sum(_changes_type(cell) for cell in several)
    if mixed > 1 or (len(cells) == 2 and mixed and len(several[1]) > 1):
        return None
    size = max(line.size for line in lines)
    return Level(lines[0].base, size, cells, low=lines[-1].base)


def _cells(block: list[Word]) -> list[Segment]:
    """The parts of a block that the file has one after the other: a cell's lines begin below one another, the next cell beside them or higher."""
    cells: list[list[Word]] = []
    for word in block:
        last = cells[-1][-1] if cells else None
        if last is None or word.base - last.base > _LOWER * word.size or _is_beside(word, cells[-1]):
            cells.append([])
        cells[-1].append(word)
    segments = [Segment(c, min(w.left for w in c), max(w.right for w in c)) for c in cells]
    return sorted(segments, key=lambda cell: cell.left)


def _is_beside(word: Word, cell: list[Word]) -> bool:
    """True if a word stands right of all that a cell holds, behind a gap, or left of it."""
    gap = 2 * _GUTTER * word.size
    return word.left - max(w.right for w in cell) > gap or min(w.left for w in cell) - word.right > gap


def _is_one_text(lines: list[Level]) -> bool:
    """True if a cell's lines are near one another and say one thing: several prices are a column of their own."""
    if len(lines) < 2:
        return True
    if any(a.base - b.base > _WRAPPED * max(a.size, b.size) for a, b in itertools.pairwise(lines)):
        return False
    texts = [segment.text for line in lines for segment in line.segments]
    return not all(VALUE.search(text) and len(text) <= _SHORT for text in texts)


def _changes_type(lines: list[Level]) -> bool:
    sizes = [line.size for line in lines]
    return max(sizes) > _SAME_TYPE * min(sizes)
