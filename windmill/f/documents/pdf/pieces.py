# requirements: documents
"""Puts words of Hebrew and Arabic together that a program wrote in pieces, from the left: PDFium reads these as lines and words of their own."""

# Signs of Arabic are what this is about.

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from f.documents.pdf.right_to_left import Box, is_right_to_left
from f.documents.pdf.unruled.levels import levels
from f.documents.pdf.words import Word, joined

_BROKEN = 3  # as many pieces on other lines of PDFium's, and none is chance
_SPACE = 0.17  # of the type's size: a smaller gap is none
_MARK_SPACE = 0.3
_MARKS = frozenset(".,;:!?،؛؟")
_CELL = 0.8
Room = Callable[[Word], Box]


def pieces_joined(words: list[Word], generated: Callable[[Word], bool], room: Room) -> list[Word]:
    """The words, in lines as they stand; as they were where the page is not written so.

    `generated`: whether PDFium put in what follows a word. `room`: from where to where it goes with its letters' sides.
    """
    broken = sum(
        one.line != other.line
        and -0.3 < _gap(one, other, room) < _SPACE
        and is_right_to_left(one.text)
        and is_right_to_left(other.text)
        and generated(one)
        for one, other in itertools.pairwise(words)
    )
    if broken < _BROKEN:
        return words
    found: list[Word] = []
    for line, run in enumerate(_runs(words, room)):
        whole: list[Word] = []
        before: Word | None = None
        for word in run:
            turned = is_right_to_left(word.text)
            space = _MARK_SPACE if turned != bool(before and is_right_to_left(before.text)) else _SPACE
            near = before is not None and -0.3 < _gap(before, word, room) < space
            if near and turned and is_right_to_left(whole[-1].text):
                whole[-1] = joined(whole[-1], _from_right(word))
            elif near and word.text in _MARKS and is_right_to_left(whole[-1].text):
                whole[-1] = joined(whole[-1], word)
            elif near and not turned and not is_right_to_left(whole[-1].text):
                whole[-1] = joined(word, whole[-1])  # figures are read from the left
            else:
                whole.append(replace(_from_right(word) if turned else word, line=line))
            before = word
        found += [replace(word, line=line) for word in whole]
    return found


def _from_right(word: Word) -> Word:
    """A piece with its letters from the right, as they are read: a browser may have written them from the left."""
    placed = [box for box in word.boxes if box]
    if len(word.boxes) != len(word.text) or not placed or sum(placed[0]) >= sum(placed[-1]):
        return word
    return replace(word, text=word.text[::-1], boxes=word.boxes[::-1])


def _gap(one: Word, other: Word, room: Room) -> float:
    """The room between two words, in parts of the type's size, whichever stands at the left; much, if they are on different lines."""
    if abs(one.base - other.base) > 0.2 * one.size:
        return 99.0
    first, second = room(one), room(other)
    return max(second[0] - first[1], first[0] - second[1]) / one.size


def _runs(words: list[Word], room: Room) -> list[list[Word]]:
    """Words beside one another without a wide gap, from the right; the runs in the file's order."""
    place = {id(word): number for number, word in enumerate(words)}
    runs: list[list[Word]] = []
    for level in levels(words):
        words_of = [word for segment in level.segments for word in segment.words]
        beside: list[Word] = []
        for word in sorted(words_of, key=lambda word: -sum(room(word))):
            if beside and beside[-1].left - word.right > _CELL * word.size:
                runs.append(beside)
                beside = []
            beside.append(word)
        runs.append(beside)
    return sorted(runs, key=lambda run: min(place[id(word)] for word in run))
