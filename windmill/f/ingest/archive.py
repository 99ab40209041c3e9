"""Looks into an Office file before a library unpacks it: a few kilobytes can hold gigabytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from f.ingest.page import Unreadable

MAX_UNPACKED = 300_000_000
MAX_PARTS = 20_000
T = TypeVar("T")


def check(content: bytes) -> None:
    """Raises Unreadable for a file that would unpack to too much, is damaged, or has XML that defines entities (no program writes it)."""
    opened(lambda: _check(content))


def _check(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
            raise Unreadable(
                f"This file unpacks to more than {MAX_UNPACKED // 1_000_000} MB; take out pictures or split it, and upload it again."
            )
        for part in parts:
            if part.flag_bits & 1:
                raise Unreadable(
                    "This file is protected by a password; save a copy without one and upload that."
                )
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    if b"<!DOCTYPE" in stream.read(2000):
                        raise Unreadable(
                            "This file is not as an Office program writes it; save it again and upload that."
                        )


def damaged() -> Unreadable:
    return Unreadable("This file is damaged or cut off; save or download it again and upload the new file.")


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
