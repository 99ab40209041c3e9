"""Sees a page's text as blocks: headings, paragraphs, list items, table rows, with their places in it."""

# Punctuation and letters of many scripts are what this is about.
# ruff: noqa: RUF001

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from f.documents.page import CLOSERS, Page

Kind = Literal["heading", "text", "item", "row", "running"]

# Guessed headings lie below declared ones (Markdown's, outlines', a PDF's type), whatever their own numbers
# say.
_DECLARED_LEVELS = 12
_CAPITALS_LEVEL, _NUMBERED_LEVEL, _TITLE_LEVEL = 13, 13, 20
_MAX_HEADING = 90
_MAX_HEADING_WORDS = 11

_MARKDOWN = re.compile(r" {0,3}(#{1,6})[ \t]+(?P<title>\S.*)$")
_MARKED = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦▪●○■–—·]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])[ \t]+\S")
_ROW = re.compile(r"\s*\|.*\|\s*$|[^\t]*\S\t+\S[^\t]*\t|.*\S \| \S.* \| ")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,3}){0,4})\.?[ \t]+(?P<title>[^\W\d_].*)$")
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_TERMINAL = (*_SENTENCE_END, ":", ";", ",")
_LOWER_CASE_WORDS = (
    "a an and as at but by for from in into is nor of on or per so the to up via vs with your our my"
    " de la el los las y o en con para por del al un una le les des du et ou à au aux sur pour"
    " der die das und oder für von zu im in mit den dem des e di da do dos das em"
)
_SMALL_WORDS = frozenset(_LOWER_CASE_WORDS.split())


class Block(NamedTuple):
    """A stretch of a page's text.

    level and title are a heading's. One without text (start == end) is known from the outline only.
    """

    kind: Kind
    start: int
    end: int
    level: int = 0
    title: str = ""


class _Line(NamedTuple):
    start: int
    end: int
    text: str


def declares_headings(page: Page) -> bool:
    """True if headings are marked, so that none need be guessed from a line's looks."""
    declared = any(heading["level"] for heading in page["headings"])
    return declared or len(list(itertools.islice(_MARKED.finditer(page["text"]), 2))) == 2


def blocks(page: Page, guess: bool = True) -> Iterator[Block]:
    """The page's blocks in order; between them is only white space.

    `guess`: short lines may be taken for headings.
    """
    lines = _lines(page["text"])
    declared = {
        _plain(heading["title"]): heading["level"] for heading in page["headings"] if heading["level"]
    }
    running = {heading["title"] for heading in page["headings"] if not heading["level"]}
    here = {_plain(line.text) for line in lines}
    for heading in page["headings"]:
        if heading["level"] and _plain(heading["title"]) not in here:
            yield Block("heading", 0, 0, min(heading["level"], _DECLARED_LEVELS), heading["title"])
    opened: list[_Line] = []
    kind: Kind = "text"
    fenced = False
    index = 0
    while index < len(lines):
        line = lines[index]
        runs = line.text.strip() in running
        found = None if fenced or runs else _heading(lines, index, opened, declared, guess)
        row = not fenced and not found and bool(_ROW.match(line.text))
        item = not fenced and not found and not row and bool(_ITEM.match(line.text))
        fence = bool(_FENCE.match(line.text))
        if opened and (
            found
            or row
            or item
            or runs
            or (not fenced and (fence or not line.text.strip() or _closed(opened)))
        ):
            yield _block(kind, opened)
            opened, kind = [], "text"
        if found:
            heading_block, used = found
            yield heading_block
            index += used
            continue
        if row or runs:
            yield _block("running" if runs else "row", [line])
        elif line.text.strip():
            kind = "item" if item else kind
            opened.append(line)
        fenced ^= fence
        index += 1
    if opened:
        yield _block(kind, opened)


def _lines(text: str) -> list[_Line]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append(_Line(start, start + len(line), line))
        start += len(line) + 1
    return found


