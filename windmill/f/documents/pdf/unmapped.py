# requirements: documents
"""Glyphs that a PDF gives no letters for, in words of Indic scripts and Thai: some programs write a cluster's letters with one of its glyphs only.

Of Devanagari's short i, which stands before its consonant and reaches over it, the place says what it is; of Thai's marks, place and width.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.words import Letters, Word

UNMAPPED = "\ufffd"
_CLUSTERS = re.compile("[\u0900-\u0dff\u0e00-\u0eff]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_SHORT_I, _JOINS = "\u093f", "\u094d"
_THAI = re.compile("[\u0e00-\u0e7f]")
_AA, _AM, _EK, _THO = "\u0e32", "\u0e33", "\u0e48", "\u0e49"
_WIDE = 0.17  # of the type's size: a stroke is the first tone, a hook the second; the others are rare
_HIGHER = 0.1  # of the type's size: the short i's arc above its consonant


class _Glyph(NamedTuple):
    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def unmapped(self) -> bool:
        return self.text == UNMAPPED


def with_unmapped(text: str, text_page: pypdfium2.PdfTextPage) -> str:
    """The page's text with a mark for each glyph without letters, where its scripts have clusters. PDFium puts the glyph's number there."""
    if not _CLUSTERS.search(text) or len(text) != text_page.count_chars():
        return text
    return "".join(
        UNMAPPED if pdfium_raw.FPDFText_HasUnicodeMapError(text_page, place) == 1 else letter
        for place, letter in enumerate(text)
    )


def mended(words: list[Word], letters: Letters) -> list[Word]:
    """The words without such marks, their short i's where they belong."""
    glyphs = {
        id(word): list(_glyphs(word, letters))
        for word in words
        if _is_mendable(word) and _DEVANAGARI.search(word.text)
    }
    size = {id(word): word.size for word in words}
    apart = any(
        one.unmapped and _reaches_over(one, other, size[word])
        for word, some in glyphs.items()
        for one, other in itertools.pairwise(some)
    )
    found = []
    for word in words:
        if id(word) in glyphs and (apart or UNMAPPED in word.text):
            text = _read(glyphs[id(word)], word.size, apart)
        elif UNMAPPED in word.text and _is_mendable(word) and _THAI.search(word.text):
            text = _read_thai(list(_glyphs(word, letters)), word)
        else:
            text = word.text.replace(UNMAPPED, "")
        if text == word.text:
            found.append(word)
        elif text:
            found.append(replace(word, text=text, boxes=[], pieces=True))
    return found


def _is_mendable(word: Word) -> bool:
    return word.last - word.index == len(word.text) - 1


def _glyphs(word: Word, letters: Letters) -> Iterator[_Glyph]:
    """The letters by glyphs: those of one have its box in common."""
    text, last = "", None
    for offset, letter in enumerate(word.text):
        box = letters.box(word.index + offset)
        if text and (box != last or letter == UNMAPPED):
            yield _glyph(text, last)
            text = ""
        text, last = text + letter, box
    if text:
        yield _glyph(text, last)


def _glyph(text: str, box: tuple[float, float, float, float] | None) -> _Glyph:
    return _Glyph(text, box[0], box[2], box[1], box[3]) if box else _Glyph(text, 0.0, 0.0, 0.0, 0.0)


def _reaches_over(one: _Glyph, other: _Glyph, size: float) -> bool:
    """True if a glyph begins left of the next one, goes on above it and is higher."""
    inside = other.left + 0.25 * (other.right - other.left)
    return one.left < other.left and one.right > inside and one.top > other.top + _HIGHER * size


def _read(glyphs: list[_Glyph], size: float, apart: bool) -> str:
    """A word's letters. `apart`: the page's short i's are glyphs of their own, without letters."""
    text, waits = "", False
    for glyph, following in zip(glyphs, [*glyphs[1:], None], strict=True):
        if glyph.unmapped:
            waits |= following is not None and _reaches_over(glyph, following, size)
            continue
        own = glyph.text
        if apart and len(own) > 1:
            own = own.removesuffix(_SHORT_I)
        if waits and not own.endswith(_JOINS):
            own, waits = own + _SHORT_I, False
        text += own
    return text


def _read_thai(glyphs: list[_Glyph], word: Word) -> str:
    """A word's letters with the tones above them; below a tone, or alone before the vowel aa, the circle makes it am."""
    text = ""
    marks: list[_Glyph] = []
    for glyph in glyphs:
        if glyph.unmapped and glyph.bottom > word.base + 0.4 * word.size:
            marks.append(glyph)
        elif not glyph.unmapped:
            am = bool(marks) and glyph.text == _AA
            circle = min(marks, key=lambda mark: mark.bottom) if am else None
            text += "".join(_tone(mark, word.size) for mark in marks if mark is not circle)
            text += _AM if am else glyph.text
            marks = []
    return text + "".join(_tone(mark, word.size) for mark in marks)


def _tone(mark: _Glyph, size: float) -> str:
    return _THO if mark.right - mark.left > _WIDE * size else _EK
