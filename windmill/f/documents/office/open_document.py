# requirements: documents
"""Reads OpenDocument files: texts (.odt), sheets (.ods) and presentations (.odp), as a reader sees them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from f.common.problems import Message, message
from f.documents.clean import clean, raised
from f.documents.office import archive
from f.documents.office.open_styles import OFFICE, TABLE, TEXT, XLINK, Styles
from f.documents.office.open_tables import Tables
from f.documents.page import Heading, Limits, Page, Unreadable, combined, page
from f.documents.parts import Part, paged
from f.documents.tables.cells import with_address
from f.documents.tables.rows import lines, table_pages

_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_BULLET = "- "
_SIGNS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}soft-page-break": ""}
_UNSEEN = frozenset(
    {
        f"{OFFICE}annotation",
        f"{OFFICE}annotation-end",
        f"{TEXT}tracked-changes",
        f"{TEXT}hidden-text",
        f"{TEXT}note-citation",
    }
    | {
        f"{TEXT}hidden-paragraph",
        f"{OFFICE}forms",
        f"{TEXT}table-of-content",
        f"{_DRAW}object",
        f"{_DRAW}image",
    }
)
_AROUND = frozenset(
    [
        f"{TEXT}section",
        f"{TEXT}index-body",
        f"{_DRAW}g",
        f"{_DRAW}frame",
        f"{_DRAW}text-box",
        f"{_DRAW}custom-shape",
        f"{_DRAW}rect",
    ]
)
_MOST_REPEATED = 200  # rows or columns that say the same


def open_document_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The document's pages: of a text up to each page that its author began, of a sheet and a presentation one for each."""
    archive.check(content, limits)
    yield from archive.read(_pages(content, limits))


def _pages(content: bytes, limits: Limits) -> Iterator[Page]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if "encryption-data" in packed.read("META-INF/manifest.xml").decode("utf-8", "replace"):
            raise Unreadable("file_password")
        root = etree.fromstring(packed.read("content.xml"), parser)
        looks = (
            etree.fromstring(packed.read("styles.xml"), parser) if "styles.xml" in packed.namelist() else None
        )
        reader = _Reader(packed, parser, Styles(root, looks))
        body = root.find(f"{OFFICE}body")
        for kind in list(body) if body is not None else []:
            if kind.tag == f"{OFFICE}spreadsheet":
                yield from reader.sheets(kind, limits)
            elif kind.tag == f"{OFFICE}presentation":
                yield from reader.slides(kind, limits)
            elif kind.tag in (f"{OFFICE}text", f"{OFFICE}drawing"):
                yield from paged(reader.document(kind, looks), limits)


