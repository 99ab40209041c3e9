# requirements: documents
"""Reads what was filled into a PDF's form: it is no part of the pages' text."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium_raw

from f.documents.clean import clean

_TEXT = (
    pdfium_raw.FPDF_FORMFIELD_TEXTFIELD,
    pdfium_raw.FPDF_FORMFIELD_COMBOBOX,
    pdfium_raw.FPDF_FORMFIELD_LISTBOX,
)
_TICKED = (pdfium_raw.FPDF_FORMFIELD_CHECKBOX, pdfium_raw.FPDF_FORMFIELD_RADIOBUTTON)
_MOST = 2_000  # fields of a page
_UNSEEN = pdfium_raw.FPDF_ANNOT_FLAG_HIDDEN | pdfium_raw.FPDF_ANNOT_FLAG_NOVIEW
_WIDEST = 260.0  # points from a field to the label at its left


def needs_adobe(document: pypdfium2.PdfDocument) -> bool:
    """True for a form that is made by scripts when Adobe's reader opens it; the file holds one page that says "please wait"."""
    return bool(document.get_formtype() == pdfium_raw.FORMTYPE_XFA_FULL)


def prepare(document: pypdfium2.PdfDocument) -> None:
    """Opens the document's form, if it has one: PDFium shows the fields of pages that are loaded after that only."""
    if document.get_formtype() != pdfium_raw.FORMTYPE_NONE and document.formenv is None:
        document.init_forms()


def filled_fields(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[str]:
    """A line for each field of the page that holds something: its name for people, and what it holds."""
    if document.formenv is None:
        return []
    return list(dict.fromkeys(_fields(document, page)))


def _fields(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[str]:
    form = document.formenv
    text_page = page.get_textpage()
    places: list[tuple[float, float, float, float]] = []
    try:
        for field in _annotations(page):
            kind = pdfium_raw.FPDFAnnot_GetFormFieldType(form, field)
            if kind < 0:
                continue
            place = _place(field)
            name = said(pdfium_raw.FPDFAnnot_GetFormFieldAlternateName, form, field)
            name = name or _label(text_page, place, places, right=kind in _TICKED)
            name = name or said(pdfium_raw.FPDFAnnot_GetFormFieldName, form, field)
            places.append(place)
            if pdfium_raw.FPDFAnnot_GetFlags(field) & _UNSEEN:
                continue
            if kind in _TEXT:
                value = said(pdfium_raw.FPDFAnnot_GetFormFieldValue, form, field)
                if value:
                    yield f"{name}: {value}" if name else value
            elif kind in _TICKED and pdfium_raw.FPDFAnnot_IsChecked(form, field) and name:
                yield f"{name}: ☑"
    finally:
        text_page.close()


def _annotations(page: pypdfium2.PdfPage) -> Iterator[object]:
    for index in range(min(pdfium_raw.FPDFPage_GetAnnotCount(page), _MOST)):
        one = pdfium_raw.FPDFPage_GetAnnot(page, index)
        try:
            yield one
        finally:
            pdfium_raw.FPDFPage_CloseAnnot(one)


def _place(field: object) -> tuple[float, float, float, float]:
    rectangle = pdfium_raw.FS_RECTF()
    pdfium_raw.FPDFAnnot_GetRect(field, rectangle)
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _label(
    text_page: pypdfium2.PdfTextPage,
    place: tuple[float, float, float, float],
    before: list[tuple[float, float, float, float]],
    right: bool,
) -> str:
    """The words beside a field, between it and the field before it; else the line above it. Of a box to tick, they stand at its right."""
    left, bottom, end, top = place
    if right:
        return _words(text_page, end, bottom, end + _WIDEST, top)
    edges = [r for _, b, r, t in before if r <= left + 1 and b < top and bottom < t]
    beside = _words(text_page, max([left - _WIDEST, *edges]), bottom, left, top)
    return beside or _words(text_page, left - 2, top, end, top + 14)


def _words(text_page: pypdfium2.PdfTextPage, left: float, bottom: float, right: float, top: float) -> str:
    text = clean(text_page.get_text_bounded(left=left, bottom=bottom, right=right, top=top, errors="replace"))
    lines = [line for line in text.split("\n") if line.strip()]
    return " ".join(lines[-1].split()).rstrip(":. _") if lines else ""


def notes(page: pypdfium2.PdfPage) -> list[str]:
    """The notes that are written on the page itself. What hangs behind a symbol, as comments do, is no part of it."""
    found = []
    for one in _annotations(page):
        if pdfium_raw.FPDFAnnot_GetSubtype(one) != pdfium_raw.FPDF_ANNOT_FREETEXT:
            continue
        if not pdfium_raw.FPDFAnnot_GetFlags(one) & _UNSEEN:
            found.append(said(pdfium_raw.FPDFAnnot_GetStringValue, one, b"Contents"))
    return list(dict.fromkeys(filter(None, found)))


def said(ask: Callable[..., int], *about: object) -> str:
    """A text that PDFium gives in UTF-16: its size first, then its units. Half a character, as programs write them, spoils no other."""
    size = ask(*about, None, 0)
    if size <= 2:
        return ""
    units = (ctypes.c_ushort * ((size + 1) // 2))()
    ask(*about, units, size)
    return " ".join(clean(bytes(units)[: size - 2].decode("utf-16-le", "replace")).split())
