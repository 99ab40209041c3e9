# requirements: documents
"""Reads Rich Text documents (.rtf): paragraphs, tables, and links with their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from f.documents.clean import clean
from f.documents.page import Limits, Page, Unreadable
from f.documents.parts import Part, paged
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.rows import lines

_LINK = re.compile(r'HYPERLINK\s+(?:\\l\s+)?(?:"([^"{}]{1,2000})"|([^\s"{}\\]{1,2000}))')
_SHOWN = re.compile(r"\\fldrslt\b ?")
_BRACE = re.compile(r"\\[{}\\]|[{}]")
# Hidden, deleted and struck-out text, up to where it is switched off or its group ends.
_UNSEEN = re.compile(
    r"\\(?:v|deleted|strike|striked1)(?![a-z0-9])[^{}]*?(?=\\(?:v|deleted|striked?)0|\\plain(?![a-z])|[{}])"
)
# What the library leaves out: footnotes, and what stands above and below each page.
_BESIDE = re.compile(r"\{(?:\\\*)?\\(?:footnote|headerf?|footerf?)(?![a-z0-9])")
_START, _END = "\ue000", "\ue001"  # around a link's words and its address
_MARKED = re.compile(f"{_START}([^{_START}{_END}]*){_END}([^{_START}{_END}]*){_END}")
_ROW, _CELL, _ROW_END = "\ue002", "\ue003", "\ue004"
_MARKS = {"trowd": _ROW, "cell": _CELL, "row": _ROW_END}
_TABLE_WORD = re.compile(r"\\(trowd|cell|row)(?![a-z0-9])")
_TABLE = re.compile(f"{_ROW}(?:[^{_ROW_END}]*{_ROW_END}\\s*)+?(?!\\s*{_ROW})")
_NUMBER = re.compile(r"^(\d{1,3}[.)])\s+")
_MOST_LINKS = 5_000
_LONGEST_LINK = 20_000


def rtf_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The document as one page."""
    source = content.decode("latin-1")
    if source.count("\\") > limits.max_unpacked // 40:
        raise Unreadable("file_unpacks", most=limits.max_unpacked // 1_000_000)
    from striprtf.striprtf import rtf_to_text

    try:
        marked = _with_marks(_with_links(_BESIDE.sub(r"{\\par ", _UNSEEN.sub("", source))))
        text = rtf_to_text(marked, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever it raises at a file that was cut off
        raise Unreadable("file_damaged") from error
    text = _MARKED.sub(lambda found: with_address(found[1], found[2]), clean(text))
    yield from paged(_parts(text.replace(_START, "").replace(_END, "")), limits)


def _parts(text: str) -> Iterator[Part]:
    """Lines, and the tables between them."""
    place = 0
    for table in _TABLE.finditer(text):
        yield from _lines(text[place : table.start()])
        rows = (row.replace(_ROW, "").split(_CELL)[:-1] for row in table[0].split(_ROW_END)[:-1])
        yield from (("text", line) for line in lines([cell_text(cell) for cell in row] for row in rows))
        place = table.end()
    yield from _lines(text[place:])


def _lines(text: str) -> Iterator[Part]:
    for line in text.split("\n"):
        if line := line.strip(f" \t{_ROW}{_CELL}{_ROW_END}"):
            yield "text", _NUMBER.sub(r"\1 ", line)


def _with_marks(source: str) -> str:
    """Puts marks in place of what the library takes for line ends and bars: a cell may hold several lines."""
    return _TABLE_WORD.sub(lambda word: f"\\u{ord(_MARKS[word[1]]) - 65536}?", source)


def _with_links(source: str) -> str:
    """Puts each link's address behind its words, with marks that the library leaves in the text."""
    parts, place = [], 0
    for link in list(_LINK.finditer(source))[:_MOST_LINKS]:
        shown = _SHOWN.search(source, link.end(), link.end() + 2_000)
        if shown is None or shown.end() < place:
            continue
        end = _group_end(source, shown.end())
        parts += [source[place : shown.end()], f" \\u{ord(_START) - 65536}?", source[shown.end() : end]]
        parts.append(f"\\u{ord(_END) - 65536}?{_escaped(link[1] or link[2])}\\u{ord(_END) - 65536}?")
        place = end
    return "".join([*parts, source[place:]])


def _group_end(source: str, start: int) -> int:
    """Where the group that is open at `start` ends."""
    depth = 0
    for brace in _BRACE.finditer(source, start, start + _LONGEST_LINK):
        depth += (brace[0] == "{") - (brace[0] == "}")
        if depth < 0:
            return brace.start()
    return start


def _escaped(address: str) -> str:
    return address.replace("\\\\", "/").replace("\\", "").replace("{", "").replace("}", "")
