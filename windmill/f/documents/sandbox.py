# requirements:
# charset-normalizer==3.5.2
# pypdfium2==5.15.2
# openpyxl==3.1.5
# python-docx==1.2.0
# python-pptx==1.0.2
# selectolax==1.0.2
# pillow==13.0.0
"""Reads a customer's document in a process of its own: whatever the file says of itself, it takes no more than so much time and memory.

Anybody may send one, so what a parser does with it is not trusted: it may be killed, crash or run out of memory; the step goes on, and the
customer is told that the file can't be opened.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from f.documents.formats import Limits, Unreadable, pages

__all__ = ["Unreadable", "text_of"]

PAGES, CHARACTERS = 30, 20_000
MB = 1_000_000
CPU_S, WAIT_S = 20, 40
MEMORY = 500 * MB  # beyond what the step has taken by then
LIMITS = Limits(max_unpacked=50 * MB, recognises=False)
FAILED = "reading this document took too much time or memory, or failed"


def text_of(content: bytes, filename: str) -> str:
    """The document's first pages as text. Raises Unreadable, with the reason."""
    answers, answer = os.pipe()
    reader = os.fork()
    if reader == 0:
        _read(content, filename, answer)
    os.close(answer)
    try:
        said = _said(answers, time.monotonic() + WAIT_S)
    finally:
        os.close(answers)
        with suppress(ProcessLookupError):
            os.kill(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
    try:
        found = json.loads(said)
    except ValueError:  # it was killed before it had said everything
        raise Unreadable(FAILED) from None
    if "text" not in found:
        raise Unreadable(found["problem"])
    return str(found["text"])


def _said(answers: int, until: float) -> bytes:
    """What the other process says until it ends, or until its time is over."""
    waiting = select.poll()
    waiting.register(answers, select.POLLIN)
    said = b""
    while waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        block = os.read(answers, 1 << 16)
        if not block:
            return said
        said += block
    return b""


def _read(content: bytes, filename: str, answer: int) -> NoReturn:
    """The other process: it leaves without a word to what it shares with the step, its connections above all."""
    try:
        _bound()
        try:
            found = {"text": _first_pages(content, filename)}
        except Unreadable as problem:
            found = {"problem": str(problem)}
        except Exception as error:  # whatever a library raises at a file that was made to break it
            found = {"problem": f"{FAILED}: {type(error).__name__}"}
        with os.fdopen(answer, "wb") as out:
            out.write(json.dumps(found).encode())
    finally:
        os._exit(0)


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    with suppress(FileNotFoundError):  # only Linux tells, and only Linux keeps to the limit
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def _first_pages(content: bytes, filename: str) -> str:
    text = ""
    for number, page in enumerate(pages(content, filename, LIMITS), start=1):
        text += f"\n[page {page['number']}]\n{page['text']}"
        if number >= PAGES or len(text) > CHARACTERS:
            break
    return text.strip()[:CHARACTERS]
