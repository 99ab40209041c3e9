# requirements: documents
"""Reads Word documents as a reader sees them: with what stands in footnotes, text boxes, form fields, charts, headers and footers, and what was
inserted; without what was struck out, hidden or is an instruction to the program. A link's address stands behind its words.

python-docx opens the file and knows its styles; it leaves those out, so the text is read from the XML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from f.common.problems import describe, message
from f.documents.clean import clean, raised
from f.documents.office import archive
from f.documents.office.drawn_text import drawn_lines
from f.documents.office.formulas import FORMULA, formula_text
from f.documents.office.word_numbers import BULLET, Numbers, depth
from f.documents.office.word_xml import (
    AROUND,
    BOX,
    FALLBACK,
    LINK,
    W,
    breaks,
    follow_field,
    has_bit,
    hides,
    inside,
    is_bold,
    is_layout,
    is_on,
    is_raised,
    outermost,
)
from f.documents.page import Heading, Limits, Page, Unreadable
from f.documents.parts import Part, paged
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.in_text import with_tabs
from f.documents.tables.rows import Row, lines

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_HEADING_STYLE = re.compile(r"heading ?(\d)")
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}ptab": "\t"}
# A text box is read after the paragraph that it is fixed to; the others are no text of the document.
_LEFT_OUT = frozenset({BOX, FALLBACK, f"{W}del", f"{W}moveFrom", f"{W}rPr", f"{W}pPr", f"{W}sdtPr"})
_CHUNKS = {
    "html": "a.html",
    "rtf": "a.rtf",
    "plain": "a.txt",
    "wordprocessingml": "a.docx",
    "xhtml": "a.html",
}
_MOST_NOTES = 5_000
_LONGEST_CAPTION = 80


def docx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A Word document; its pages are those that Word laid out when it was saved, or where the author broke one."""
    archive.check(content, limits)
    import docx

    document = archive.opened(lambda: docx.Document(io.BytesIO(archive.transitional(content))))
    reader = archive.opened(lambda: _Reader(document, limits))
    yield from paged(archive.read(_with_tabs(reader.parts())), limits)


