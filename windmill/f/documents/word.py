# requirements:
# python-docx==1.2.0
# charset-normalizer==3.5.2
# olefile==0.47
# openpyxl==3.1.5
# pillow-heif==1.8.1
# pillow==13.0.0
# pypdfium2==5.15.2
# python-pptx==1.0.2
# selectolax==1.0.2
# striprtf==0.0.35
# lxml==6.1.3
"""Reads Word documents as a reader sees them: with what stands in footnotes, text boxes, form fields, charts, headers and footers, and what was
inserted; without what was struck out, hidden or is an instruction to the program. A link's address stands behind its words.

python-docx opens the file and knows its styles; it leaves those out, so the text is read from the XML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from f.common.problems import describe, message
from f.documents import archive
from f.documents.clean import clean
from f.documents.drawn_text import drawn_lines
from f.documents.page import Heading, Limits, Page, Unreadable
from f.documents.parts import Part, paged
from f.documents.table_cells import cell_text, with_address
from f.documents.table_rows import Row, lines
from f.documents.word_numbers import BULLET, Numbers

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_HEADING_STYLE = re.compile(r"heading ?(\d)")
_LINK = re.compile(r'HYPERLINK\s+"([^"]{1,2000})"')
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}
# A text box is read after the paragraph that it is fixed to; the others are no text of the document.
_BOX = f"{_W}txbxContent"
_LEFT_OUT = frozenset({_BOX, _FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}rPr", f"{_W}pPr", f"{_W}sdtPr"})
_AROUND = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_UNSEEN = ("vanish", "strike", "dstrike")
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
    yield from paged(archive.read(reader.parts()), limits)


class _Reader:
    """Reads one document. Recursion is as deep as the file nests; lxml reads 256 levels at most."""

    def __init__(self, document: Any, limits: Limits) -> None:
        self._document, self._limits = document, limits
        self._part = document.part
        self._styles = {style.style_id: style.name or "" for style in document.styles}
        sheet = document.styles.element
        self._unseen = {
            style.get(f"{_W}styleId")
            for style in sheet.findall(f"{_W}style")
            if _hides(style.find(f"{_W}rPr"))
        }
        self._headed = {
            style.get(f"{_W}styleId")
            for style in sheet.findall(f"{_W}style")
            for part in style.findall(f"{_W}tblStylePr")
            if part.get(f"{_W}type") == "firstRow" and part.find(f"{_W}rPr/{_W}b") is not None
        }
        self._notes = self._read_notes()
        self._numbers = Numbers(self._related("numbering"), sheet)
        self._caption = ""

    def parts(self) -> Iterator[Part]:
        yield from self._blocks(self._document.element.body)
        if (
            next(self._document.element.iter(f"{_W}del", f"{_W}moveFrom", f"{_W}commentReference"), None)
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
            if one.tag == f"{_W}p":
                yield from self._paragraph(one)
            elif one.tag == f"{_W}tbl" and _is_layout(one):
                for cell in (cell for row in _inside(one, f"{_W}tr") for cell in _inside(row, f"{_W}tc")):
                    yield from self._blocks(cell)
            elif one.tag == f"{_W}tbl":
                yield from (("text", line) for line in lines(self._rows(one), self._caption))
                for box in _outermost(one, _BOX):
                    yield from self._blocks(box)
            elif one.tag == f"{_W}altChunk":
                yield from self._chunk(one)
            elif one.tag in _AROUND:
                yield from self._blocks(one)
            if one.tag in (f"{_W}tbl", f"{_W}altChunk"):
                self._caption = ""

    def _paragraph(self, one: Any) -> Iterator[Part]:
        yield from (("break", None) for _ in _breaks(one))
        said = clean(self._text(one)).strip()
        style = one.find(f"{_W}pPr/{_W}pStyle")
        identity = str(style.get(f"{_W}val")) if style is not None else ""
        name = self._styles.get(identity, "")
        number = self._numbers.before(one, identity) if said else ""
        level = _HEADING_STYLE.match(name.lower())
        if said and (level or name == "Title"):
            title = " ".join((number.replace(BULLET, "") + said).split())
            yield "heading", Heading(level=int(level[1]) if level else 1, title=title)
        elif said:
            bullet = number or (BULLET if name.startswith("List") else "")
            yield "text", bullet + said
        if said:
            self._caption = said if name.lower() == "caption" and len(said) <= _LONGEST_CAPTION else ""
        for box in _outermost(one, _BOX):
            yield from self._blocks(box)
        yield from (("text", line) for line in drawn_lines(one, self._part))
        for reference in one.iter(f"{_W}footnoteReference", f"{_W}endnoteReference"):
            if note := self._notes.pop(f"{reference.tag}{reference.get(f'{_W}id')}", ""):
                yield "text", note

    def _text(self, one: Any) -> str:
        """What a reader sees of a paragraph or a run. A field's link begins in one run and ends in another."""
        parts: list[str] = []
        links: list[tuple[int, str]] = []  # where the words of each open field begin, and its address
        for child in one:
            if child.tag == f"{_W}t":
                parts.append(child.text or "")
            elif child.tag in _SIGNS:
                parts.append("" if child.get(f"{_W}type") == "page" else _SIGNS[child.tag])
            elif child.tag == f"{_W}r" and self._is_unseen(child):
                continue
            elif child.tag == f"{_W}hyperlink":
                parts.append(with_address(self._text(child), self._address(child)))
            elif child.tag == f"{_W}fldSimple":
                found = _LINK.search(child.get(f"{_W}instr", ""))
                parts.append(with_address(self._text(child), found[1] if found else ""))
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                parts.append(self._text(child))
                _follow_field(child, parts, links)
        return "".join(parts)

    def _address(self, link: Any) -> str:
        relation = self._part.rels.get(link.get(f"{_R}id"))
        return str(relation.target_ref) if relation is not None and relation.is_external else ""

    def _is_unseen(self, run: Any) -> bool:
        properties = run.find(f"{_W}rPr")
        style = properties.find(f"{_W}rStyle") if properties is not None else None
        return _hides(properties) or (style is not None and style.get(f"{_W}val") in self._unseen)

    def _rows(self, table: Any) -> Iterator[list[str]]:
        """A table's rows. What spans rows is said in each of them; of what spans columns the others stay empty."""
        above: list[str] = []
        style, look = table.find(f"{_W}tblPr/{_W}tblStyle"), table.find(f"{_W}tblPr/{_W}tblLook")
        headed = style is not None and style.get(f"{_W}val") in self._headed
        headed = (
            headed
            and look is not None
            and (look.get(f"{_W}firstRow") == "1" or _has_bit(look.get(f"{_W}val")))
        )
        for n, row in enumerate(_inside(table, f"{_W}tr")):
            cells: list[str] = []
            filled, bold, spans = 0, 0, False
            for cell in _inside(row, f"{_W}tc"):
                text = self._cell(cell)
                filled, bold = filled + bool(text), bold + bool(text and _is_bold(cell))
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merge is not None and merge.get(f"{_W}val") != "restart":
                    text = text or (above[len(cells)] if len(cells) < len(above) else "")
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                width = str(span.get(f"{_W}val")) if span is not None else "1"
                spans = spans or (width != "1" and bool(text))
                cells += [text, *[""] * (min(int(width), 100) - 1 if width.isdecimal() else 0)]
            marked = _is_on(row.find(f"{_W}trPr/{_W}tblHeader")) or (headed and n == 0) or bold == filled
            mark = "title" if filled == 1 and (spans or bold) else "header" if filled > 1 and marked else ""
            yield Row(cells, mark)
            above = cells

    def _cell(self, cell: Any) -> str:
        """All paragraphs of a cell, those of tables inside it too."""
        return cell_text(" ".join(self._text(one) for one in cell.iter(f"{_W}p")))

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
                text = " ".join(clean(self._text(one)).strip() for one in note.iter(f"{_W}p")).strip()
                if text:
                    found[f"{_W}{kind[:-1]}Reference{note.get(f'{_W}id')}"] = text
        return found

    def _related(self, kind: str) -> Any:
        """The XML of a part of the document, None where it has none."""
        from docx.oxml import parse_xml

        for relation in self._document.part.rels.values():
            if relation.reltype == _PARTS + kind and not relation.is_external:
                return parse_xml(relation.target_part.blob)
        return None


