# requirements: documents
"""Tells what a file is by its content; its name only tells apart kinds of text."""

from __future__ import annotations

import io
import re
import zipfile

from f.documents import plain_text

_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    _OFFICE + kind
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
QA = "application/x-qa+json"
EMAIL, OUTLOOK = "message/rfc822", "application/vnd.ms-outlook"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OLD_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
PICTURES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/heic",
)  # read by a model that sees, and named by their file
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"
PROTECTED = "application/x-ole-storage; encrypted"
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
_OLE_PARTS = (
    ("__properties_version1.0", OUTLOOK),
    ("PowerPoint Document", OLD_OFFICE["ppt"]),
    ("WordDocument", OLD_OFFICE["doc"]),
    ("Workbook", OLD_OFFICE["xls"]),
)
_MAIL = re.compile(r"(?:[\x21-\x39\x3b-\x7e]{1,60}:.*\r?\n(?:[ \t].*\r?\n)*+)+")
_MAIL_HEADER = re.compile(
    r"^(?:from|to|subject|date|mime-version|content-type|received|message-id|return-path):",
    re.IGNORECASE | re.MULTILINE,
)
OFFICE_NAMES = (".docx", ".xlsx", ".pptx")
_TEXT_BY_NAME = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/csv",
    "html": "text/html",  # a page's middle, without its <html>
    "htm": "text/html",
    "xhtml": "text/html",
}
_HTML = re.compile(r"\s*<(!doctype html|html|head|body|table)\b", re.IGNORECASE)
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
            return PROTECTED if encrypted else _ole_type(content) if name.endswith("ole-storage") else name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:11] in (b"hei", b"mif", b"avi") else "video/mp4"
    if content.startswith(b"PK\x03\x04"):
        return _zip_type(content)
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    return _text_type(content, filename) if plain_text.is_text(content) else UNKNOWN


def _ole_type(content: bytes) -> str:
    """Which program wrote it: its directory names the part that holds its document."""
    for name, kind in _OLE_PARTS:
        if name.encode("utf-16-le") in content:
            return kind
    return "application/x-ole-storage"


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
    if start.lstrip().startswith("<?xml") or (
        start.lstrip().startswith("<") and filename.lower().endswith(".xml")
    ):
        return "text/html" if "<html" in start else "text/xml"
    if start.lstrip().startswith("{") and b'"pairs"' in content:
        from f.documents.qa_pairs import parsed

        if parsed(content) is not None:
            return QA
    ending = filename.rpartition(".")[2].lower()
    if start.lstrip()[:1] in ("{", "[") and (ending in ("json", "jsonl", "ndjson") or _is_json(content)):
        return "application/json"
    head = _MAIL.match(start)
    if head and len(_MAIL_HEADER.findall(head[0])) >= 3:
        return EMAIL
    return _TEXT_BY_NAME.get(filename.rpartition(".")[2].lower(), "text/plain")


def _is_json(content: bytes) -> bool:
    import json

    try:
        return isinstance(json.loads(content), dict | list)
    except (ValueError, RecursionError):
        return False
