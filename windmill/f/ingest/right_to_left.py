# requirements:
# pypdfium2==5.15.2
"""Puts lines of Arabic, Hebrew and their like into the order in which they are read.

A PDF has letters at places, in any order. PDFium turns most lines round, but not the pieces that a line was written in, nor words that a
browser wrote from left to right, nor the two letters that share one sign (lam and alef).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, pairwise

_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_RIGHT_TO_LEFT = re.compile(_LETTER)
_ALEF, _LAM = frozenset("اأإآٱ"), "ل"

Box = tuple[float, float]  # left and right edge
Boxes = Callable[[int], Box | None]  # of the letter at a place of the line; None where it has none


@dataclass
class _Word:
    text: str
    boxes: list[Box | None]

    @property
    def turned(self) -> bool:
        """Whether it is read from right to left."""
        return bool(_RIGHT_TO_LEFT.search(self.text))

    @property
    def right(self) -> float:
        return max((box[1] for box in self.boxes if box), default=0.0)


def is_right_to_left(text: str) -> bool:
    """True if most letters of a line are written from right to left."""
    turned = len(_RIGHT_TO_LEFT.findall(text))
    return turned > 0 and 2 * turned > sum(map(str.isalpha, text))


def reordered(text: str, boxes: Boxes) -> str:
    """The line as it is read."""
    words = [_Word(m[0], [boxes(i) for i in range(*m.span())]) for m in re.finditer(r"\S+", text)]
    words.sort(key=lambda word: -word.right)
    found: list[str] = []
    for turned, some in groupby(words, key=lambda word: word.turned):
        group = [_letters(word) if turned else word.text for word in some]
        # Latin words stand from left to right among themselves, and so do numbers beside them; numbers alone do not.
        latin = not turned and any(map(str.isalpha, "".join(group)))
        found += reversed(group) if latin else group
    return " ".join(found)


def _letters(word: _Word) -> str:
    """A word's letters from right to left; marks and figures stay where they are."""
    placed = [box for box in word.boxes if box]
    only_letters = all(map(_RIGHT_TO_LEFT.match, word.text))
    if (
        only_letters and placed and sum(placed[0]) < sum(placed[-1])
    ):  # the first one stands left of the last one
        return word.text[::-1]
    letters = list(word.text)
    for index, (one, other) in enumerate(pairwise(word.boxes)):
        if one is not None and one == other and letters[index] in _ALEF and letters[index + 1] == _LAM:
            letters[index : index + 2] = [_LAM, letters[index]]
    return "".join(letters)
