# requirements:
# python-docx==1.2.0
"""Reads Word documents as a reader sees them: with what stands in footnotes, text boxes, form fields, headers and footers, and what was
inserted; without what was struck out, hidden or is an instruction to the program.

python-docx opens the file and knows its styles; it leaves those out, so the text is read from the XML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from f.documents import archive
from f.documents.clean import clean
from f.documents.page import Heading, Limits, Page, Unreadable, page
from f.documents.table_rows import cell_text, lines

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_HEADING_STYLE = re.compile(r"heading ?(\d)")
_BULLET = "- "
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}
# A text box is read after the paragraph that it is fixed to; the others are no text of the document.
_BOX = f"{_W}txbxContent"
_LEFT_OUT = frozenset({_BOX, _FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}rPr", f"{_W}pPr", f"{_W}sdtPr"})
_AROUND = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml", "smartTag"))
_MOST_NOTES = 5_000

Part = tuple[str, Any]  # break, heading or text, and what it says


def docx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A Word document; its pages are those that Word laid out when it was saved, or where the author broke one."""
    archive.check(content, limits)
    import docx

    document = archive.opened(lambda: docx.Document(io.BytesIO(content)))
    number = 1
    text: list[str] = []
    headings: list[Heading] = []
    left = limits.max_characters
    for kind, value in archive.read(_parts(document)):
        left -= len(value["title"]) if kind == "heading" else len(value or "")
        if left < 0:
            raise Unreadable("too_many_characters", most=limits.max_characters)
        if kind == "break" and text:
            yield _counted(number, text, headings, limits)
            number, text, headings = number + 1, [], []
        elif kind == "heading":
            headings.append(value)
            text.append(value["title"])
        elif kind == "text":
            text.append(value)
    if not text and number == 1:
        raise Unreadable("document_empty")
    if text:
        yield _counted(number, text, headings, limits)


def _parts(document: Any) -> Iterator[Part]:
    styles = {style.style_id: style.name or "" for style in document.styles}
    notes = _notes(document)
    yield from _blocks(document.element.body, styles, notes)
    said: set[str] = set()
    for section in document.sections:
        for edge in (section.header, section.first_page_header, section.footer, section.first_page_footer):
            for kind, value in _blocks(edge._element, styles, {}):
                # A business's address may stand nowhere else; a page's number says nothing.
                if kind == "text" and value not in said and any(map(str.isalpha, value)):
                    said.add(value)
                    yield kind, value


def _blocks(parent: Any, styles: dict[str, str], notes: dict[str, str]) -> Iterator[Part]:
    """Paragraphs and tables, also where they stand inside a content control."""
    for one in parent:
        if one.tag == f"{_W}p":
            yield from _paragraph(one, styles, notes)
        elif one.tag == f"{_W}tbl":
            yield from (("text", line) for line in lines(_rows(one)))
        elif one.tag in _AROUND:
            yield from _blocks(one, styles, notes)


def _paragraph(one: Any, styles: dict[str, str], notes: dict[str, str]) -> Iterator[Part]:
    yield from (("break", None) for _ in _breaks(one))
    said = clean(_text(one)).strip()
    style = one.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val"), "") if style is not None else ""
    level = _HEADING_STYLE.match(name.lower())
    if said and (level or name == "Title"):
        title = " ".join(said.split())
        yield "heading", Heading(level=int(level[1]) if level else 1, title=title)
    elif said:
        listed = name.startswith("List") or one.find(f"{_W}pPr/{_W}numPr") is not None
        yield "text", (_BULLET if listed else "") + said
    for box in _outermost(one, _BOX):
        yield from _blocks(box, styles, notes)
    for reference in one.iter(f"{_W}footnoteReference", f"{_W}endnoteReference"):
        if note := notes.pop(f"{reference.tag}{reference.get(f'{_W}id')}", ""):
            yield "text", note


def _text(one: Any) -> str:
    """What a reader sees of a paragraph or a run. Recursion is as deep as the file nests; lxml reads 256 levels at most."""
    parts: list[str] = []
    for child in one:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _SIGNS:
            parts.append("" if child.get(f"{_W}type") == "page" else _SIGNS[child.tag])
        elif child.tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            continue
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
            parts.append(_text(child))
    return "".join(parts)


def _outermost(one: Any, tag: str) -> Iterator[Any]:
    """The elements with this tag that are not inside another one, nor in what older programs would show instead."""
    for child in one:
        if child.tag == tag:
            yield child
        elif child.tag != _FALLBACK:
            yield from _outermost(child, tag)


def _breaks(paragraph: Any) -> Iterator[Any]:
    rendered = next(paragraph.iter(f"{_W}lastRenderedPageBreak"), None)
    if rendered is not None:
        yield rendered
        return
    for found in paragraph.iter(f"{_W}br"):
        if found.get(f"{_W}type") == "page":
            yield found


def _rows(table: Any) -> Iterator[list[str]]:
    """A table's rows. What spans rows is said in each of them; of what spans columns the others stay empty."""
    above: list[str] = []
    for row in _inside(table, f"{_W}tr"):
        cells: list[str] = []
        for cell in _inside(row, f"{_W}tc"):
            text = _cell(cell)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart":
                text = text or (above[len(cells)] if len(cells) < len(above) else "")
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = str(span.get(f"{_W}val")) if span is not None else "1"
            cells += [text, *[""] * (min(int(width), 100) - 1 if width.isdecimal() else 0)]
        yield cells
        above = cells


def _inside(one: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, also where they stand inside a content control; not those of a table in a cell."""
    for child in one:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)


def _cell(cell: Any) -> str:
    """All paragraphs of a cell, those of tables inside it too."""
    return cell_text(" ".join(_text(one) for one in cell.iter(f"{_W}p")))


def _notes(document: Any) -> dict[str, str]:
    """The text of each footnote and endnote, by the tag and id of what refers to it."""
    found: dict[str, str] = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.removeprefix(_NOTES)
        if kind not in ("footnotes", "endnotes") or relation.is_external:
            continue
        from docx.oxml import parse_xml

        for note in list(parse_xml(relation.target_part.blob))[:_MOST_NOTES]:
            text = " ".join(clean(_text(one)).strip() for one in note.iter(f"{_W}p")).strip()
            if text:
                found[f"{_W}{kind[:-1]}Reference{note.get(f'{_W}id')}"] = text
    return found


def _counted(number: int, text: list[str], headings: list[Heading], limits: Limits) -> Page:
    if number > limits.max_pages:
        raise Unreadable("more_pages_than", most=limits.max_pages)
    return page(number, "\n".join(text), headings=headings)
