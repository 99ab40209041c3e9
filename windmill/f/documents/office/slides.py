# requirements: documents
"""Reads PowerPoint presentations, slide after slide."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from f.common.problems import message
from f.documents.clean import clean, raised
from f.documents.office import archive
from f.documents.office.drawn_text import drawn_lines
from f.documents.office.text_boxes import in_columns
from f.documents.page import Heading, Limits, Page, Unreadable, combined, page
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.grid import spread
from f.documents.tables.rows import Row, lines

_BULLET = "- "
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PROPERTIES = "{http://schemas.openxmlformats.org/presentationml/2006/main}cNvPr"


def pptx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A presentation: a page for each slide, the speaker's notes and the comments below if `limits` says so."""
    archive.check(content, limits)
    import pptx

    presentation = archive.opened(lambda: pptx.Presentation(io.BytesIO(archive.transitional(content))))
    slides = archive.opened(lambda: list(presentation.slides))
    if len(slides) > limits.max_pages:
        raise Unreadable("too_many_slides", slides=len(slides), most=limits.max_pages)
    found = archive.opened(lambda: list(_slides(slides, limits)))
    hidden = sum(slide._element.get("show") == "0" for slide in slides)
    noted = 0 if limits.speaker_notes else sum(bool(_notes(one)) for one in slides)
    commented = 0 if limits.speaker_notes else sum(len(_comments(one)) for one in slides)
    if found:
        first = [found[0]["warning"]] if found[0]["warning"] else []
        first += [message("slides_left_out", slides=hidden)] if hidden else []
        first += [message("slide_notes_left_out", slides=noted)] if noted else []
        first += [message("slide_comments_left_out", comments=commented)] if commented else []
        found[0]["warning"] = combined(first)
    if not any(one["text"].strip() for one in found):
        raise Unreadable("slides_empty")
    yield from found


def _slides(slides: list[Any], limits: Limits) -> Iterator[Page]:
    """The slides as pages. A file may show one slide any number of times."""
    left = limits.max_characters
    for number, slide in enumerate(slides, 1):
        if slide._element.get("show") == "0":
            continue
        found = _slide(number, slide, limits.speaker_notes)
        left -= len(found["text"])
        if left < 0:
            raise Unreadable("too_many_characters", most=limits.max_characters)
        yield found


def _slide(number: int, slide: Any, speaker_notes: bool) -> Page:
    title = slide.shapes.title
    heading = (
        " ".join(clean(title.text_frame.text).split()) if title is not None and title.has_text_frame else ""
    )
    text, pictures = [heading] if heading else [], False
    shapes = [one for one in _shapes(slide.shapes) if title is None or one.shape_id != title.shape_id]
    for shape in in_columns(shapes):
        if isinstance(shape, list):
            text += lines(Row(map(_box_text, boxes)) for boxes in shape)
        elif shape.has_text_frame:
            said = [(p.level, clean(_paragraph(p)).strip()) for p in shape.text_frame.paragraphs]
            own = [_BULLET + one if level else one for level, one in said if one]
            text += [*own[:-1], *(with_address(one, _address(shape)) for one in own[-1:])]
        elif getattr(shape, "has_table", False) and shape.has_table:
            text += lines(_rows(shape.table))
        else:
            text += drawn_lines(shape._element, slide.part)
        # Asked of its class: the shape itself would open the picture, which may be linked or missing.
        pictures = pictures or hasattr(type(shape), "image")
    if speaker_notes and (notes := [*filter(None, [_notes(slide)]), *_comments(slide)]):
        text += ["", *notes]
    warning = message("slide_is_picture", slide=number) if pictures and not text else None
    return page(
        number,
        "\n".join(text),
        headings=[Heading(level=1, title=heading)] if heading else [],
        warning=warning,
    )


def _rows(table: Any) -> Iterator[Row]:
    """A table's rows. The first one is the header where the table shows it as one."""

    def cells(row: Any) -> Iterator[tuple[str, int, int]]:
        for cell in row.cells:
            if not cell.is_spanned:
                text = cell_text(" ".join(map(_paragraph, cell.text_frame.paragraphs)))
                yield text, cell.span_width, cell.span_height

    marks = ("header" if n == 0 and table.first_row else "" for n in range(len(table.rows)))
    return spread(zip(marks, map(cells, table.rows), strict=True))


def _box_text(shape: Any) -> str:
    return cell_text(
        with_address(" ".join(map(_paragraph, shape.text_frame.paragraphs)).strip(), _address(shape))
    )


def _address(shape: Any) -> str:
    """Where a click on a shape leads; "" if nowhere outside the presentation."""
    links = shape._element.xpath("./*/p:cNvPr/a:hlinkClick")
    relation = shape.part.rels.get(links[0].get(_RELATION, "")) if links else None
    return relation.target_ref if relation is not None and relation.is_external else ""


def _paragraph(paragraph: Any) -> str:
    """A paragraph's words, without struck-out ones; a link's address behind its words. Broken lines and fields are no runs."""
    runs = {run._r: run for run in paragraph.runs}
    parts = []
    for child in paragraph._p.iterchildren(f"{_A}r", f"{_A}br", f"{_A}fld"):
        run = runs.get(child)
        if run is None:
            parts.append(
                "\v" if child.tag == f"{_A}br" else "".join(t.text or "" for t in child.iter(f"{_A}t"))
            )
            continue
        struck = child.rPr is not None and child.rPr.get("strike") in ("sngStrike", "dblStrike")
        high = child.rPr is not None and child.rPr.get("baseline", "0")[:1] not in "-0"
        text = raised(run.text) if high else run.text
        parts.append("" if struck else with_address(text, run.hyperlink.address or ""))
    return "".join(parts)


def _notes(slide: Any) -> str:
    """What the speaker wrote below the slide. Not every program marks the place where Microsoft's does."""
    if not slide.has_notes_slide:
        return ""
    page = slide.notes_slide
    frames = [page.notes_text_frame] if page.notes_text_frame is not None else []
    frames = frames or [s.text_frame for s in page.shapes if s.has_text_frame and not s.is_placeholder]
    return "\n".join(said for frame in frames if (said := clean(frame.text).strip()))


def _comments(slide: Any) -> list[str]:
    """What people remarked on the slide: PowerPoint keeps that beside it, in one of two ways."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    found = []
    for relation in slide.part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/comments"):
            continue
        for comment in etree.fromstring(relation.target_part.blob, parser).iter("{*}cm"):
            said = [one.text or "" for one in comment.iter("{*}text", f"{_A}t")]
            found += [said for said in [clean(" ".join(said)).strip()] if said]
    return found


def _shapes(shapes: Any) -> Iterator[Any]:
    """As a reader goes: from the top, from the left; what is grouped together stays together."""
    seen = (one for one in shapes if next(one._element.iter(_PROPERTIES), one._element).get("hidden") != "1")
    for shape in sorted(seen, key=lambda one: ((one.top or 0) // 200_000, one.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape
