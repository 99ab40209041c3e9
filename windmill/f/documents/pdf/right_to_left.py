"""Puts lines of Arabic, Hebrew and their like into the order in which they are read.

A PDF has letters at places, in any order. PDFium turns most lines round, but not the pieces that a line was written in, nor words that a
browser wrote from left to right, nor the two letters that share one sign (lam and alef).
"""

# Figures and marks of Arabic and Persian.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_RIGHT_TO_LEFT = re.compile(_LETTER)
# Arabic has figures of its own, and so has Persian; like all others they are written from left to right.
_FIGURE = "[٠-٩۰-۹]"
_LETTERS = re.compile(f"(?:(?![،؛؟]|{_FIGURE}){_LETTER})+")
_FIGURES = re.compile(f"{_FIGURE}+(?:[.,:/٫٬]{_FIGURE}+)*|.", re.DOTALL)
_AROUND = ".,;:!?،؛؟()[]{}"
_BRACKET = re.compile(r"[()\[\]{}]")
_TURNED = str.maketrans("()[]{}", ")(][}{")
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
        return bool(_LETTERS.search(self.text))

    @property
    def right(self) -> float:
        return max((box[1] for box in self.boxes if box), default=0.0)


def is_right_to_left(text: str, page: bool = False) -> bool:
    """True if most letters of a line are written from right to left; if most of its page's are, one letter is enough."""
    turned = len(_RIGHT_TO_LEFT.findall(text))
    return turned > 0 and (page or 2 * turned > sum(map(str.isalpha, text)))


def reordered(text: str, boxes: Boxes) -> str:
    """The line as it is read."""
    words = [_Word(m[0], [boxes(i) for i in range(*m.span())]) for m in re.finditer(r"\S+", text)]
    words.sort(key=lambda word: -word.right)
    found: list[str] = []
    for turned, some in groupby(words, key=lambda word: word.turned):
        group = [_letters(word) if turned else _from_left(word) for word in some]
        # Latin words stand from left to right among themselves, and so do numbers beside them, and telephone numbers whose plus stands
        # left of them; other numbers alone do not.
        latin = not turned and (
            any(map(str.isalpha, "".join(group))) or any(w.startswith("+") for w in group)
        )
        found += reversed(group) if latin else group
    return _brackets_turned(" ".join(found))


def _brackets_turned(text: str) -> str:
    """Brackets as they are read. Programs write the shape that is seen, so that the first one of a line may close nothing."""
    first = _BRACKET.search(text)
    if not first or first[0] in "([{":
        return text
    turned = text.translate(_TURNED)
    return re.sub(r"(?<=\S) ([)\]}])(?=\S)", r"\1 ", re.sub(r"(?<=\S)([(\[{]) (?=\S)", r" \1", turned))


def _letters(word: _Word) -> str:
    """A word's letters from right to left; marks and figures stay where they are."""
    letters = list(word.text)
    for run in _LETTERS.finditer(word.text):
        first, last = run.span()
        placed = [box for box in word.boxes[first:last] if box]
        if placed and sum(placed[0]) < sum(placed[-1]):  # the first one stands left of the last one
            letters[first:last] = reversed(letters[first:last])
            continue
        for index in range(first, last - 1):
            one, other = word.boxes[index], word.boxes[index + 1]
            if one is not None and one == other and letters[index] in _ALEF and letters[index + 1] == _LAM:
                letters[index : index + 2] = [_LAM, letters[index]]
    text, one, other = "".join(letters), word.boxes[0], word.boxes[-1]
    if text[0] in _AROUND and one and other and sum(one) < sum(other):
        core = text.lstrip(_AROUND)  # the mark at its left ends it
        text = core + text[: len(text) - len(core)][::-1]
    return text


def _from_left(word: _Word) -> str:
    """A Latin word, an address or a number: from left to right, but for the marks around it, which belong to the line.

    So do the marks between two numbers in Arabic figures.
    """
    placed = [(box[0], letter) for box, letter in zip(word.boxes, word.text, strict=True) if box]
    if len(placed) < len(word.text):
        return word.text
    text = "".join(letter for _, letter in sorted(placed, key=lambda one: one[0]))
    if re.search(_FIGURE, text):  # "from ٨ to ١٢" has its first number at its right
        return "".join(reversed(_FIGURES.findall(text)))
    core = text.strip(_AROUND)
    before, _, after = text.partition(core) if core else (text, "", "")
    return after[::-1] + core + before[::-1]
