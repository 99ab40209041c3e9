# requirements: documents
"""The lines and the coloured areas that are drawn on a PDF page: what rules its tables, and what strikes its words out."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.pdf.words import turned

_MOST_OBJECTS = 5_000  # a map has more: these rule nothing
_MOST_SEGMENTS = 400
_THIN = 2.5  # points: a longer, thinner area is a line
_SHORTEST = 4.0
_DEPTH = 4


class Area(NamedTuple):
    """A box on the upright page."""

    left: float
    bottom: float
    right: float
    top: float
    colour: tuple[int, int, int] = (0, 0, 0)


@dataclass
class Drawn:
    """Horizontal lines, vertical lines, filled areas."""

    across: list[Area] = field(default_factory=list)
    down: list[Area] = field(default_factory=list)
    filled: list[Area] = field(default_factory=list)

    def add(self, area: Area, is_filled: bool) -> None:
        width, height = area.right - area.left, area.top - area.bottom
        if height <= _THIN and width >= _SHORTEST and width > height:
            self.across.append(area)
        elif width <= _THIN and height >= _SHORTEST:
            self.down.append(area)
        elif is_filled:
            self.filled.append(area)
        elif width >= _SHORTEST and height >= _SHORTEST:  # a frame
            left, bottom, right, top, colour = area
            self.across += [Area(left, bottom, right, bottom, colour), Area(left, top, right, top, colour)]
            self.down += [Area(left, bottom, left, top, colour), Area(right, bottom, right, top, colour)]


Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def drawn(page: pypdfium2.PdfPage, turn: int) -> Drawn:
    """What is drawn on the page, its forms included."""
    found = Drawn()
    left = [_MOST_OBJECTS]
    count = pdfium_raw.FPDFPage_CountObjects(page)
    objects = (pdfium_raw.FPDFPage_GetObject(page, index) for index in range(count))
    for area, is_filled in _areas(objects, _SAME, left, _DEPTH):
        found.add(Area(*turned(*area[:4], turn), area.colour), is_filled)
    return found if left[0] > 0 else Drawn()


def _areas(
    objects: Iterator[object], matrix: Matrix, left: list[int], depth: int
) -> Iterator[tuple[Area, bool]]:
    for one in objects:
        kind = pdfium_raw.FPDFPageObj_GetType(one)
        if kind == pdfium_raw.FPDF_PAGEOBJ_FORM and depth:
            count = pdfium_raw.FPDFFormObj_CountObjects(one)
            inner = (pdfium_raw.FPDFFormObj_GetObject(one, index) for index in range(max(0, count)))
            yield from _areas(inner, _times(_matrix(one), matrix), left, depth - 1)
        elif kind == pdfium_raw.FPDF_PAGEOBJ_PATH:
            left[0] -= 1
            if left[0] <= 0:
                return
            yield from _path(one, matrix)


def _path(one: object, matrix: Matrix) -> Iterator[tuple[Area, bool]]:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_raw.FPDFPath_GetDrawMode(one, mode, stroke)
    is_filled = mode.value != pdfium_raw.FPDF_FILLMODE_NONE
    if not is_filled and not stroke.value:
        return
    count = pdfium_raw.FPDFPath_CountSegments(one)
    if count > _MOST_SEGMENTS:
        return
    ask = pdfium_raw.FPDFPageObj_GetFillColor if is_filled else pdfium_raw.FPDFPageObj_GetStrokeColor
    parts = [ctypes.c_uint() for _ in range(4)]
    if not ask(one, *parts) or parts[3].value < 8:
        return
    colour = (parts[0].value, parts[1].value, parts[2].value)
    whole = _times(_matrix(one), matrix)
    for points in _figures(one, count):
        if is_filled or _is_box(points):
            yield _around(points, whole, colour), is_filled
            if is_filled and stroke.value and _is_box(points):  # a shaded cell with its border
                yield _around(points, whole, colour), False
        else:
            for start, end in pairwise(points):
                if abs(start[0] - end[0]) < 0.5 or abs(start[1] - end[1]) < 0.5:
                    yield _around([start, end], whole, colour), False


def _figures(one: object, count: int) -> Iterator[list[tuple[float, float]]]:
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = pdfium_raw.FPDFPath_GetPathSegment(one, index)
        pdfium_raw.FPDFPathSegment_GetPoint(segment, x, y)
        if pdfium_raw.FPDFPathSegment_GetType(segment) == pdfium_raw.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        points.append((x.value, y.value))
    if points:
        yield points


def _is_box(points: list[tuple[float, float]]) -> bool:
    corners = {(round(x, 1), round(y, 1)) for x, y in points}
    return len(corners) == 4 and len({x for x, _ in corners}) == 2 == len({y for _, y in corners})


def _around(points: list[tuple[float, float]], matrix: Matrix, colour: tuple[int, int, int]) -> Area:
    a, b, c, d, e, f = matrix
    placed = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
    across, up = [x for x, _ in placed], [y for _, y in placed]
    return Area(min(across), min(up), max(across), max(up), colour)


def _matrix(one: object) -> Matrix:
    found = pdfium_raw.FS_MATRIX()
    if not pdfium_raw.FPDFPageObj_GetMatrix(one, found):
        return _SAME
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(one: Matrix, other: Matrix) -> Matrix:
    """The one, then the other."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)
