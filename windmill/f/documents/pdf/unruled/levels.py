# requirements: documents
"""The words of a PDF page by their baselines, and the columns that they stand in."""

# Dashes and signs of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from dataclasses import dataclass

from f.documents.pdf.words import Word

_GAP = 0.8  # of the type's size: what parts cells
SAME_LINE = 0.3
_LEADER = re.compile(r"^[.·…_\s]{3,}$|[.·…_]{5,}")
_DOTS, _FEWEST_DOTS = frozenset({".", "·", "…", "..", "_"}), 4  # apart from one another
BULLET = re.compile(r"^(?:[-*+•‣◦▪●○■–—·\ue000-\uf8ff]|\(?\d{1,3}[.)]|\[?\d{1,3}\]|\(?[a-zA-Z][.)])$")
GUTTER = 0.5


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
    """What stands on one baseline, or a row of cells that wrap: `low` is its last one then."""

    base: float
    size: float
    segments: list[Segment]
    is_line: bool = False  # an item of a list, or a line with dots up to its figure
    spans: bool = False
    low: float = 0.0

    def __post_init__(self) -> None:
        self.low = self.low or self.base


def levels(words: list[Word], same_line: float = SAME_LINE) -> list[Level]:
    """The page's words by their baselines, from the top. `same_line`: how far these may differ, in parts of the type's size."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda one: -one.base):
        first = groups[-1][0] if groups else None
        if first and first.base - word.base <= same_line * min(first.size, word.size):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [new_level(group) for group in groups]


def new_level(group: list[Word], gap: float = _GAP) -> Level:
    group.sort(key=lambda word: word.left)
    size = max(word.size for word in group)
    segments: list[Segment] = []
    for word in group:
        last = segments[-1] if segments else None
        if last and word.left - last.right < gap * max(last.words[-1].size, word.size):
            last.words.append(word)
            last.right = max(last.right, word.right)
        else:
            segments.append(Segment([word], word.left, word.right))
    item = len(segments) == 2 and bool(BULLET.match(segments[0].text))
    dots = sum(word.text in _DOTS for word in group) >= _FEWEST_DOTS
    return Level(
        group[0].base, size, segments, item or dots or any(_LEADER.search(word.text) for word in group)
    )


def columns_of(spans: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """What the spans cover together, with the gutters between."""
    found: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if found and left - found[-1][1] < GUTTER * size:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found
