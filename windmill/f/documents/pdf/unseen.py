# requirements: documents
"""Finds the words of a PDF page that nobody sees on it: cropped, transparent, in a layer that is off, as pale as their ground, struck out.

Where a word's looks are in doubt, the page is drawn and the word's place on it looked at: that is what a reader sees.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.rulings import Area, Drawn
from f.documents.pdf.words import Letters, Word, turned

# Why words are left out.
CROPPED, INVISIBLE, STRUCK, WATERMARK = "cropped", "invisible", "struck", "watermark"
_SMALLEST = 2.0  # points
_PALE = 200
_CONTRAST = 24
_SCALE = 1.5
_MOST_PIXELS = 2_000  # of the picture's longer side
_MOST_MARKS = 20
_LARGE = 1.8


def unseen(page: pypdfium2.PdfPage, words: list[Word], turn: int, lines: Drawn) -> dict[int, str]:
    """Why each of the words that nobody sees is left out, by the word's id. The words of a scan's recognised text are seen in its picture."""
    edges = _edges(page, turn)
    found: dict[int, str] = {}
    doubtful: list[Word] = []
    usual = sorted(word.style.size for word in words)[len(words) // 2] if words else 0.0
    struck = strikes(page, turn, lines)
    looks: dict[int, tuple[str, bool]] = {}
    scan = is_scan(page)
    for word in words:
        reason = _at_its_place(word, edges, struck, usual)
        key = word.style.key
        if not reason and key and not scan:
            if key not in looks:
                looks[key] = _look(key, lines.filled)
            reason, doubt = looks[key]
            if not reason and (doubt or _on_area(word, lines.filled)):
                doubtful.append(word)
        if reason:
            found[id(word)] = reason
    if doubtful:
        found |= {id(word): INVISIBLE for word in _not_drawn(page, doubtful, turn)}
    return found


def strikes(page: pypdfium2.PdfPage, turn: int, lines: Drawn) -> list[Area]:
    """The lines that may strike words out, drawn or by a reader's program."""
    return [*lines.across, *_struck_out(page, turn)]


def parted(words: list[Word], letters: Letters, struck: list[Area]) -> list[Word]:
    """The words with those in two that a line strikes out up to a letter."""
    found: list[Word] = []
    for word in words:
        line = next((line for line in struck if _strikes(line, word, 0.1)), None)
        if line is None or _strikes(line, word) or word.last - word.index != len(word.text) - 1:
            found.append(word)
            continue
        boxes = [letters.box(index) for index in range(word.index, word.last + 1)]
        under = [bool(box) and line.left <= (box[0] + box[2]) / 2 <= line.right for box in boxes if box]
        cut = (
            next((i for i in range(1, len(under)) if under[i] != under[0]), 0)
            if len(under) == len(boxes)
            else 0
        )
        one, other = boxes[cut - 1], boxes[cut]
        if not cut or one is None or other is None:
            found.append(word)
            continue
        first, second = word.text[:cut], word.text[cut:]
        middle = word.index + cut
        found.append(replace(word, text=first, right=one[2], last=middle - 1, boxes=word.boxes[:cut]))
        found.append(replace(word, text=second, left=other[0], index=middle, boxes=word.boxes[cut:]))
    return found


def _edges(page: pypdfium2.PdfPage, turn: int) -> Area:
    left, bottom, right, top = page.get_bbox()  # with what the page takes from the document
    return Area(*turned(left, bottom, right, top, turn))


def _at_its_place(word: Word, edges: Area, struck: list[Area], usual: float) -> str:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    if not (edges.left <= x <= edges.right and edges.bottom <= y <= edges.top):
        return CROPPED
    if 0 < word.style.size < _SMALLEST:
        return INVISIBLE
    if word.style.angle % 90 > 5 and word.style.angle % 90 < 85 and word.size > _LARGE * usual:
        return WATERMARK
    if struck and word.style.angle == 0 and any(_strikes(line, word) for line in struck):
        return STRUCK
    return ""


def _strikes(line: Area, word: Word, share: float = 0.8) -> bool:
    y = (line.bottom + line.top) / 2
    covered = min(line.right, word.right) - max(line.left, word.left)
    return (
        word.base + 0.12 * word.size < y < word.base + 0.5 * word.size
        and covered >= share * (word.right - word.left)
        and any(letter.isalnum() for letter in word.text)
    )


def is_scan(page: pypdfium2.PdfPage) -> bool:
    """True if one picture covers most of the page."""
    width, height = page.get_size()
    for image in page.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=1):
        try:
            left, bottom, right, top = image.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        if (right - left) * (top - bottom) >= 0.7 * width * height:
            return True
    return False