def _block(kind: Kind, lines: list[_Line], level: int = 0, title: str = "") -> Block:
    first, last = lines[0], lines[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    return Block(kind, start, last.start + len(last.text.rstrip()), level, title)


def _closed(opened: list[_Line]) -> bool:
    """A PDF has no blank lines: a line that ends a sentence well before the margin ends a paragraph."""
    last = opened[-1].text.rstrip()
    widest = max(len(line.text) for line in opened[-6:])
    return len(opened) > 1 and last.rstrip(CLOSERS).endswith(_SENTENCE_END) and len(last) < 0.75 * widest


def _heading(
    lines: list[_Line], index: int, opened: list[_Line], declared: dict[str, int], guess: bool
) -> tuple[Block, int] | None:
    """A heading that begins at this line, and how many lines it takes."""
    line = lines[index]
    text = line.text.strip()
    if not text:
        return None
    markdown = _MARKDOWN.match(line.text)
    if markdown:
        title = markdown["title"]
        title = title.rstrip(" \t#") or title[0]
        return _block("heading", [line], len(markdown[1]), title), 1
    if _plain(text) in declared:
        return _block("heading", [line], min(declared[_plain(text)], _DECLARED_LEVELS), text.strip("| ")), 1
    following = lines[index + 1].text if index + 1 < len(lines) else ""
    underline = _UNDERLINE.match(following)
    if (
        underline
        and not opened
        and len(text) <= _MAX_HEADING
        and not _ITEM.match(line.text)
        and not _ROW.match(line.text)
    ):
        return _block("heading", lines[index : index + 2], 1 if "=" in following else 2, text), 2
    level = _guessed_level(lines, index, opened) if guess else 0
    return (_block("heading", [line], level, text), 1) if level else None


def _guessed_level(lines: list[_Line], index: int, opened: list[_Line]) -> int:
    """The level of a line that only looks like a heading; 0 if it doesn't."""
    text = lines[index].text.strip()
    words = text.split()
    if (
        len(text) > _MAX_HEADING
        or len(words) > _MAX_HEADING_WORDS
        or text.rstrip(CLOSERS).endswith(_TERMINAL)
    ):
        return 0
    if opened and not opened[-1].text.rstrip().rstrip(CLOSERS).endswith(_TERMINAL):
        return 0
    following = next((line.text.strip() for line in lines[index + 1 : index + 4] if line.text.strip()), "")
    if not following or _ROW.match(text):
        return 0
    numbered = _NUMBERED.match(text)
    if numbered:
        return _numbered_level(numbered, following)
    if _ITEM.match(text) or not any(character.isalpha() for character in text):
        return 0
    if text.isupper() and len(text) > 3:
        return _CAPITALS_LEVEL
    return _TITLE_LEVEL if _title_case(words) and len(following) > len(text) else 0


def _numbered_level(numbered: re.Match[str], following: str) -> int:
    """ "3.2 Returns" is a heading; "3. Press the button", with "4. …" below it, is a list."""
    depth = numbered["number"].count(".") + 1
    title = numbered["title"]
    if depth == 1 and (
        _NUMBERED.match(following) or not _title_case(title.split()) or len(following) <= len(title)
    ):
        return 0
    return _NUMBERED_LEVEL + depth if title[0].isupper() or not title[0].islower() else 0


def _title_case(words: list[str]) -> bool:
    letters = [word.strip("\"'“”‘’«»()[]&/-–") for word in words]
    telling = [word for word in letters if word and word.lower() not in _SMALL_WORDS and not word.isdigit()]
    return bool(telling) and letters[0][:1].isupper() and all(word[0].isupper() for word in telling)


def _plain(title: str) -> str:
    """A title as it is compared: without its number, case and spacing."""
    return " ".join(re.sub(r"^[\d.]+\s+", "", title.strip().strip("#| ")).casefold().split())