class _Reader:
    """Reads one document. Recursion is as deep as the file nests; lxml reads 256 levels at most."""

    def __init__(self, packed: zipfile.ZipFile, parser: Any, styles: Styles) -> None:
        self._packed, self._parser, self._styles = packed, parser, styles
        self._tables = Tables(styles, self._inside)

    def document(self, body: Any, looks: Any) -> Iterator[Part]:
        yield from self._blocks(body)
        if body.find(f"{TEXT}tracked-changes") is not None:
            yield "warning", message("deleted_text_left_out")
        said = set()
        for edge in looks.iter(f"{Styles.STYLE}header", f"{Styles.STYLE}footer") if looks is not None else ():
            for kind, value in self._blocks(edge):
                if kind == "text" and value not in said and any(map(str.isalpha, value)):
                    said.add(value)
                    yield kind, value

    def sheets(self, book: Any, limits: Limits) -> Iterator[Page]:
        number = 1
        warnings: list[Message] = []
        hidden = []
        for table in book.iter(f"{TABLE}table"):
            name = clean(table.get(f"{TABLE}name", ""))
            if self._styles.is_hidden(table.get(f"{TABLE}style-name")):
                hidden.append(name)
                continue
            if self._tables.has_hidden(table):
                warnings.append(message("parts_of_sheet_left_out", sheet=name))
            for one in table_pages(name, self._tables.rows(table), number, limits):
                number += 1
                one["warning"], warnings = combined(warnings), []
                yield one
        if number == 1:
            raise Unreadable("workbook_empty")
        if hidden:
            yield page(number, "", warning=message("sheets_left_out", names=", ".join(hidden[:8])))

    def slides(self, deck: Any, limits: Limits) -> Iterator[Page]:
        found: list[Part] = []
        hidden = noted = commented = 0
        for slide in deck.iter(f"{_DRAW}page"):
            if self._styles.is_hidden(slide.get(f"{_DRAW}style-name")):
                hidden += 1
                continue
            found += [("break", None), *self._slide(slide)]
            notes, comments = self._notes(slide), list(slide.findall(f"{OFFICE}annotation"))
            if limits.speaker_notes:
                found += [("text", said) for said in (*notes, *map(self._comment, comments)) if said]
            noted, commented = noted + bool(notes), commented + len(comments)
        if hidden:
            found.append(("warning", message("slides_left_out", slides=hidden)))
        if noted and not limits.speaker_notes:
            found.append(("warning", message("slide_notes_left_out", slides=noted)))
        if commented and not limits.speaker_notes:
            found.append(("warning", message("slide_comments_left_out", comments=commented)))
        yield from paged(found, limits)

    def _slide(self, slide: Any) -> Iterator[Part]:
        for shape in slide:
            if shape.tag == f"{_PRESENTATION}notes":
                continue
            title = shape.get(f"{_PRESENTATION}class") == "title"
            parts = list(self._blocks([shape]))
            if title and parts:
                yield "heading", Heading(level=1, title=" ".join(str(v) for k, v in parts if k == "text"))
            else:
                yield from parts

    def _notes(self, slide: Any) -> list[str]:
        """What the speaker wrote below the slide."""
        frames = slide.iterfind(f"{_PRESENTATION}notes/{_DRAW}frame")
        return [value for frame in frames for kind, value in self._blocks(frame) if kind == "text"]

    def _comment(self, comment: Any) -> str:
        return clean("\n".join(map(self._text, comment.iter(f"{TEXT}p")))).strip()

    def _blocks(self, parent: Any, bullet: str = "") -> Iterator[Part]:
        """Paragraphs, lists and tables, also those in sections and frames."""
        for one in parent:
            if one.tag == f"{TEXT}h":
                if title := " ".join(self._text(one).split()):
                    level = one.get(f"{TEXT}outline-level", "1")
                    yield "heading", Heading(level=int(level) if level.isdecimal() else 1, title=title)
                yield from self._beside(one)
            elif one.tag == f"{TEXT}p":
                if self._styles.breaks(one.get(f"{TEXT}style-name")):
                    yield "break", None
                if text := clean(self._text(one)).strip():
                    yield "text", bullet + text
                    bullet = ""
                yield from self._beside(one)
            elif one.tag == f"{TEXT}list":
                yield from self._list(one, 1, one.get(f"{TEXT}style-name", ""))
            elif one.tag == f"{TABLE}table":
                yield from (("text", line) for line in lines(self._tables.rows(one)))
            elif one.tag == f"{_DRAW}a":
                yield from self._linked(one, bullet)
            elif one.tag in _AROUND and not _is_closed(one):
                yield from self._blocks(one, bullet)
                yield from self._chart(one)

    def _linked(self, link: Any, bullet: str) -> Iterator[Part]:
        """What is drawn, with the address that a click on it leads to behind its last words."""
        parts = list(self._blocks(link, bullet))
        last = max((n for n, (kind, _) in enumerate(parts) if kind == "text"), default=-1)
        for number, (kind, value) in enumerate(parts):
            yield kind, with_address(value, link.get(f"{XLINK}href", "")) if number == last else value

    def _list(self, one: Any, level: int, style: str) -> Iterator[Part]:
        number = self._styles.first_number(style, level)
        for item in one:
            if item.tag not in (f"{TEXT}list-item", f"{TEXT}list-header"):
                continue
            start = item.get(f"{TEXT}start-value", "")
            number = int(start) if start.isdecimal() else number
            bullet = "  " * (min(level, 9) - 1) + (f"{number}. " if number else _BULLET)
            number += number > 0
            for child in item:
                if child.tag == f"{TEXT}list":
                    yield from self._list(child, level + 1, child.get(f"{TEXT}style-name", style))
                else:
                    yield from self._blocks([child], bullet)
                    bullet = ""

    def _beside(self, paragraph: Any) -> Iterator[Part]:
        """What is fixed to a paragraph: frames and footnotes."""
        for one in paragraph.iter(f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{TEXT}note-body"):
            above = one.getparent()
            if one.tag == f"{TEXT}note-body" or above.tag in (
                f"{TEXT}p",
                f"{TEXT}span",
                f"{TEXT}a",
                f"{_DRAW}a",
            ):
                yield from self._blocks(one)
                yield from self._chart(one)

    def _chart(self, frame: Any) -> Iterator[Part]:
        """The data of a chart: a document of its own inside this one."""
        for one in frame.findall(f"{_DRAW}object"):
            name = one.get(f"{XLINK}href", "").removeprefix("./") + "/content.xml"
            if name in self._packed.namelist():
                from lxml import etree

                inner = etree.fromstring(self._packed.read(name), self._parser)
                for table in inner.iter(f"{TABLE}table"):
                    yield from (("text", line) for line in lines(self._tables.rows(table)))

    def _text(self, one: Any) -> str:
        """What a reader sees of a paragraph."""
        parts = [one.text or ""]
        for child in one:
            tag = child.tag
            if tag in _SIGNS:
                parts.append(_SIGNS[tag])
            elif tag == f"{TEXT}s":
                count = child.get(f"{TEXT}c", "1")
                parts.append(" " * min(int(count) if count.isdecimal() else 1, 20))
            elif tag == f"{TEXT}a":
                parts.append(with_address(self._text(child), child.get(f"{XLINK}href", "")))
            elif tag not in _UNSEEN and tag not in _AROUND and tag != f"{TEXT}note" and isinstance(tag, str):
                style = child.get(f"{TEXT}style-name")
                text = "" if self._styles.is_unseen(style) else self._text(child)
                parts.append(raised(text) if self._styles.is_raised(style) else text)
            parts.append(child.tail or "")
        text = (
            re.sub(r"[ \n]+", " ", "".join(parts))
            if one.tag == f"{TEXT}p" and "\t" not in "".join(parts)
            else "".join(parts)
        )
        return "" if self._styles.is_unseen(one.get(f"{TEXT}style-name")) else text

    def _inside(self, cell: Any) -> Iterator[str]:
        for kind, value in self._blocks(cell):
            yield value["title"] if kind == "heading" else value if kind == "text" else ""


def _is_closed(section: Any) -> bool:
    """True for a section that its author hides, always or while a condition holds."""
    display = section.get(f"{TEXT}display", "true")
    return display == "none" or (display == "condition" and section.get(f"{TEXT}is-hidden") == "true")
