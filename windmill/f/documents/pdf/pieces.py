# requirements: documents
"""Puts words of Hebrew and Arabic together that a program wrote in pieces, from the left: PDFium reads these as lines and words of their own."""

# Signs of Arabic are what this is about.

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from f.documents.pdf.levels import levels
from f.documents.pdf.right_to_left import is_right_to_left
from f.documents.pdf.words import Word, joined

_BROKEN = 3  # as many pieces on other lines of PDFium's, and none is chance
_SPACE = 0.12  # of the type's size: a smaller gap is none
_MARK_SPACE = 0.3
_MARKS = frozenset(".,;:!?،؛؟")
_CELL = 0.8


def pieces_joined(words: list[Word], generated: Callable[[Word], bool]) -> list[Word]:
    """The words, in lines as they stand; as they were where the page is not written so. `generated`: whether PDFium put in what follows a word."""
    broken = sum(
        one.line != other.line
        and -0.3 < _gap(one, other) < _SPACE
        and is_right_to_left(one.text)
        and is_right_to_left(other.text)
        and generated(one)
        for one, other in itertools.pairwise(words)
    )
    if broken < _BROKEN:
        return words
    found: list[Word] = []
    for line, run in enumerate(_runs(words)):
        first, *others = run
        whole = [replace(first, line=line)]
        for word in others:
            last = whole[-1]
            space = _MARK_SPACE if word.text in _MARKS else _SPACE
            if is_right_to_left(last.text) and -0.3 < _gap(last, word) < space:
                whole[-1] = joined(last, word)
            else:
                whole.append(replace(word, line=line))
        found += whole
    return found


def _gap(one: Word, other: Word) -> float:
    """The room between two words, in parts of the type's size, whichever stands at the left; much, if they are on different lines."""
    if abs(one.base - other.base) > 0.2 * one.size:
        return 99.0
    return max(other.left - one.right, one.left - other.right) / one.size


def _runs(words: list[Word]) -> list[list[Word]]:
    """Words beside one another without a wide gap, from the right; the runs in the file's order."""
    place = {id(word): number for number, word in enumerate(words)}
    runs: list[list[Word]] = []
    for level in levels(words):
        words_of = [word for segment in level.segments for word in segment.words]
        beside: list[Word] = []
        for word in sorted(words_of, key=lambda word: -word.right):
            if beside and beside[-1].left - word.right > _CELL * word.size:
                runs.append(beside)
                beside = []
            beside.append(word)
        runs.append(beside)
    return sorted(runs, key=lambda run: min(place[id(word)] for word in run))
