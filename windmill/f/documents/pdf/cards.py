# requirements: documents
"""Cards on a PDF page: boxes, drawn or coloured, that stand side by side with room between them, as plans and their prices do.

Their lines stand at the same heights, so that a reader of rows would take one card's price for another's.
"""

from __future__ import annotations

from itertools import pairwise

from f.documents.pdf.rulings import Area, Drawn
from f.documents.pdf.unruled.levels import levels
from f.documents.pdf.words import Word

_SAME_EDGE = 2.5  # points
_ROOM = 4.0  # between two cards: cells of a table are nearer
_FEWEST_LINES = 3
_SMALLEST = 40.0
_MOST_EDGES = 200  # a page of more has tables
_MOST_BOXES = 60
_WHITE = (255, 255, 255)


def by_cards(frames: list[list[Word]], lines: Drawn) -> list[list[Word]]:
    """The frames with each card's words in a frame of its own, at the place of the first of them."""
    words = [word for frame in frames for word in frame]
    held = [(box, [word for word in words if _holds(box, word)]) for box in _boxes(lines)]
    held = [(box, mine) for box, mine in held if _has_lines(mine)]
    held = [one for one in held if not _wraps(one[0], held) and not _is_ruled(one[0], lines)]
    card_of: dict[int, int] = {}
    for number, (box, mine) in enumerate(held):
        if any(_stand_in_a_row(box, other) for other, _ in held):
            for word in mine:
                card_of.setdefault(id(word), number)
    if not card_of:
        return frames
    found: list[list[Word]] = []
    begun: set[int] = set()
    for frame in frames:
        found.append([])
        for word in frame:
            number = card_of.get(id(word), -1)
            if number < 0:
                found[-1].append(word)
            elif number not in begun:
                begun.add(number)
                found += [[one for one in held[number][1] if card_of[id(one)] == number], []]
    return [frame for frame in found if frame]


def _has_lines(words: list[Word]) -> bool:
    """True for a card's lines: most of a table's have several cells."""
    found = levels(words)
    return len(found) >= _FEWEST_LINES and sum(len(one.segments) > 1 for one in found) * 2 <= len(found)


def _boxes(lines: Drawn) -> list[Area]:
    """Closed frames and coloured areas large enough for a card."""
    found = [area for area in lines.filled if area.colour != _WHITE]
    if len(lines.down) <= _MOST_EDGES:
        edges = sorted(lines.down)
        for place, left in enumerate(edges):
            for right in edges[place + 1 :]:
                box = Area(left.left, left.bottom, right.right, left.top)
                if _same(left.bottom, right.bottom) and _same(left.top, right.top) and _is_closed(box, lines):
                    found.append(box)
                    break
    large = [one for one in found if one.right - one.left >= _SMALLEST and one.top - one.bottom >= _SMALLEST]
    large = large[:_MOST_BOXES]
    return [one for one in large if not any(_touches(one, other) for other in large)]


def _touches(box: Area, other: Area) -> bool:
    """True for columns of one table."""
    near = min(abs(other.left - box.right), abs(box.left - other.right)) < _ROOM
    return near and other.bottom < box.top and box.bottom < other.top


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_EDGE


def _is_closed(box: Area, lines: Drawn) -> bool:
    return all(
        any(
            _same(line.bottom, height)
            and line.left <= box.left + _SAME_EDGE
            and line.right >= box.right - _SAME_EDGE
            for line in lines.across
        )
        for height in (box.bottom, box.top)
    )


def _holds(box: Area, word: Word) -> bool:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return box.left <= x <= box.right and box.bottom <= y <= box.top and not word.style.angle


def _wraps(box: Area, held: list[tuple[Area, list[Word]]]) -> bool:
    """True for what lies behind several cards, as a page's colour does."""
    inner = [other for other, _ in held if other is not box and _contains(box, other)]
    return any(one.right < other.left for one, other in pairwise(sorted(inner)))


def _contains(box: Area, other: Area) -> bool:
    return (
        box.left <= other.left + 1
        and other.right <= box.right + 1
        and box.bottom <= other.bottom + 1
        and other.top <= box.top + 1
    )


def _is_ruled(box: Area, lines: Drawn) -> bool:
    """True for a box with lines downward in it: a table."""
    return any(
        box.left + _SAME_EDGE < line.left < box.right - _SAME_EDGE
        and line.bottom < box.top
        and line.top > box.bottom
        for line in lines.down
    )


def _stand_in_a_row(box: Area, other: Area) -> bool:
    apart = other.left - box.right >= _ROOM or box.left - other.right >= _ROOM
    return apart and _same(box.top, other.top)
