# requirements: documents
"""Tells the frames of a PDF page that stand side by side: columns of prose, a list beside another, a table beside text.

A program writes a frame to its end before it begins the next one, higher up and beside it. A table's rows are written one after the other.
"""

from __future__ import annotations

from f.documents.pdf.unruled.levels import Level, levels
from f.documents.pdf.unruled.side_by_side import VALUE
from f.documents.pdf.words import Word

_UP = 0.8  # of the type's size: what begins higher than the word before begins a cell or a frame
_GUTTER = 0.8
_SAME_LINE = 0.3
_FEWEST = 3  # lines of a frame
_TABLE = 2  # lines of several cells that make a table
_ALIGNED = 0.7  # of the lines beside one another: as many stand at the same heights in rows
_FURTHEST_NAME = 3.0  # lines
_PROSE = 28  # letters of a line
_MOST_JUMPS = 400  # a page of more is a table of wrapped cells


def frames(words: list[Word]) -> list[list[Word]]:
    """The words by frames, in the file's order; a single list where nothing stands beside anything."""
    found: list[list[Word]] = [[]]
    jumps = 0
    for place, word in enumerate(words):
        last = words[place - 1]
        if place and not word.style.angle and word.base - last.base > _UP * word.size:
            jumps += 1
            block = _block_beside(found[-1], words, place) if jumps <= _MOST_JUMPS else []
            if block:
                found.append(_names_above(found[-1], block))
        found[-1].append(word)
    return found


def _block_beside(frame: list[Word], words: list[Word], place: int) -> list[Word]:
    """What stands beside the end of a frame from the word at `place` on; [] if no frame begins there."""
    first = words[place]
    before = [word for word in frame if word.base <= first.base + _SAME_LINE * first.size]
    if not before:
        return []
    low = min(word.base for word in before)
    left, right = min(word.left for word in before), max(word.right for word in before)
    gap = _GUTTER * first.size
    if not (first.left > right + gap or first.right < left - gap):
        return []
    behind = first.left > right
    after: list[Word] = []
    for word in words[place:]:
        beside = word.left > right + gap / 2 if behind else word.right < left - gap / 2
        if not beside or word.base < low - _SAME_LINE * word.size:
            break
        after.append(word)
    returns = place + len(after) < len(words) and words[place + len(after)].base >= low
    return after if not returns and _stand_alone(levels(before), levels(after)) else []


def _names_above(frame: list[Word], block: list[Word]) -> list[Word]:
    """Takes a block's name out of the frame beside it, where a program wrote the names of both blocks first: they stand on one line above."""
    left, right = min(word.left for word in block), max(word.right for word in block)
    top, size = max(word.base for word in block), block[0].size
    above = [word for word in frame if top + _SAME_LINE * size < word.base <= top + _FURTHEST_NAME * size]
    line = [word for word in above if word.base <= min(w.base for w in above) + _SAME_LINE * size]
    names = [word for word in line if left - size <= word.left and word.right <= right + size]
    if not 0 < len(names) < len(line):
        return []
    mine = {id(word) for word in names}
    frame[:] = [word for word in frame if id(word) not in mine]
    return names


def _stand_alone(one: list[Level], other: list[Level]) -> bool:
    """True if two blocks of lines beside one another are no cells of the same rows."""
    if min(len(one), len(other)) < _FEWEST:
        return False
    tables = [sum(len(level.segments) > 1 for level in block) >= _TABLE for block in (one, other)]
    if all(tables):
        return True
    single = [segment for level in other for segment in level.segments] if not tables[1] else []
    values = sum(bool(VALUE.search(segment.text)) for segment in single)
    if single and values * 2 > len(single):
        return False
    if _aligned(one, other) < _ALIGNED:
        return True
    return any(tables) or (min(map(_width, (one, other))) > _PROSE and min(len(one), len(other)) > _FEWEST)


def _aligned(one: list[Level], other: list[Level]) -> float:
    """How many of the lines of the shorter block stand at the height of one of the other's."""
    few, many = sorted((one, other), key=len)
    near = sum(any(abs(a.base - b.base) <= _SAME_LINE * a.size for b in many) for a in few)
    return near / len(few)


def _width(block: list[Level]) -> float:
    return sum(len(segment.text) for level in block for segment in level.segments) / len(block)
