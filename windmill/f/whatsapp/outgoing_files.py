"""What WhatsApp takes of the files that staff send: kinds, types and sizes. A file is what its content says, whatever its name.

The table of types and sizes is that of Meta's page "Supported media types". A voice note is Opus in Ogg; phones show another sound as a file.
"""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

from f.common.problems import Problem

MB = 1 << 20
_OFFICE = "application/vnd.openxmlformats-officedocument."
# type → kind of message
TYPES = {
    **dict.fromkeys(("image/jpeg", "image/png"), "image"),
    **dict.fromkeys(("video/mp4", "video/3gpp"), "video"),
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), "audio"),
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        "document",
    ),
}
# kind → the most bytes. Meta takes documents of 100 MB; a request of the portal carries half of that.
LIMITS = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 50 * MB}
MOST_BYTES = max(LIMITS.values())
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"%PDF-", "application/pdf"),
)
_OLD_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_NEW_OFFICE = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}


class FileProblem(Problem):
    """Why WhatsApp would not take a file, for whoever wants to send it."""


class Outgoing(NamedTuple):
    kind: str
    mime_type: str


def outgoing_kind(content: bytes, filename: str) -> Outgoing:
    """The kind of message and the type of a file. Raises FileProblem."""
    if not content:
        raise FileProblem("file_empty")
    mime_type = _type_of(content, filename)
    kind = TYPES.get(mime_type)
    if kind is None:
        raise FileProblem("attachment_type")
    if len(content) > LIMITS[kind]:
        size = round(len(content) / MB, 1)
        if kind == "image":
            raise FileProblem("attachment_image_size", size=size, most=LIMITS[kind] // MB)
        if kind == "document":
            raise FileProblem("attachment_document_size", size=size, most=LIMITS[kind] // MB)
        raise FileProblem("attachment_sound_size", size=size, most=LIMITS[kind] // MB)
    return Outgoing(kind, mime_type)


def _type_of(content: bytes, filename: str) -> str:
    """A MIME type; "" for what WhatsApp takes in no case."""
    ending = filename.rpartition(".")[2].lower()
    for start, mime_type in _STARTS:
        if content.startswith(start):
            return mime_type
    if content.startswith(b"OggS"):
        return "audio/ogg" if b"OpusHead" in content[:200] else ""
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "video/3gpp" if brand[:2] == b"3g" else "audio/mp4" if brand[:2] == b"M4" else _mp4(ending)
    if content[0] == 0xFF and content[1:2] and content[1] & 0xF6 == 0xF0:
        return "audio/aac"
    if content[0] == 0xFF and content[1:2] and content[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _OLD_OFFICE.get(ending, "")
    return "text/plain" if _is_text(content) else ""


def _mp4(ending: str) -> str:
    """A browser's recording of a voice is an MP4 file like a video: only its name tells them apart."""
    return "audio/mp4" if ending == "m4a" else "video/mp4"


def _office_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    return next(
        (mime_type for folder, mime_type in _NEW_OFFICE.items() if any(n.startswith(folder) for n in names)),
        "",
    )


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters but those that part lines and columns."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.translate(None, b"\t\n\f\r") or min(content.translate(None, b"\t\n\f\r")) >= 32
