# requirements: documents
"""Reads Rich Text documents (.rtf): paragraphs, tables, and links with their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from f.documents.clean import RAISED, clean
from f.documents.office.rich_text_tables import MARKS, TABLE, Shape, table_lines, with_marks
from f.documents.page import Limits, Page, Unreadable
from f.documents.parts import Part, paged
from f.documents.tables.cells import with_address
from f.documents.tables.in_text import with_tabs

_LINK = re.compile(r'HYPERLINK\s+(?:\\l\s+)?(?:"([^"{}]{1,2000})"|([^\s"{}\\]{1,2000}))')
_SHOWN = re.compile(r"\\fldrslt\b ?")
_BRACE = re.compile(r"\\[{}\\]|[{}]")
# Hidden, deleted and struck-out text, up to where it is switched off or its group ends.
_UNSEEN = re.compile(
    r"\\(?:v|deleted|strike|striked1)(?![a-z0-9])[^{}]*?(?=\\(?:v|deleted|striked?)0|\\plain(?![a-z])|[{}])"
)
_RAISED = re.compile(r"\\super(?![a-z0-9])((?:\\[a-z]+-?\d*)*) ?(\d{1,3})(?=[\s\\{}).])")
# What the library leaves out: footnotes, and what stands above and below each page.
_BESIDE = re.compile(r"\{(?:\\\*)?\\(?:footnote|header[flr]?|footer[flr]?)(?![a-z0-9])")
_START, _END = "\ue000", "\ue001"  # around a link's words and its address
_MARKED = re.compile(f"{_START}([^{_START}{_END}]*){_END}([^{_START}{_END}]*){_END}")
_NUMBER = re.compile(r"^(\d{1,3}[.)])\s+")
_DEFAULT_FONT = re.compile(r"\\deff(\d{1,5})")
_PLAIN = re.compile(r"\\plain(?![a-z0-9]) ?")
_NUMBERED = re.compile(r"\{\\pntext(?![a-z0-9])")  # a list's numbers as programs of before 1997 wrote them
_SHAPE = re.compile(r"\{\\shp(?![a-z0-9])")
_BOX = re.compile(r"\{\\shptxt(?![a-z0-9])")
_MOST_LINKS = 5_000
_LONGEST_SHAPE = 2_000_000
_LONGEST_LINK = 20_000


def rtf_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The document as one page."""
    source = content.decode("latin-1")
    if source.count("\\") > limits.max_unpacked // 40:
        raise Unreadable("file_unpacks", most=limits.max_unpacked // 1_000_000)
    from striprtf.striprtf import rtf_to_text

    try:
        seen = _BESIDE.sub(r"{\\par ", _UNSEEN.sub("", _with_boxes(source)))
        seen = _RAISED.sub(_as_raised, seen)
        marked, shapes = with_marks(_with_links(_with_fonts(seen)))
        text = rtf_to_text(marked, encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever it raises at a file that was cut off
        raise Unreadable("file_damaged") from error
    text = _MARKED.sub(lambda found: with_address(found[1], found[2]), clean(text))
    yield from paged(_parts(text.replace(_START, "").replace(_END, ""), shapes), limits)


def _parts(text: str, shapes: list[Shape]) -> Iterator[Part]:
    """Lines, and the tables between them."""
    place = 0
    for table in TABLE.finditer(text):
        yield from _lines(text[place : table.start()])
        yield from (("text", line) for line in table_lines(table[0], shapes))
        place = table.end()
    yield from _lines(text[place:])


def _lines(text: str) -> Iterator[Part]:
    kept = (_NUMBER.sub(r"\1 ", line.strip(f" {MARKS}")).rstrip() for line in text.split("\n"))
    yield from (("text", line) for line in with_tabs(line for line in kept if line))


def _as_raised(found: re.Match[str]) -> str:
    figures = "".join(f"\\u{ord(one)}?" for one in found[2].translate(RAISED))
    return f"{found[1]}{{\\uc1{figures}}}"


def _with_fonts(source: str) -> str:
    """Names the font where the text goes back to the default one: a font says the charset of its letters."""
    default = _DEFAULT_FONT.search(source)
    if default is None:
        return source
    return _PLAIN.sub(rf"\\plain\\f{default[1]} ", _NUMBERED.sub("{", source))


def _with_boxes(source: str) -> str:
    """Text boxes as paragraphs: the library leaves shapes out with what stands in them."""
    parts, place = [], 0
    for shape in list(_SHAPE.finditer(source))[:_MOST_LINKS]:
        if shape.start() < place:
            continue
        end = _group_end(source, shape.end(), _LONGEST_SHAPE)
        if end == shape.end():
            break
        box = _BOX.search(source, shape.end(), end)
        text = source[box.end() : _group_end(source, box.end(), _LONGEST_SHAPE)] if box else ""
        parts += [source[place : shape.start()], f"{{\\par {text}\\par }}" if text else ""]
        place = end + 1
    return "".join([*parts, source[place:]])


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


def _group_end(source: str, start: int, most: int = _LONGEST_LINK) -> int:
    """Where the group that is open at `start` ends; `start` itself where that lies more than `most` characters further on."""
    depth = 0
    for brace in _BRACE.finditer(source, start, start + most):
        depth += (brace[0] == "{") - (brace[0] == "}")
        if depth < 0:
            return brace.start()
    return start


def _escaped(address: str) -> str:
    return address.replace("\\\\", "/").replace("\\", "").replace("{", "").replace("}", "")
