# requirements: documents
"""Reads the pages of a PDF that are pictures, and those whose letters say nothing: a model that sees, or else text recognition, reads them."""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.common.problems import describe, message
from f.documents.clean import clean
from f.documents.page import Limits, Page
from f.documents.recognition import picture_reader

_DPI = 150
_MAX_PIXELS = 2_000  # of an image's longer side
_SAMPLED = 40
_UNMAPPED, _ODD, _ODD_ALONE = 0.5, 0.25, 0.6
_FEWEST = 8  # words: of fewer nobody can tell
_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_LETTERS = re.compile(r"[^\W\d_]")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class PicturePages:
    """Reads pages as pictures, up to as many as the limits say."""

    def __init__(self, document: pypdfium2.PdfDocument, limits: Limits) -> None:
        self._document, self._limits = document, limits
        self._read = 0

    def read(self, one: Page) -> Page:
        """A page that `needs_eyes`, with the text that is seen on it, or with a warning that says why not."""
        number, is_garbled = one["number"], _code(one) == "page_garbled"
        self._read += 1
        if self._read > self._limits.max_images:
            limit = message("page_image_limit", page=number, most=self._limits.max_images)
            return one if is_garbled else Page(**{**one, "warning": limit})
        read = picture_reader(self._limits)
        if read is None:
            return one
        try:
            text = clean(read(png(self._document, number - 1)))
        except (OSError, pypdfium2.PdfiumError) as problem:
            why = describe(problem)
            if is_garbled:
                return Page(**{**one, "warning": message("page_garbled_unread", page=number, problem=why)})
            return Page(**{**one, "warning": message("page_image_unread", page=number, problem=why)})
        return Page(**{**one, "text": text, "warning": None if text.strip() else one["warning"]})


def needs_eyes(one: Page) -> bool:
    """Whether a page says nothing as text: it is a picture, or its letters stand for nothing."""
    return _code(one) in ("page_is_image", "page_garbled")


def _code(one: Page) -> str:
    return one["warning"]["code"] if one["warning"] else ""


def is_garbled(text_page: pypdfium2.PdfTextPage, text: str) -> bool:
    """True if a page's text is not what is seen on it: letters without a meaning, or each one alone."""
    words = text.split()
    letters = "".join(words)
    if len(words) < _FEWEST and len(letters) < 4 * _FEWEST:
        return False
    if len(_STRANGE.findall(letters)) > 0.3 * len(letters):
        return True
    if _NO_SPACES.search(text):
        return False
    alone = sum(len(word) == 1 and word.isalpha() for word in words)
    if alone > 0.6 * len(words) and len(words) > 4 * _FEWEST:
        return True
    some = words[:: max(1, len(words) // _SAMPLED)]
    telling = [word for word in some if len(word) > 2 and _LETTERS.search(word)]
    odd = sum(map(_is_odd, telling)) / len(telling) if telling else 0.0
    return odd >= _ODD_ALONE or (odd >= _ODD and _unmapped(text_page) >= _UNMAPPED)


def _is_odd(word: str) -> bool:
    """True if no language writes a word so: signs or figures among its letters, or Latin letters without a vowel."""
    core = word.strip(".,;:!?()[]{}'\"\u201c\u201d\u201e\u2019\u00ab\u00bb\u00bf\u00a1*\u2026")
    if any(unicodedata.category(letter) == "Cc" for letter in core):
        return True
    inner = re.sub(r"[-\u2010-\u2014'\u2019./@&:+_\u00ad\ufffe\x02]", "", core)
    letters = [letter for letter in inner if letter.isalpha()]
    if len(inner) != len(letters) and not inner.isdigit():
        signs = [x for x in inner if not x.isalnum() and unicodedata.category(x)[0] not in "MS"]
        return bool(signs) or (inner[:1].isdigit() and inner[-1:].isalpha() and len(letters) > 3)
    base = unicodedata.normalize("NFD", inner.casefold())
    latin = len(inner) > 3 and all("a" <= x <= "z" or unicodedata.category(x) == "Mn" for x in base)
    return latin and not set(base) & set("aeiouy") and not inner.isupper()


def _unmapped(text_page: pypdfium2.PdfTextPage) -> float:
    """The share of letters of which the file doesn't say what they are."""
    count = text_page.count_chars()
    places = range(0, count, max(1, count // _SAMPLED))
    return sum(pdfium_raw.FPDFText_HasUnicodeMapError(text_page, i) == 1 for i in places) / len(places) if places else 0.0  # fmt: skip


def png(document: pypdfium2.PdfDocument, index: int) -> bytes:
    """A page as a grey picture, written without an imaging library."""
    one = document[index]
    try:
        scale = min(_DPI / 72, _MAX_PIXELS / max(one.get_size()))
        bitmap = one.render(scale=scale, grayscale=True)
        width, height, stride, pixels = bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)
        bitmap.close()
    finally:
        one.close()
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width] for row in range(height))

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + part(b"IDAT", zlib.compress(rows, 6))
        + part(b"IEND", b"")
    )