def _look(key: int, filled: list[Area]) -> tuple[str, bool]:
    """Why a text object is not seen, and whether that must be looked at."""
    handle = ctypes.cast(key, pdfium_raw.FPDF_PAGEOBJECT)
    if pdfium_raw.FPDFTextObj_GetTextRenderMode(handle) in (
        pdfium_raw.FPDF_TEXTRENDERMODE_INVISIBLE,
        pdfium_raw.FPDF_TEXTRENDERMODE_CLIP,
    ):
        return INVISIBLE, False
    names = list(_marks(handle))
    if "Watermark" in names:
        return WATERMARK, False
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium_raw.FPDFPageObj_GetFillColor(handle, *parts)
    red, green, blue, alpha = (part.value for part in parts)
    pale = min(red, green, blue) >= _PALE or alpha < 60
    return "", pale or "OC" in names


def _marks(handle: object) -> Iterator[str]:
    """The names of the marks that are set on an object, and the kinds of what is no part of the text."""
    buffer, size = ctypes.create_string_buffer(120), ctypes.c_ulong()
    for index in range(min(pdfium_raw.FPDFPageObj_CountMarks(handle), _MOST_MARKS)):
        mark = pdfium_raw.FPDFPageObj_GetMark(handle, index)
        units = ctypes.cast(buffer, ctypes.POINTER(pdfium_raw.FPDF_WCHAR))
        if pdfium_raw.FPDFPageObjMark_GetName(mark, units, 120, size) and size.value <= 120:
            yield buffer.raw[: size.value].decode("utf-16-le", "replace").rstrip("\0")
        if (
            pdfium_raw.FPDFPageObjMark_GetParamStringValue(mark, b"Subtype", units, 120, size)
            and size.value <= 120
        ):
            yield buffer.raw[: size.value].decode("utf-16-le", "replace").rstrip("\0")


def _on_area(word: Word, filled: list[Area]) -> bool:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return any(a.left <= x <= a.right and a.bottom <= y <= a.top for a in filled)


def _struck_out(page: pypdfium2.PdfPage, turn: int) -> Iterator[Area]:
    """Where readers' programs have struck text out: a line through the middle of each place."""
    for index in range(min(pdfium_raw.FPDFPage_GetAnnotCount(page), 500)):
        note = pdfium_raw.FPDFPage_GetAnnot(page, index)
        try:
            if pdfium_raw.FPDFAnnot_GetSubtype(note) != pdfium_raw.FPDF_ANNOT_STRIKEOUT:
                continue
            quad = pdfium_raw.FS_QUADPOINTSF()
            for place in range(min(pdfium_raw.FPDFAnnot_CountAttachmentPoints(note), 50)):
                if pdfium_raw.FPDFAnnot_GetAttachmentPoints(note, place, quad):
                    across, up = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                    box = turned(min(across), min(up), max(across), max(up), turn)
                    middle = box[1] + 0.45 * (box[3] - box[1])
                    yield Area(box[0], middle, box[2], middle)
        finally:
            pdfium_raw.FPDFPage_CloseAnnot(note)


def _not_drawn(page: pypdfium2.PdfPage, words: list[Word], turn: int) -> list[Word]:
    """Those of the words at whose place the drawn page shows no letters."""
    scale = min(_SCALE, _MOST_PIXELS / max(1.0, *page.get_size()))
    bitmap = page.render(scale=scale, may_draw_forms=False)
    try:
        width, height, stride, channels = bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
        pixels = memoryview(bitmap.buffer).cast("B")
        return [
            word
            for word in words
            if not _has_contrast(pixels, _place(page, word, turn, width, height), stride, channels)
        ]
    finally:
        bitmap.close()


def _place(
    page: pypdfium2.PdfPage, word: Word, turn: int, width: int, height: int
) -> tuple[int, int, int, int]:
    """The word's place on the picture: left, top, right, bottom in pixels."""
    box = turned(word.left, word.bottom, word.right, word.top, -turn % 360)
    x, y = ctypes.c_int(), ctypes.c_int()
    across, down = [], []
    for left, up in ((box[0], box[1]), (box[2], box[3])):
        pdfium_raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, left, up, x, y)
        across.append(min(max(x.value, 0), width - 1))
        down.append(min(max(y.value, 0), height - 1))
    return min(across), min(down), max(across) + 1, max(down) + 1


def _has_contrast(pixels: memoryview, place: tuple[int, int, int, int], stride: int, channels: int) -> bool:
    left, top, right, bottom = place
    rows = [
        bytes(pixels[row * stride + left * channels : row * stride + right * channels])
        for row in range(top, bottom)
    ]
    for channel in range(min(channels, 3)):
        values = [row[channel::channels] for row in rows]
        if max(map(max, values)) - min(map(min, values)) >= _CONTRAST:
            return True
    return False