def _follow_field(run: Any, parts: list[str], links: list[tuple[int, str]]) -> None:
    """Puts the address of a link that is a field behind its words, where the field ends."""
    for one in run:
        kind = one.get(f"{_W}fldCharType") if one.tag == f"{_W}fldChar" else ""
        if kind == "begin":
            links.append((len(parts), ""))
        elif one.tag == f"{_W}instrText" and links:
            links[-1] = (links[-1][0], links[-1][1] + (one.text or ""))
        elif kind == "end" and links:
            start, instruction = links.pop()
            if found := _LINK.search(instruction):
                parts[start:] = [with_address("".join(parts[start:]), found[1])]


def _is_on(switch: Any) -> bool:
    """A switch is on where it stands, unless it says that it is off."""
    return switch is not None and switch.get(f"{_W}val") not in ("0", "false", "off")


def _hides(properties: Any) -> bool:
    """True for hidden and struck-out text."""
    for name in _UNSEEN if properties is not None else ():
        if _is_on(properties.find(f"{_W}{name}")):
            return True
    return False


def _is_layout(table: Any) -> bool:
    """True for a table that holds others of several rows: a page laid out in columns, whose cells are read one after the other."""
    inner = (one for one in table.iter(f"{_W}tbl") if one is not table)
    return any(len(one.findall(f"{_W}tr")) > 1 for one in inner)


def _is_bold(cell: Any) -> bool:
    """True if all that stands in a cell is bold."""
    runs = [
        run for run in cell.iter(f"{_W}r") if any((text.text or "").strip() for text in run.iter(f"{_W}t"))
    ]
    return bool(runs) and all(_is_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _has_bit(look: str | None) -> bool:
    """The first row's bit of a table's look, as older programs write it."""
    try:
        return bool(int(look or "0", 16) & 0x20)
    except ValueError:
        return False


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


def _inside(one: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row, also where they stand inside a content control; not those of a table in a cell."""
    for child in one:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)
