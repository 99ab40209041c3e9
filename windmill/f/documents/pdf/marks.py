# requirements: documents
"""Puts vowel signs and tone marks of Thai and Lao behind the letter that they stand above or below.

Programs that shape text place these marks on their own, so that PDFium finds them behind the next letter, or as a word at the line's end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from f.documents.pdf.right_to_left import Box
from f.documents.pdf.words import Word

_LETTER = re.compile("[\u0e00-\u0eff]")
_TONE = 107  # combining class of Thai's tone marks; Lao's are 122
_NEAR_COPY = 8  # letters
_OUTSIDE = 0.05  # of the type's size: the middle of a mark stands no further beside its letter


def has_marks(text: str) -> bool:
    """True if a page holds Thai or Lao."""
    return bool(_LETTER.search(text))


def marks_in_place(words: list[Word]) -> list[Word]:
    """The words with their marks behind the letters that carry them. Words that held nothing else are gone."""
    letters = [_letters(word) for word in words]
    touched = {number for number, one in enumerate(letters) if _without_copies(one)}
    for number, word in enumerate(words):
        for mark in list(_strays(letters[number], word.size)):
            host = _host(mark, number, words, letters)
            if host is None:
                continue
            letters[number].remove(mark)
            other, place = host
            letters[other].insert(_behind(letters[other], place, mark[0]), mark)
            touched |= {number, other}
    return [_with(word, letters[n]) if n in touched else word for n, word in enumerate(words) if letters[n]]


def _with(word: Word, letters: list[_Letter]) -> Word:
    edges = [box for _, box in letters if box]
    return replace(
        word,
        text="".join(letter for letter, _ in letters),
        boxes=[box for _, box in letters],
        left=min((box[0] for box in edges), default=word.left),
        right=max((box[1] for box in edges), default=word.right),
        pieces=True,
    )


_Letter = tuple[str, Box | None]


def _letters(word: Word) -> list[_Letter]:
    boxes = word.boxes if len(word.boxes) == len(word.text) else [None] * len(word.text)
    return list(zip(word.text, boxes, strict=True))


def _without_copies(letters: list[_Letter]) -> bool:
    """Takes out what stands twice, at one place: browsers write a letter's mark on its own, with the whole cluster as its text."""
    found = False
    place = 2
    while place < len(letters):
        size = next((n for n in (4, 3, 2) if _is_copy(letters, place, n)), 0)
        del letters[place : place + size]
        found |= size > 0
        place += not size
    return found


def _is_copy(letters: list[_Letter], place: int, size: int) -> bool:
    """True if as many letters from there, a cluster with its mark, stand over the same ones shortly before."""
    copy = letters[place : place + size]
    text, boxes = "".join(letter for letter, _ in copy), [box for _, box in copy if box]
    if len(copy) < size or not boxes or not any(_is_mark(letter) for letter in text):
        return False
    for start in range(max(0, place - _NEAR_COPY), place - size + 1):
        own = [box for _, box in letters[start : start + size] if box]
        if "".join(letter for letter, _ in letters[start : start + size]) == text and own:
            return boxes[0][0] < own[-1][1] and own[0][0] < boxes[-1][1]
    return False


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn" and bool(_LETTER.match(letter))


def _over(box: Box, letter: Box, size: float) -> bool:
    middle = (box[0] + box[1]) / 2
    return letter[0] - _OUTSIDE * size <= middle <= letter[1] + _OUTSIDE * size


def _strays(letters: list[_Letter], size: float) -> Iterator[_Letter]:
    """The marks that don't stand over the letter before them."""
    base: Box | None = None
    for letter, box in letters:
        if not _is_mark(letter):
            base = box
        elif box and (base is None or not _over(box, base, size)):
            yield letter, box


def _host(
    mark: _Letter, number: int, words: list[Word], letters: list[list[_Letter]]
) -> tuple[int, int] | None:
    """The word and the place of the letter that a mark stands over: in its own word, or in one of the same height shortly before."""
    own, box = words[number], mark[1]
    for other in range(number, max(-1, number - 8), -1):
        if box is None or abs(words[other].base - own.base) > 0.5 * own.size:
            continue
        for place in range(len(letters[other]) - 1, -1, -1):
            letter, letter_box = letters[other][place]
            if (
                letter_box
                and _LETTER.match(letter)
                and not _is_mark(letter)
                and _over(box, letter_box, own.size)
            ):
                return other, place
    return None


def _behind(letters: list[_Letter], place: int, mark: str) -> int:
    """Where a mark goes behind its letter: a vowel's sign at once, a tone behind the vowel's sign."""
    place += 1
    if unicodedata.combining(mark) >= _TONE:
        while place < len(letters) and _is_mark(letters[place][0]):
            place += 1
    return place
