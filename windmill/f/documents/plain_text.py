# requirements: documents
"""Reads plain text and Markdown in whatever encoding a tenant's editor wrote it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from charset_normalizer import from_bytes

from f.common.problems import message
from f.documents.clean import clean
from f.documents.latin_letters import has_signs_alone, latin_guess
from f.documents.page import Limits, Page, Unreadable, page
from f.documents.tables.in_text import has_struck_out, with_rows

# Longest mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What people's editors really write. More choices make wrong guesses on short texts.
_CANDIDATES = [
    "cp1252",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
    "cp1251",
    "koi8_r",
    "cp1250",
    "cp1254",
    "cp1253",
    "cp1255",
    "cp1256",
]
_LATIN = ("cp1252", "cp1250", "cp1254")
_SAMPLE = 200_000
_SURE = 0.9  # of the letters belong to one language: text, whatever statistics say
_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n\r\f")


def decode(content: bytes) -> str | None:
    """The text in these bytes, or None if they aren't text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\x1b$" in content or b"\x1b(J" in content:
        return _strictly(content, "iso2022_jp") or _strictly(content, "utf-8")
    if b"\x00" in content:
        return _wide(content)
    return _strictly(content, "utf-8") or _mostly_utf8(content) or _guessed(content)


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: the zero bytes of spaces, digits and line ends stand on one side only.

    Else a text with a few stray NULs.
    """
    sample = content[:_SAMPLE]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if max(odd, even) > 10 * min(odd, even) and max(odd, even) * 50 >= len(sample):
        text = content[: len(content) // 2 * 2].decode("utf-16-le" if odd > even else "utf-16-be", "replace")
        return text if text.count("\ufffd") * 100 <= len(text) and _looks_like_text(text) else None
    if content.count(0) * 50 <= len(content):
        return decode(content.replace(b"\x00", b""))
    return None


def _mostly_utf8(content: bytes) -> str | None:
    """UTF-8 with a few broken bytes: much more likely than another encoding when most of its multi-byte
    sequences are right."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(character > "\x7f" for character in text[:_SAMPLE])
    return text if beyond_ascii and broken * 10 <= beyond_ascii else None


def _guessed(content: bytes) -> str | None:
    if has_signs_alone(content) and _looks_like_text(text := content.decode("cp1252", "replace")):
        return text
    sample = content[:_SAMPLE].translate(None, _CONTROLS)  # a stray one makes the guess fail
    found = from_bytes(sample, cp_isolation=_CANDIDATES)
    best = found.best()
    latin, share = latin_guess(content[:_SAMPLE])
    if best is None and share < _SURE:
        return None
    encoding = latin if best is None or best.encoding in _LATIN else best.encoding
    text = content.decode(encoding, "replace")
    return text if _looks_like_text(text) else None


def _looks_like_text(text: str) -> bool:
    sample = text[:_SAMPLE]
    odd = sum(character < " " and character not in "\t\n\r\f\x1b" for character in sample)
    return odd * 30 <= len(sample)


def is_text(content: bytes) -> bool:
    """True if the first part of these bytes reads as text."""
    text = decode(content[:_SAMPLE])
    return text is not None and _looks_like_text(text)


def markdown_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The same for Markdown: without its comments, links with their addresses."""
    return pages(content, limits, marked=True)


def pages(content: bytes, limits: Limits, marked: bool = False) -> Iterator[Page]:
    """The text as one page, or one page for each form feed. Tables in it become rows."""
    text = decode(content)
    if text is None:
        raise Unreadable("text_encoding")
    if len(text) > limits.max_characters:
        raise Unreadable("too_many_characters", most=limits.max_characters)
    read = [clean(part) for part in text.split("\f")]
    parts = [with_rows(part, marked) for part in read]
    if not any(part.strip() for part in parts):
        raise Unreadable("document_empty")
    if len(parts) > limits.max_pages:
        raise Unreadable("too_many_pages", pages=len(parts), most=limits.max_pages)
    for number, (source, part) in enumerate(zip(read, parts, strict=True), 1):
        struck = marked and has_struck_out(source)
        yield page(number, part, warning=message("page_text_struck", page=number) if struck else None)
