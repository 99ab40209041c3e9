# requirements: documents
"""Reads PowerPoint presentations, slide after slide."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from f.common.problems import message
from f.documents.clean import clean
from f.documents.office import archive
from f.documents.office.drawn_text import drawn_lines
from f.documents.office.text_boxes import in_columns
from f.documents.page import Heading, Limits, Page, Unreadable, combined, page
from f.documents.tables.cells import cell_text, with_address
from f.documents.tables.rows import Row, lines

_BULLET = "- "
_PROPERTIES = "{http://schemas.openxmlformats.org/presentationml/2006/main}cNvPr"


def pptx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A presentation: a page for each slide, the speaker's notes below if `limits` says so."""
    archive.check(content, limits)
    import pptx

    presentation = archive.opened(lambda: pptx.Presentation(io.BytesIO(archive.transitional(content))))
    slides = archive.opened(lambda: list(presentation.slides))
    if len(slides) > limits.max_pages:
        raise Unreadable("too_many_slides", slides=len(slides), most=limits.max_pages)
    found = archive.opened(lambda: list(_slides(slides, limits)))
    hidden = sum(slide._element.get("show") == "0" for slide in slides)
    noted = 0 if limits.speaker_notes else sum(bool(_notes(one)) for one in slides)
    if found:
        first = [found[0]["warning"]] if found[0]["warning"] else []
        first += [message("slides_left_out", slides=hidden)] if hidden else []
        first += [message("slide_notes_left_out", slides=noted)] if noted else []
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
            text += [
                _BULLET + said if p.level else said
                for p in shape.text_frame.paragraphs
                if (said := clean(_paragraph(p)).strip())
            ]
        elif getattr(shape, "has_table", False) and shape.has_table:
            text += lines(_rows(shape.table))
        else:
            text += drawn_lines(shape._element, slide.part)
        # Asked of its class: the shape itself would open the picture, which may be linked or missing.
        pictures = pictures or hasattr(type(shape), "image")
    if speaker_notes and (notes := _notes(slide)):
        text += ["", notes]
    warning = message("slide_is_picture", slide=number) if pictures and not text else None
    return page(
        number,
        "\n".join(text),
        headings=[Heading(level=1, title=heading)] if heading else [],
        warning=warning,
    )


def _rows(table: Any) -> Iterator[Row]:
    """A table's rows. The first one is the header where the table shows it as one."""
    for number, row in enumerate(table.rows):
        mark = "header" if number == 0 and table.first_row else ""
        yield Row(
            [cell_text(" ".join(map(_paragraph, cell.text_frame.paragraphs))) for cell in row.cells], mark
        )


def _box_text(shape: Any) -> str:
    return cell_text(" ".join(map(_paragraph, shape.text_frame.paragraphs)))


def _paragraph(paragraph: Any) -> str:
    """A paragraph's words, without struck-out ones; a link's address behind its words. What python-pptx has no run for comes as it is."""
    runs = list(paragraph.runs)
    if "".join(run.text for run in runs) != paragraph.text:
        return str(paragraph.text)
    parts = []
    for run in runs:
        struck = run._r.rPr is not None and run._r.rPr.get("strike") in ("sngStrike", "dblStrike")
        parts.append("" if struck else with_address(run.text, run.hyperlink.address or ""))
    return "".join(parts)


def _notes(slide: Any) -> str:
    """What the speaker wrote below the slide. Not every program marks the place where Microsoft's does."""
    if not slide.has_notes_slide:
        return ""
    page = slide.notes_slide
    frames = [page.notes_text_frame] if page.notes_text_frame is not None else []
    frames = frames or [s.text_frame for s in page.shapes if s.has_text_frame and not s.is_placeholder]
    return "\n".join(said for frame in frames if (said := clean(frame.text).strip()))


def _shapes(shapes: Any) -> Iterator[Any]:
    """As a reader goes: from the top, from the left; what is grouped together stays together."""
    seen = (one for one in shapes if next(one._element.iter(_PROPERTIES), one._element).get("hidden") != "1")
    for shape in sorted(seen, key=lambda one: ((one.top or 0) // 200_000, one.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape
