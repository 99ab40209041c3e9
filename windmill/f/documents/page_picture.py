# requirements: documents
"""Draws one page of a PDF as a PNG, in a process of its own with limits on time and memory: the file is a stranger's."""

from __future__ import annotations

import io
import os
import resource
import select
import signal
import time
from contextlib import suppress
from typing import NoReturn

MOST_WIDE, MOST_HIGH = 1000, 1600  # pixels
MOST_BYTES = 1_000_000
CPU_S, WAIT_S = 15, 30
MEMORY = 1_500_000_000  # of address space


def page_picture(content: bytes, page: int) -> bytes | None:
    """The page as a PNG of at most MOST_BYTES; None where the file has no such page or it can't be drawn."""
    pictures, picture = os.pipe()
    child = os.fork()
    if child == 0:
        _draw_and_end(content, page, picture)
    os.close(picture)
    try:
        return _received(pictures, time.monotonic() + WAIT_S) or None
    finally:
        os.close(pictures)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _received(pictures: int, until: float) -> bytes:
    waiting = select.poll()
    waiting.register(pictures, select.POLLIN)
    received = b""
    while waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        block = os.read(pictures, 1 << 16)
        if not block:
            return received if received.endswith(b"IEND\xaeB`\x82") else b""
        received += block
    return b""


def _draw_and_end(content: bytes, page: int, picture: int) -> NoReturn:
    """The other process: it ends without cleaning up, because it shares the step's connections."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with suppress(Exception), os.fdopen(picture, "wb") as out:
            out.write(_drawn(content, page))
    finally:
        os._exit(0)


def _drawn(content: bytes, page: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # what was filled in is drawn, too
    one = document[page - 1]
    width, height = one.get_size()
    scale = min((MOST_WIDE - 1) / width, (MOST_HIGH - 1) / height, 3)  # a size is rounded up
    for colours in (0, 256, 32):
        image = one.render(scale=scale).to_pil()
        if colours:
            image = image.convert("RGB").quantize(colours)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
        scale *= 0.7
    return b""
