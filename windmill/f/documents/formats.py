# requirements: documents
"""Turns an uploaded file into pages of clean text, or raises Unreadable, which says why it can't.

The content decides what a file is; its name only tells kinds of text apart.
A new kind of document is one reader function and one line in READERS. A reader's module, and its library, is imported when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from f.common.problems import message
from f.documents import plain_text
from f.documents.media_types import (
    DOCX,
    EMAIL,
    OFFICE_NAMES,
    OLD_OFFICE,
    OPEN_DOCUMENT,
    OUTLOOK,
    PICTURES,
    PPTX,
    PROTECTED,
    QA,
    XLSX,
    media_type,
)
from f.documents.notes import with_notes
from f.documents.page import Limits, Page, Unreadable

__all__ = ["READERS", "Limits", "Page", "Unreadable", "media_type", "pages"]

Reader = Callable[[bytes, Limits], Iterator[Page]]


def _pdf(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.pdf.reader import pages as read

    return read(content, limits)


def _docx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office.word import docx_pages

    return docx_pages(content, limits)


def _pptx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office.slides import pptx_pages

    return pptx_pages(content, limits)


def _xlsx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office.workbook import xlsx_pages

    return xlsx_pages(content, limits)


def _csv(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.tables.csv_file import csv_pages

    return csv_pages(content, limits)


def _html(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.web.text import html_pages

    return html_pages(content, limits)


def _open_document(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office.open_document import open_document_pages

    return open_document_pages(content, limits)


def _rtf(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office.rich_text import rtf_pages

    return rtf_pages(content, limits)


def _epub(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.ebook import epub_pages

    return epub_pages(content, limits)


def _json(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.data_files import json_pages

    return json_pages(content, limits)


def _xml(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.data_files import xml_pages

    return xml_pages(content, limits)


def _eml(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.mail import eml_pages

    return eml_pages(content, limits)


def _msg(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.mail import msg_pages

    return msg_pages(content, limits)


def _old(kind: str) -> Reader:
    def read(content: bytes, limits: Limits) -> Iterator[Page]:
        from f.documents.office.old_formats import old_office_pages

        return old_office_pages(content, kind, limits)

    return read


def _qa(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.qa_pairs import qa_pages

    return qa_pages(content, limits)


READERS: dict[str, Reader] = {
    "application/pdf": _pdf,
    "text/plain": plain_text.pages,
    "text/markdown": plain_text.markdown_pages,
    "text/csv": _csv,
    "text/html": _html,
    DOCX: _docx,
    PPTX: _pptx,
    XLSX: _xlsx,
    QA: _qa,
    "application/rtf": _rtf,
    "application/epub+zip": _epub,
    "application/json": _json,
    "text/xml": _xml,
    EMAIL: _eml,
    OUTLOOK: _msg,
    **{media: _old(kind) for kind, media in OLD_OFFICE.items()},
}
DEFAULT_LIMITS = Limits()
# By how a media type begins: what the tenant calls such a file.
_KINDS = {
    "application/x-ole-storage": message("kind_old_office"),
    "application/zip": message("kind_zip"),
    "image/": message("kind_image"),
    "audio/": message("kind_audio"),
    "video/": message("kind_video"),
}


def pages(content: bytes, filename: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Page]:
    """The document's pages, one at a time. Raises Unreadable, nearly always before the first page."""
    if not content:
        raise Unreadable("file_empty")
    if len(content) > limits.max_bytes:
        raise Unreadable(
            "file_too_large", size=round(len(content) / 1e6, 1), most=round(limits.max_bytes / 1e6, 1)
        )
    kind = media_type(content, filename)
    if kind in PICTURES:
        from f.documents.pictures import picture_pages

        yield from picture_pages(content, filename, limits)
        return
    reader = _open_document if kind.startswith(OPEN_DOCUMENT) else READERS.get(kind)
    if kind == "application/zip" and filename.lower().endswith(OFFICE_NAMES):
        raise Unreadable("file_damaged")
    if kind == PROTECTED:
        raise Unreadable("file_password")
    if reader is None:
        known = (name for start, name in _KINDS.items() if kind.startswith(start))
        raise Unreadable("file_type", kind=next(known, message("kind_unknown")))
    yield from with_notes(reader(content, limits))
