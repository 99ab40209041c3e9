# requirements: documents
"""Reads a customer's document in a process of its own, with limits on time and memory.

Anybody may send a file, so its parser is not trusted: it may be killed, crash or run out of memory. The step goes on, and the customer reads
that the file can't be opened.
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

from f.common.problems import Message
from f.documents.formats import Limits, Unreadable, pages

__all__ = ["Unreadable", "text_of"]

PAGES, CHARACTERS = 30, 20_000
MB = 1_000_000
CPU_S, WAIT_S = 20, 40
MEMORY = 500 * MB  # beyond what the step has taken by then
LIMITS = Limits(max_unpacked=50 * MB, recognises=False)


def text_of(content: bytes, filename: str) -> str:
    """The document's first pages as text. Raises Unreadable."""
    answers, answer = os.pipe()
    reader = os.fork()
    if reader == 0:
        _read(content, filename, answer)
    os.close(answer)
    try:
        output = _output(answers, time.monotonic() + WAIT_S)
    finally:
        os.close(answers)
        with suppress(ProcessLookupError):
            os.kill(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
    try:
        result = json.loads(output)
    except ValueError:  # it was killed before it had written everything
        raise Unreadable("file_reading_failed", detail="killed") from None
    if "text" not in result:
        raise Unreadable.of(result["problem"])
    return str(result["text"])


def _output(answers: int, until: float) -> bytes:
    """What the other process writes until it ends; nothing if its time is over first."""
    waiting = select.poll()
    waiting.register(answers, select.POLLIN)
    output = b""
    while waiting.poll(max(0.0, until - time.monotonic()) * 1000):
        block = os.read(answers, 1 << 16)
        if not block:
            return output
        output += block
    return b""


def _read(content: bytes, filename: str, answer: int) -> NoReturn:
    """The other process: it ends without cleaning up, because it shares the step's connections."""
    try:
        _bound()
        result: dict[str, str | Message]
        try:
            result = {"text": _first_pages(content, filename)}
        except Unreadable as problem:
            result = {"problem": problem.message}
        except Exception as error:  # whatever a library raises at a file that was made to break it
            failed = Unreadable("file_reading_failed", detail=type(error).__name__)
            result = {"problem": failed.message}
        with os.fdopen(answer, "wb") as out:
            out.write(json.dumps(result).encode())
    finally:
        os._exit(0)


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    with suppress(FileNotFoundError):  # only Linux has this file, and only Linux enforces the limit
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def _first_pages(content: bytes, filename: str) -> str:
    text = ""
    for number, page in enumerate(pages(content, filename, LIMITS), start=1):
        text += f"\n[page {page['number']}]\n{page['text']}"
        if number >= PAGES or len(text) > CHARACTERS:
            break
    return text.strip()[:CHARACTERS]
