# requirements:
# charset-normalizer==3.5.2
# openpyxl==3.1.5
# pillow==13.0.0
# pypdfium2==5.15.2
# python-docx==1.2.0
# python-pptx==1.0.2
# selectolax==1.0.2
"""Turns an uploaded file into pages of clean text, or raises Unreadable, which says why it can't.

The content decides what a file is; its name only tells kinds of text apart.
A new kind of document is one reader function and one line in READERS. A reader's module, and its library, is imported when it is needed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator

from f.common.problems import message
from f.documents import plain_text
from f.documents.page import Limits, Page, Unreadable

__all__ = ["READERS", "Limits", "Page", "Unreadable", "media_type", "pages"]

Reader = Callable[[bytes, Limits], Iterator[Page]]
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    _OFFICE + kind
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)


def _pdf(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.pdf import pages as read

    return read(content, limits)


def _docx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.word import docx_pages

    return docx_pages(content, limits)


def _pptx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office_files import pptx_pages

    return pptx_pages(content, limits)


def _xlsx(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.office_files import xlsx_pages

    return xlsx_pages(content, limits)


def _csv(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.csv_table import csv_pages

    return csv_pages(content, limits)


def _html(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.web_text import html_pages

    return html_pages(content, limits)


def _qa(content: bytes, limits: Limits) -> Iterator[Page]:
    from f.documents.qa_pairs import qa_pages

    return qa_pages(content, limits)


QA = "application/x-qa+json"
READERS: dict[str, Reader] = {
    "application/pdf": _pdf,
    "text/plain": plain_text.pages,
    "text/markdown": plain_text.pages,
    "text/csv": _csv,
    "text/html": _html,
    DOCX: _docx,
    PPTX: _pptx,
    XLSX: _xlsx,
    QA: _qa,
}
PICTURES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
)  # read by a model that sees, and named by their file

DEFAULT_LIMITS = Limits()
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"
PROTECTED = "application/x-ole-storage; encrypted"
# By how a media type begins: what the tenant calls such a file.
_KINDS = {
    "application/vnd.oasis.opendocument": message("kind_opendocument"),
    "application/epub+zip": message("kind_ebook"),
    "application/x-ole-storage": message("kind_old_office"),
    "application/rtf": message("kind_rtf"),
    "application/zip": message("kind_zip"),
    "text/xml": message("kind_xml"),
    "image/": message("kind_image"),
    "audio/": message("kind_audio"),
    "video/": message("kind_video"),
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
_ZIP_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
_OFFICE_NAMES = (".docx", ".xlsx", ".pptx")
_TEXT_BY_NAME = {"md": "text/markdown", "markdown": "text/markdown", "csv": "text/csv", "tsv": "text/csv"}
_HTML = re.compile(r"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)


def media_type(content: bytes, filename: str) -> str:
    """What the bytes are. The name is asked only among kinds of text."""
    if not content:
        return EMPTY
    for magic, name in _MAGIC:
        if content.startswith(magic):
            encrypted = (
                name == "application/x-ole-storage" and "EncryptedPackage".encode("utf-16-le") in content
            )
            return PROTECTED if encrypted else name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:11] in (b"hei", b"mif", b"avi") else "video/mp4"
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    return _text_type(content, filename) if plain_text.is_text(content) else UNKNOWN


def _zip_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            declared = ""
            if "mimetype" in names:
                with archive.open("mimetype") as declaration:
                    declared = declaration.read(100).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return "application/zip"
    return next((name for part, name in _ZIP_PARTS if part in names), declared or "application/zip")


def _text_type(content: bytes, filename: str) -> str:
    start = (plain_text.decode(content[:4096]) or "").lstrip("\ufeff")
    place = 0  # one expression for all comments would try every way to part them
    while comment := _COMMENT.match(start, place):
        place = comment.end()
    if _HTML.match(start, place):
        return "text/html"
    if start.lstrip().startswith("<?xml"):
        return "text/html" if "<html" in start else "text/xml"
    if start.lstrip().startswith("{") and b'"pairs"' in content:
        from f.documents.qa_pairs import parsed

        return QA if parsed(content) is not None else "text/plain"
    return _TEXT_BY_NAME.get(filename.rpartition(".")[2].lower(), "text/plain")


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
    reader = READERS.get(kind)
    if kind == "application/zip" and filename.lower().endswith(_OFFICE_NAMES):
        raise Unreadable("file_damaged")
    if kind == PROTECTED:
        raise Unreadable("file_password")
    if reader is None:
        known = (name for start, name in _KINDS.items() if kind.startswith(start))
        raise Unreadable("file_type", kind=next(known, message("kind_unknown")))
    yield from reader(content, limits)
