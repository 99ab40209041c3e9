# requirements:
# python-docx==1.2.0
# python-pptx==1.0.2
# openpyxl==3.1.5
"""Reads Word documents, PowerPoint presentations and Excel workbooks. Each library is imported only where its kind of file is read."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

from f.ingest import archive
from f.ingest.clean import clean
from f.ingest.page import Heading, Limits, Page, Unreadable, page
from f.ingest.table_rows import cell_text, lines, table_pages

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_STYLE = re.compile(r"heading ?(\d)")
_BULLET = "- "


def docx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A Word document; its pages are those that Word laid out when it was saved, or where the author broke one."""
    archive.check(content)
    import docx

    document = _opened(lambda: docx.Document(io.BytesIO(content)))
    number = 1
    text: list[str] = []
    headings: list[Heading] = []
    for kind, value in _docx_parts(document):
        if kind == "break" and text:
            yield _counted(number, text, headings, limits)
            number, text, headings = number + 1, [], []
        elif kind == "heading":
            headings.append(value)
            text.append(value["title"])
        elif kind == "text":
            text.append(value)
    if not text and number == 1:
        raise Unreadable("This Word document has no text in it.")
    if text:
        yield _counted(number, text, headings, limits)


def _docx_parts(document: Any) -> Iterator[tuple[str, Any]]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from (("text", line) for line in lines(_docx_rows(part)))
        elif isinstance(part, Paragraph):
            for _ in _breaks(part):
                yield "break", None
            said = " ".join(clean(part.text).split(" ")).strip()
            if not said:
                continue
            style = (part.style.name if part.style is not None else "") or ""
            level = _HEADING_STYLE.match(style.lower())
            if level or style == "Title":
                title = " ".join(said.split())
                yield "heading", Heading(level=int(level[1]) if level else 1, title=title)
            else:
                listed = style.startswith("List") or part._p.find(f"{_W}pPr/{_W}numPr") is not None
                yield "text", (_BULLET if listed else "") + said


def _breaks(paragraph: Any) -> Iterator[Any]:
    rendered = next(paragraph._p.iter(f"{_W}lastRenderedPageBreak"), None)
    if rendered is not None:
        yield rendered
        return
    for found in paragraph._p.iter(f"{_W}br"):
        if found.get(f"{_W}type") == "page":
            yield found


def _docx_rows(table: Any) -> Iterator[list[str]]:
    for row in table.rows:
        cells = [cell for cell, _ in itertools.groupby(row.cells, key=lambda cell: cell._tc)]
        yield [cell_text(" ".join(p.text for p in _cell(row, tc).paragraphs)) for tc in cells]


def _cell(row: Any, tc: Any) -> Any:
    return next(cell for cell in row.cells if cell._tc is tc)


def pptx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A presentation: a page for each slide, the speaker's notes below."""
    archive.check(content)
    import pptx

    presentation = _opened(lambda: pptx.Presentation(io.BytesIO(content)))
    slides = list(presentation.slides)
    if len(slides) > limits.max_pages:
        raise Unreadable(
            f"This presentation has {len(slides):,} slides; the most is {limits.max_pages:,}. Split it up."
        )
    found = [_slide(number, slide) for number, slide in enumerate(slides, 1)]
    if not any(one["text"].strip() for one in found):
        raise Unreadable("This presentation has no text in it, only pictures; upload the text, too.")
    yield from found


def _slide(number: int, slide: Any) -> Page:
    title = slide.shapes.title
    heading = (
        " ".join(clean(title.text_frame.text).split()) if title is not None and title.has_text_frame else ""
    )
    text, pictures = [heading] if heading else [], False
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            text += [
                _BULLET + said if p.level else said
                for p in shape.text_frame.paragraphs
                if (said := clean(p.text).strip())
            ]
        elif getattr(shape, "has_table", False) and shape.has_table:
            text += lines([cell_text(cell.text) for cell in row.cells] for row in shape.table.rows)
        pictures = pictures or hasattr(shape, "image")
    if slide.has_notes_slide and (notes := clean(slide.notes_slide.notes_text_frame.text).strip()):
        text += ["", notes]
    note = f"slide {number} is a picture without text" if pictures and not text else ""
    return page(
        number, "\n".join(text), headings=[Heading(level=1, title=heading)] if heading else [], note=note
    )


def _shapes(shapes: Any) -> Iterator[Any]:
    """As a reader goes: from the top, from the left; what is grouped together stays together."""
    for shape in sorted(shapes, key=lambda one: ((one.top or 0) // 200_000, one.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def xlsx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A workbook, sheet after sheet, rows as they come."""
    archive.check(content)
    import openpyxl

    book = _opened(lambda: openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True))
    number = 1
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                rows = ([cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
                for one in table_pages(clean(sheet.title), rows, number, limits):
                    number += 1
                    yield one
    except (ValueError, KeyError, OSError) as error:
        raise archive.damaged() from error
    finally:
        book.close()
    if number == 1:
        raise Unreadable(
            "This workbook has no values in it; if it has formulas, open it in Excel, save it and upload it again."
        )


def _opened(load: Callable[[], Any]) -> Any:
    """The libraries raise whatever their parsers do; to the tenant it is a damaged file."""
    try:
        return load()
    except Exception as error:
        raise archive.damaged() from error


def _counted(number: int, text: list[str], headings: list[Heading], limits: Limits) -> Page:
    if number > limits.max_pages:
        raise Unreadable(f"This document has more than {limits.max_pages:,} pages. Split it up.")
    joined = "\n".join(text)
    if len(joined) > limits.max_characters:
        raise Unreadable(f"This document has more than {limits.max_characters:,} characters; split it up.")
    return page(number, joined, headings=headings)
