# requirements: whatsapp
"""Where a text may be cut: after sentences, between words, between what a reader sees as characters."""

# Punctuation and letters of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator

import regex  # type: ignore[import-untyped]

from f.documents.page import CLOSERS

Span = tuple[int, int]

_ABBREVIATED = (
    "mr mrs ms dr prof st no nr vs approx inc ltd co corp fig figs jr sec chap ed eds est dept gen rev hon"
    " tel abb art bzw ca evtl ggf inkl zzgl str z.b d.h u.a e.g i.e a.m p.m cf ex m mme mlle av avda dña"
    " sr sra srta ud uds pág pag p pp vol núm num стр г ул т.д т.п т.е руб"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
# Latin, Cyrillic, Greek …: a mark, perhaps a closing quote, then white space. CJK: the mark alone. Indic,
# Arabic: their own marks. A run of marks is looked at once, from its first one: a page may be nothing else.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？｡][」』”’）】]*|(?<![؟۔।॥።])[؟۔।॥።]++[\"'”’»)]*+(?=\s)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'«“]*$")
# Scripts that are written without spaces can be cut after any character.
_WORD = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f][\u3099\u309a\u3001\u3002\uff0c\uff0e\uff01\uff1f]*"
    "|[^\\s\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]+"
)


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences between two places of a text; what lies between them is white space."""
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, begin, match, end):
            yield from _trimmed(text, begin, match.end())
            begin = match.end()
    yield from _trimmed(text, begin, end)


def words(text: str, start: int, end: int) -> list[Span]:
    """The words between two places of a text."""
    return [match.span() for match in _WORD.finditer(text, start, end)]


def graphemes(text: str, start: int, end: int) -> list[Span]:
    """What a reader sees as single characters: a letter with its accents, a flag, a family of emoji."""
    return [match.span() for match in regex.finditer(r"\X", text, pos=start, endpos=end)]


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    if not match[0].startswith("."):
        return True
    following = text[match.end() : min(match.end() + 40, end)].lstrip()[:1]
    if following.islower():
        return False
    if match[0].rstrip(CLOSERS) != ".":
        return True
    found = _LAST_WORD.search(text, max(begin, match.start() - 40), match.start())
    last = found[0] if found else ""
    if last.lower() in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last.isupper()):
        return False
    # "am 3. Mai", "1. Open the box": a short number before a full stop is rarely a sentence's end
    return not (last.isdigit() and len(last) <= 2)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if left < len(piece):
        yield start + left, start + len(piece.rstrip())
