# requirements: documents
"""Reads the words of a PDF page with their places, in PDFium's order, as a reader of the upright page sees them.

PDFium finds the spaces and the lines' ends. Where it takes words of Devanagari, Thai or Arabic apart, because a browser placed each cluster
of letters alone, they are put together again.
"""

# Letters and signs of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.right_to_left import Box

MOST_CHARACTERS = 100_000  # of a page whose words are placed; a longer one is read in PDFium's order
_SAMPLED_CHARACTERS = 50
_MOSTLY = 0.65  # of the letters: names above narrow columns stand on their side, too
_BOLD = 600
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_WORD = re.compile(r"[^ \t\r\n\u00a0]+")
# Scripts whose words PDFium takes apart.
_JOINED_SCRIPT = re.compile(
    "[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_SPACE = 0.12  # of the type's size: a smaller gap is none
_THAI_SPACE = 0.18  # words of Thai have none between them, and wide letters' sides
_WIDE_VOWELS, _WIDE = "\u0e33\u0eb3", 0.6
_THAI = re.compile("[\u0e00-\u0eff]")
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
# TeX's encoding "T1", where it differs from Latin 1.
_CORK = {
    **{chr(0x1B + i): chr(0xFB00 + i) for i in range(5)},
    **{chr(0x10 + i): sign for i, sign in enumerate("“”„«»–—")},
    **{
        chr(0x80 + i): letter
        for i, letter in enumerate("ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£")
    },
    **{"\xd7": "Œ", "\xf7": "œ", "\xff": "ß"},
}
_CORK_LETTERS = re.compile("[" + "".join(map(re.escape, _CORK)) + "]")
_SIGN = 0.42
_STOPS = "।॥"
_MARKS = ",.;:!?،؛؟"


class Style(NamedTuple):
    """What a piece of text looks like. `angle` in degrees, anticlockwise, as seen on the upright page."""

    size: float = 0.0
    bold: bool = False
    angle: int = 0
    key: int = 0  # of the text object; 0 for none


@dataclass(slots=True, eq=False)
class Word:
    """A word and its ink, measured rightward and upward on the upright page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    base: float
    style: Style
    index: int  # of its first character
    last: int
    line: int  # of PDFium's
    boxes: list[Box | None] = field(default_factory=list)  # of each letter, where they are needed
    pieces: bool = False  # put together
    link: str = ""  # what stands behind it: the address of the link that it ends
    rise: float = 0.0  # how much higher the ink of its last letter begins than that of its first one

    @property
    def size(self) -> float:
        return self.style.size or max(self.top - self.bottom, 1.0)


def upright(text_page: pypdfium2.PdfTextPage, shown: int) -> int:
    """How far the page has to be turned clockwise, 0, 90, 180 or 270, for most of its text to stand upright; `shown`, if it is hard to tell."""
    count = text_page.count_chars()
    seen: Counter[int] = Counter()
    for index in range(0, count, max(1, count // _SAMPLED_CHARACTERS)):
        angle = pdfium_raw.FPDFText_GetCharAngle(text_page, index)
        # A space that PDFium puts in where there is a gap has no place, and so no angle.
        if angle >= 0 and not pdfium_raw.FPDFText_IsGenerated(text_page, index):
            seen[-round(math.degrees(angle) / 90) * 90 % 360] += 1
    turn, letters = seen.most_common(1)[0] if seen else (shown, 0)
    return turn if letters > _MOSTLY * seen.total() else shown


def turned(
    left: float, bottom: float, right: float, top: float, turn: int
) -> tuple[float, float, float, float]:
    """A box of the page as it was drawn, as it stands on the page that is turned. Each turn has an origin of its own."""
    if turn == 90:
        return bottom, -right, top, -left
    if turn == 180:
        return -right, -top, -left, -bottom
    if turn == 270:
        return -top, left, -bottom, right
    return left, bottom, right, top


class Letters:
    """Asks PDFium about characters."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, turn: int) -> None:
        self.page, self.turn = text_page, turn
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._references = [ctypes.byref(edge) for edge in self._edges]
        self._loose = pdfium_raw.FS_RECTF()
        self._matrix = pdfium_raw.FS_MATRIX()
        self._styles: dict[int, tuple[Style, float]] = {}

    def box(self, index: int) -> tuple[float, float, float, float] | None:
        """The ink of a letter; None if it has no place."""
        left, right, bottom, top = self._references
        if not pdfium_raw.FPDFText_GetCharBox(self.page, index, left, right, bottom, top):
            return None
        one = self._edges
        if not self.turn:
            return one[0].value, one[2].value, one[1].value, one[3].value
        return turned(one[0].value, one[2].value, one[1].value, one[3].value, self.turn)

    def loose(self, index: int) -> tuple[float, float, float, float]:
        """The room of a letter, with its advance and its line's height."""
        pdfium_raw.FPDFText_GetLooseCharBox(self.page, index, ctypes.byref(self._loose))
        one = self._loose
        return turned(one.left, one.bottom, one.right, one.top, self.turn)

    def em(self, index: int) -> float:
        """The size of the type."""
        if not pdfium_raw.FPDFText_GetMatrix(self.page, index, ctypes.byref(self._matrix)):
            return 0.0
        scale = math.hypot(self._matrix.c, self._matrix.d)
        return float(pdfium_raw.FPDFText_GetFontSize(self.page, index)) * scale

    def base(self, index: int) -> float:
        """How high a letter's baseline is."""
        x, y = self._edges[0], self._edges[1]
        pdfium_raw.FPDFText_GetCharOrigin(self.page, index, self._references[0], self._references[1])
        return {0: y.value, 90: -x.value, 180: -y.value, 270: x.value}[self.turn]

    def style(self, index: int) -> tuple[Style, float]:
        """A letter's style and how high its baseline is, asked for once for each text object: one stands on one line."""
        handle = pdfium_raw.FPDFText_GetTextObject(self.page, index)
        key = ctypes.addressof(handle.contents) if handle else 0
        found = self._styles.get(key)
        if found is None:
            box = self.loose(index)
            angle = (
                round(math.degrees(max(0.0, pdfium_raw.FPDFText_GetCharAngle(self.page, index)))) + self.turn
            )
            size = self.em(index) or (box[2] - box[0] if angle % 180 == 90 else box[3] - box[1])
            found = Style(round(size, 1), self._bold(index), angle % 360, key), self.base(index)
            if key:
                self._styles[key] = found
        return found

    def _bold(self, index: int) -> bool:
        if pdfium_raw.FPDFText_GetFontWeight(self.page, index) >= _BOLD:
            return True
        name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
        pdfium_raw.FPDFText_GetFontInfo(self.page, index, name, 100, flags)
        return bool(_BOLD_NAME.search(name.value.decode("latin-1")))


def page_text(text_page: pypdfium2.PdfTextPage) -> str:
    """The page's text, with the letters of TeX's old fonts, whose places in the font say what they are."""
    text = str(text_page.get_text_range(errors="replace"))
    if not _CORK_LETTERS.search(text) or len(text) != text_page.count_chars():
        return text
    producer = text_page.page.pdf.get_metadata_value("Producer") or ""
    if "TeX" not in producer and "dvips" not in producer:
        return text
    return _CORK_LETTERS.sub(lambda found: _cork(text_page, found), text)


def _cork(text_page: pypdfium2.PdfTextPage, found: re.Match[str]) -> str:
    unmapped = pdfium_raw.FPDFText_HasUnicodeMapError(text_page, found.start()) == 1
    return _CORK[found[0]] if unmapped else found[0]


def words(text_page: pypdfium2.PdfTextPage, text: str, turn: int, all_boxes: bool) -> list[Word]:
    """The words of the page's text. `all_boxes`: with each letter's edges."""
    letters = Letters(text_page, turn)
    place = _places(text_page, text)
    found: list[Word] = []
    line = 0
    at = 0
    for match in _WORD.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        first, last = place(match.start()), place(match.end() - 1)
        if all_boxes:
            boxes = [letters.box(place(i)) for i in range(*match.span())]
            ends = [box for box in boxes if box]
            edges: list[Box | None] = [(round(b[0], 2), round(b[2], 2)) if b else None for b in boxes]
        else:
            ends, edges = [box for box in (letters.box(first), letters.box(last)) if box], []
        if not ends:
            continue
        left, bottom, right, top = ends[0]
        rise = ends[-1][1] - bottom
        for other in ends[1:]:
            left, bottom = min(left, other[0]), min(bottom, other[1])
            right, top = max(right, other[2]), max(top, other[3])
        style, base = letters.style(first)
        found.append(
            Word(match[0], left, bottom, right, top, base, style, first, last, line, edges, rise=rise)
        )
    return found


def _places(text_page: pypdfium2.PdfTextPage, text: str) -> Callable[[int], int]:
    """From a place in the text to PDFium's number of the character: these are the same but on pages with signs that are no text."""
    if len(text) == text_page.count_chars():
        return lambda place: place
    if len(text.encode("utf-16-le", "replace")) == 2 * len(text):
        return lambda place: pdfium_raw.FPDFText_GetCharIndexFromTextIndex(text_page, place)
    units, offsets = 0, []
    for letter in text:
        offsets.append(units)
        units += 2 if ord(letter) > 0xFFFF else 1
    return lambda place: pdfium_raw.FPDFText_GetCharIndexFromTextIndex(text_page, offsets[place])


def joined(one: Word, other: Word) -> Word:
    """Two words as one. Its letters are those of the first one: `last` stays."""
    return replace(
        one,
        text=one.text + other.text,
        left=min(one.left, other.left),
        bottom=min(one.bottom, other.bottom),
        right=max(one.right, other.right),
        top=max(one.top, other.top),
        boxes=[*one.boxes, *other.boxes],
        pieces=True,
    )


def joins(one: Word, other: Word) -> bool:
    """True if a space that PDFium put between two neighbours is none: browsers place each cluster of letters of some scripts alone."""
    if not (
        _JOINED_SCRIPT.match(one.text[-1])
        and (_JOINED_SCRIPT.match(other.text[0]) or other.text[0] in _MARKS)
    ):
        return False
    if other.text[0] in _STOPS or abs(one.base - other.base) > 0.2 * one.size:
        return False
    gap = max(other.left - one.right, one.left - other.right)
    # PDFium knows the ink of a cluster's first sign only: a vowel's sign may stand where it sees a gap.
    spacing = [letter for letter in one.text[-3:] if unicodedata.category(letter) != "Mn"]
    hidden = bool(spacing) and unicodedata.category(spacing[-1]) == "Mc"
    space = _THAI_SPACE if _THAI.match(one.text[-1]) else _SPACE
    if one.text[-1] in _WIDE_VOWELS and len(one.text) > 1:
        space += _WIDE  # of a cluster, PDFium may know the room of the letter alone
    return gap < (_SIGN if hidden else space) * one.size
