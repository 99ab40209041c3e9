# requirements:
# python-pptx==1.0.2
# openpyxl==3.1.5
"""Reads PowerPoint presentations and Excel workbooks. Each library is imported only where its kind of file is read."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from f.common.problems import message
from f.documents import archive
from f.documents.clean import clean
from f.documents.page import Heading, Limits, Page, Unreadable, page
from f.documents.table_rows import cell_text, lines, table_pages

_BULLET = "- "
_MERGED = re.compile(rb'mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_MOST_MERGED = 20_000
_MOST_SPANNED = 50_000_000  # cells of a workbook, with the empty ones before the last one of each row
_WIDTH = 200  # columns that a row is filled up to


def pptx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A presentation: a page for each slide, the speaker's notes below."""
    archive.check(content, limits)
    import pptx

    presentation = archive.opened(lambda: pptx.Presentation(io.BytesIO(content)))
    slides = archive.opened(lambda: list(presentation.slides))
    if len(slides) > limits.max_pages:
        raise Unreadable("too_many_slides", slides=len(slides), most=limits.max_pages)
    found = archive.opened(lambda: list(_slides(slides, limits.max_characters)))
    if not any(one["text"].strip() for one in found):
        raise Unreadable("slides_empty")
    yield from found


def _slides(slides: list[Any], most: int) -> Iterator[Page]:
    """The slides as pages. A file may show one slide any number of times."""
    left = most
    for number, slide in enumerate(slides, 1):
        found = _slide(number, slide)
        left -= len(found["text"])
        if left < 0:
            raise Unreadable("too_many_characters", most=most)
        yield found


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
        # Asked of its class: the shape itself would open the picture, which may be linked or missing.
        pictures = pictures or hasattr(type(shape), "image")
    if notes := _notes(slide):
        text += ["", notes]
    warning = message("slide_is_picture", slide=number) if pictures and not text else None
    return page(
        number,
        "\n".join(text),
        headings=[Heading(level=1, title=heading)] if heading else [],
        warning=warning,
    )


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
    for shape in sorted(shapes, key=lambda one: ((one.top or 0) // 200_000, one.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


class _Sheets:
    """Reads a workbook's sheets. One stray cell may lie a million rows and 16,384 columns away from the others: empty cells are not looked
    at, and not without end."""

    def __init__(self) -> None:
        self._left = _MOST_SPANNED

    def rows(self, book: Any, sheet: Any) -> Iterator[list[str]]:
        """A sheet's rows; what stands in a cell that is merged over several rows is said in each of them."""
        merged = _merged(book, sheet)
        width = min(sheet.max_column or 0, _WIDTH)
        sheet.reset_dimensions()  # or each row is filled up to the sheet's last column
        above: dict[int, tuple[int, str]] = {}  # by column: the last row that it holds for, and what
        for number, cells in enumerate(sheet.iter_rows(), 1):
            self._left -= len(cells) + 1
            if self._left < 0:
                raise Unreadable("workbook_sparse")
            above = {column: one for column, one in above.items() if number <= one[0]}
            if not cells and not above:
                continue
            row = [_shown(cell) for cell in cells]
            row += [""] * (width - len(row))
            for column, (_, text) in above.items():
                if column < len(row) and not row[column]:
                    row[column] = text
            for column, last in merged.get(number, {}).items():
                if column < len(row) and row[column]:
                    above[column] = (last, row[column])
            yield row


def _merged(book: Any, sheet: Any) -> dict[int, dict[int, int]]:
    """The last row of each cell that is merged over several rows, by its first row and column. openpyxl reads this only with the whole
    sheet in memory."""
    from openpyxl.utils import column_index_from_string

    count, found = 0, defaultdict[int, dict[int, int]](dict)
    with book._archive.open(sheet._worksheet_path) as part:
        rest = b""
        while block := part.read(1 << 20):
            for match in _MERGED.finditer(rest + block):
                first, last = int(match[2]), int(match[3])
                if last > first and count < _MOST_MERGED:
                    found[first][column_index_from_string(match[1].decode()) - 1] = last
                    count += 1
            rest = block[-200:]
    return found


def _shown(cell: Any) -> str:
    """A cell as the sheet shows it, as far as that changes what it says: 0.05 may stand there as 5 %."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return f"{100 * value:.10g}%"
    return cell_text(value)


def xlsx_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A workbook, sheet after sheet, rows as they come."""
    archive.check(content, limits, streamed=("xl/worksheets/", "xl/sharedStrings"))
    import openpyxl

    book = archive.opened(lambda: openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True))
    number = 1
    sheets = _Sheets()
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                rows = sheets.rows(book, sheet)
                for one in archive.read(table_pages(clean(sheet.title), rows, number, limits)):
                    number += 1
                    yield one
    finally:
        book.close()
    if number == 1:
        raise Unreadable("workbook_empty")
