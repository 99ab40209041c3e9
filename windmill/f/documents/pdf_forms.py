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
    for index in range(min(pdfium_raw.FPDFPage_GetAnnotCount(page), _MOST)):
        field = pdfium_raw.FPDFPage_GetAnnot(page, index)
        try:
            kind = pdfium_raw.FPDFAnnot_GetFormFieldType(form, field)
            name = said(pdfium_raw.FPDFAnnot_GetFormFieldAlternateName, form, field)
            name = name or said(pdfium_raw.FPDFAnnot_GetFormFieldName, form, field)
            if kind in _TEXT:
                value = said(pdfium_raw.FPDFAnnot_GetFormFieldValue, form, field)
                if value:
                    yield f"{name}: {value}" if name else value
            elif kind in _TICKED and pdfium_raw.FPDFAnnot_IsChecked(form, field) and name:
                yield f"{name}: ☑"
        finally:
            pdfium_raw.FPDFPage_CloseAnnot(field)


def said(ask: Callable[..., int], *about: object) -> str:
    """A text that PDFium gives in UTF-16: its size first, then its units. Half a character, as programs write them, spoils no other."""
    size = ask(*about, None, 0)
    if size <= 2:
        return ""
    units = (ctypes.c_ushort * ((size + 1) // 2))()
    ask(*about, units, size)
    return " ".join(clean(bytes(units)[: size - 2].decode("utf-16-le", "replace")).split())
