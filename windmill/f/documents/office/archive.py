"""Looks into an Office file before a library unpacks it: a few kilobytes can hold gigabytes.

What the file says of its parts' sizes is not believed: a library unpacks a part as a whole before it looks at that.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from typing import TypeVar

from f.documents.page import Limits, Unreadable

MAX_PARTS = 20_000
MARK_BYTES = 80  # what a tag or an attribute takes in memory, at least, however short it is
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(officeDocument|\w+ml)/(\w+)")
T = TypeVar("T")


def check(content: bytes, limits: Limits, streamed: tuple[str, ...] = ()) -> None:
    """Raises Unreadable for a file that would unpack to too much, is damaged, or has XML that defines entities (no program writes it).

    `streamed`: how the names of parts begin that are never in memory as a whole.
    """
    opened(lambda: _check(content, limits, streamed))


def _check(content: bytes, limits: Limits, streamed: tuple[str, ...]) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        left = limits.max_unpacked
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > left:
            raise _too_large(limits)
        for part in parts:
            if part.flag_bits & 1:
                raise Unreadable("file_password")
            for number, block in enumerate(_blocks(archive, part)):
                if number == 0:
                    is_xml = b"<" in block[:16]
                    if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in block[:2000]:
                        raise Unreadable("office_unusual")
                left -= len(block)
                if is_xml and not part.filename.startswith(streamed):
                    left -= MARK_BYTES * (block.count(b"<") + block.count(b"="))
                if left < 0:
                    raise _too_large(limits)


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part as it really unpacks, whatever size it says, bit by bit. What is damaged in it is told by who reads it, if anybody does."""
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged()  # no Office program packs so
    whole = copy(part)
    whole.file_size = sys.maxsize
    with suppress(zipfile.BadZipFile, zlib.error, EOFError), archive.open(whole) as stream:
        while block := stream.read(1 << 16):
            yield block


def _too_large(limits: Limits) -> Unreadable:
    return Unreadable("file_unpacks", most=limits.max_unpacked // 1_000_000)


def transitional(content: bytes) -> bytes:
    """A file of the "Strict" kind with the names that libraries know, which differ in nothing but their first words."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if _STRICT not in packed.read("_rels/.rels"):
            return content
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as renamed:
            for part in packed.infolist():
                data = packed.read(part)
                if part.filename.endswith((".xml", ".rels")):
                    data = _STRICT_NAME.sub(_transitional_name, data)
                renamed.writestr(part.filename, data)
    return target.getvalue()


def _transitional_name(name: re.Match[bytes]) -> bytes:
    return b"http://schemas.openxmlformats.org/" + name[1] + b"/2006/" + name[2]


def damaged() -> Unreadable:
    return Unreadable("file_damaged")


def opened(load: Callable[[], T]) -> T:
    """What a library makes of the file. They raise whatever their parsers do; to the tenant it is a damaged file."""
    with _damage_said():
        return load()


def read(found: Iterable[T]) -> Iterator[T]:
    """The same for what a library reads as it goes."""
    with _damage_said():
        yield from found


@contextmanager
def _damage_said() -> Iterator[None]:
    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise damaged() from error
