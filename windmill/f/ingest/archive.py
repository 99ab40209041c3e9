"""Looks into an Office file before a library unpacks it: a few kilobytes can hold gigabytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from f.ingest.page import Unreadable

MAX_UNPACKED = 300_000_000
MAX_PARTS = 20_000


def check(content: bytes) -> None:
    """Raises Unreadable for a file that would unpack to too much, is damaged, or has XML that defines entities (no program writes it)."""
    try:
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
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise damaged() from error


def damaged() -> Unreadable:
    return Unreadable("This file is damaged or cut off; save or download it again and upload the new file.")


def opened(load: Callable[[], Any]) -> Any:
    """What a library makes of the file. They raise whatever their parsers do; to the tenant it is a damaged file."""
    try:
        return load()
    except Exception as error:
        raise damaged() from error