def _with_tabs(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts with paragraphs that stand in columns by tabs as rows."""
    for kind, some in groupby(parts, key=itemgetter(0)):
        values = (value for _, value in some)
        yield from ((kind, value) for value in (with_tabs(values) if kind == "text" else values))


class _Reader:
    """Reads one document. Recursion is as deep as the file nests; lxml reads 256 levels at most."""

    def __init__(self, document: Any, limits: Limits) -> None:
        self._document, self._limits = document, limits
        self._part = document.part
        self._styles = {style.style_id: style.name or "" for style in document.styles}
        sheet = document.styles.element
        self._unseen = {
            style.get(f"{W}styleId") for style in sheet.findall(f"{W}style") if hides(style.find(f"{W}rPr"))
        }
        self._headed = {
            style.get(f"{W}styleId")
            for style in sheet.findall(f"{W}style")
            for part in style.findall(f"{W}tblStylePr")
            if part.get(f"{W}type") == "firstRow" and part.find(f"{W}rPr/{W}b") is not None
        }
        self._notes = self._read_notes()
        self._numbers = Numbers(self._related("numbering"), sheet)
        self._caption = ""

    def parts(self) -> Iterator[Part]:
        yield from self._blocks(self._document.element.body)
        if (
            next(self._document.element.iter(f"{W}del", f"{W}moveFrom", f"{W}commentReference"), None)
            is not None
        ):
            yield "warning", message("deleted_text_left_out")
        said: set[str] = set()
        for section in self._document.sections:
            for edge in (
                section.header,
                section.first_page_header,
                section.footer,
                section.first_page_footer,
            ):
                self._part = edge.part
                for kind, value in self._blocks(edge._element):
                    # A business's address may stand nowhere else; a page's number says nothing.
                    if kind == "text" and value not in said and any(map(str.isalpha, value)):
                        said.add(value)
                        yield kind, value

    def _blocks(self, parent: Any) -> Iterator[Part]:
        """Paragraphs and tables, also where they stand inside a content control."""
        for one in parent:
            if one.tag == f"{W}p":
                yield from self._paragraph(one)
            elif one.tag == f"{W}tbl" and is_layout(one):
                for cell in (cell for row in inside(one, f"{W}tr") for cell in inside(row, f"{W}tc")):
                    yield from self._blocks(cell)
            elif one.tag == f"{W}tbl":
                yield from (("text", line) for line in lines(self._rows(one), self._caption))
                for box in outermost(one, BOX):
                    yield from self._blocks(box)
            elif one.tag == f"{W}altChunk":
                yield from self._chunk(one)
            elif one.tag in AROUND:
                yield from self._blocks(one)
            if one.tag in (f"{W}tbl", f"{W}altChunk"):
                self._caption = ""

    def _paragraph(self, one: Any) -> Iterator[Part]:
        yield from (("break", None) for _ in breaks(one))
        shown = clean(self._text(one)).strip(" \n")
        said = shown.strip()
        style = one.find(f"{W}pPr/{W}pStyle")
        identity = str(style.get(f"{W}val")) if style is not None else ""
        name = self._styles.get(identity, "")
        number = self._numbers.before(one, identity) if said else ""
        level = _HEADING_STYLE.match(name.lower())
        if said and (level or name == "Title"):
            title = " ".join((number.replace(BULLET, "") + said).split())
            yield "heading", Heading(level=int(level[1]) if level else 1, title=title)
        elif said:
            bullet = number or (BULLET if name.startswith("List") else "")
            yield "text", "  " * depth(one, name) + bullet + said if bullet else shown
        if said:
            self._caption = said if name.lower() == "caption" and len(said) <= _LONGEST_CAPTION else ""
        for box in outermost(one, BOX):
            yield from self._blocks(box)
        yield from (("text", line) for line in drawn_lines(one, self._part))
        for reference in one.iter(f"{W}footnoteReference", f"{W}endnoteReference"):
            if note := self._notes.pop(f"{reference.tag}{reference.get(f'{W}id')}", ""):
                yield "text", note

    def _text(self, one: Any) -> str:
        """What a reader sees of a paragraph or a run. A field's link begins in one run and ends in another."""
        parts: list[str] = []
        links: list[tuple[int, str]] = []  # where the words of each open field begin, and its address
        for child in one:
            if child.tag == f"{W}t":
                parts.append(child.text or "")
            elif child.tag in _SIGNS:
                parts.append("" if child.get(f"{W}type") == "page" else _SIGNS[child.tag])
            elif child.tag == f"{W}r" and self._is_unseen(child):
                continue
            elif child.tag == f"{W}hyperlink":
                parts.append(with_address(self._text(child), self._address(child)))
            elif child.tag == f"{W}fldSimple":
                found = LINK.search(child.get(f"{W}instr", ""))
                parts.append(with_address(self._text(child), found[1] if found else ""))
            elif child.tag == FORMULA:
                parts.append(formula_text(child))
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                text = self._text(child)
                parts.append(raised(text) if is_raised(child) else text)
                follow_field(child, parts, links)
        return "".join(parts)

    def _address(self, link: Any) -> str:
        relation = self._part.rels.get(link.get(f"{_R}id"))
        return str(relation.target_ref) if relation is not None and relation.is_external else ""

    def _is_unseen(self, run: Any) -> bool:
        properties = run.find(f"{W}rPr")
        style = properties.find(f"{W}rStyle") if properties is not None else None
        return hides(properties) or (style is not None and style.get(f"{W}val") in self._unseen)

    def _rows(self, table: Any) -> Iterator[list[str]]:
        """A table's rows. What spans rows is said in each of them."""
        above: list[str] = []
        style, look = table.find(f"{W}tblPr/{W}tblStyle"), table.find(f"{W}tblPr/{W}tblLook")
        headed = style is not None and style.get(f"{W}val") in self._headed
        headed = (
            headed and look is not None and (look.get(f"{W}firstRow") == "1" or has_bit(look.get(f"{W}val")))
        )
        for n, row in enumerate(inside(table, f"{W}tr")):
            cells: list[str] = []
            spans: dict[int, int] = {}
            filled, bold, wide = 0, 0, False
            for cell in inside(row, f"{W}tc"):
                text = self._cell(cell)
                filled, bold = filled + bool(text), bold + bool(text and is_bold(cell))
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                if merge is not None and merge.get(f"{W}val") != "restart":
                    text = text or (above[len(cells)] if len(cells) < len(above) else "")
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                width = str(span.get(f"{W}val")) if span is not None else "1"
                wide = wide or (width != "1" and bool(text))
                spans[len(cells)] = min(int(width), 100) if width.isdecimal() else 1
                cells += [text, *[""] * (spans[len(cells)] - 1)]
            marked = is_on(row.find(f"{W}trPr/{W}tblHeader")) or (headed and n == 0) or bold == filled
            mark = "title" if filled == 1 and (wide or bold) else "header" if filled > 1 and marked else ""
            gone = _is_deleted(row) or (not filled and _has_words(row))
            yield Row(cells, "gone" if gone else mark, spans)
            above = cells

    def _cell(self, cell: Any) -> str:
        """All paragraphs of a cell, those of tables inside it too."""
        return cell_text(" ".join(self._text(one) for one in cell.iter(f"{W}p")))

    def _chunk(self, one: Any) -> Iterator[Part]:
        """Another document that this one holds as a whole."""
        relation = self._part.rels.get(one.get(f"{_R}id"))
        if relation is None or relation.is_external:
            return
        from f.documents import formats

        part = relation.target_part
        kind = next((name for word, name in _CHUNKS.items() if word in part.content_type), "a.txt")
        try:
            for page in formats.pages(part.blob, kind, self._limits):
                yield "text", page["text"]
        except Unreadable as problem:
            yield "warning", message("inner_unread", problem=describe(problem))

    def _read_notes(self) -> dict[str, str]:
        """The text of each footnote and endnote, by the tag and id of what refers to it."""
        found: dict[str, str] = {}
        for kind in ("footnotes", "endnotes"):
            root = self._related(kind)
            for note in list(root)[:_MOST_NOTES] if root is not None else ():
                text = " ".join(clean(self._text(one)).strip() for one in note.iter(f"{W}p")).strip()
                if text:
                    found[f"{W}{kind[:-1]}Reference{note.get(f'{W}id')}"] = text
        return found

    def _related(self, kind: str) -> Any:
        """The XML of a part of the document, None where it has none."""
        from docx.oxml import parse_xml

        for relation in self._document.part.rels.values():
            if relation.reltype == _PARTS + kind and not relation.is_external:
                return parse_xml(relation.target_part.blob)
        return None


def _is_deleted(row: Any) -> bool:
    return row.find(f"{W}trPr/{W}del") is not None


def _has_words(row: Any) -> bool:
    """Whether a row of a table holds any, also such as are struck out, deleted or hidden."""
    return any((one.text or "").strip() for one in row.iter(f"{W}t", f"{W}delText"))
