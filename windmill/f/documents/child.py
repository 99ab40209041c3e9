"""Runs work in a child process with bounds of memory, processor time and output, and streams what the work yields.

A document's parser is not trusted: it may take all memory, never end, or crash. Then the child dies, and the step goes on with a problem.
The bounds are limits of the process (setrlimit), so they hold in a container without any rights over control groups.

The child is a fork: it has everything imported and begins within milliseconds, also in a warm interpreter. Such a child is safe as long as it
touches nothing that it shares with the step: it closes the step's files and connections, collects no object from before, and ends without
cleaning up. What needs a key, the network or the database, it asks the parent for. Standard library only.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import IO, Any, NoReturn

from f.common.problems import Problem, describe, is_message
from f.documents.page import Unreadable

MB = 1_000_000
Ask = Callable[[bytes], str]  # asks the parent about some bytes, such as a picture
Work = Callable[[Ask], Iterable[Any]]


@dataclass(frozen=True)
class Bounds:
    """The most that a child may take. `memory` and `output` are bytes.

    Each item that it yields earns it time: a long document may take long, one that gives nothing may not.
    """

    cpu_s: float = 18.0
    cpu_s_an_item: float = 0.25
    wait_s: float = 150.0  # between two items; longer than LibreOffice may take to save a file
    memory: int = 500 * MB  # of address space, beyond what the step has taken when the child begins
    item: int = 64 * MB
    output: int = 400 * MB


class NotAnswered(Problem, OSError):
    """Why the parent has no answer: the message of its own error."""


def run_in_child(work: Work, bounds: Bounds, answer: Ask | None = None) -> Generator[Any, None, None]:
    """What work(ask) yields, as JSON leaves it, one item at a time while the child goes on.

    `answer` runs in this process, for each ask() in the child; an OSError of it is raised there as NotAnswered or OSError. Raises Unreadable:
    the work's own; file_reading_cut where a bound or a crash ended the child; file_reading_failed where a library
    raised.
    """
    items, items_in = os.pipe()
    answers_out, answers = os.pipe()
    child = os.fork()
    if child == 0:
        _run(work, bounds, items_in, answers_out)
    os.close(items_in)
    os.close(answers_out)
    try:
        for line in _lines(items, bounds):
            kind, value = json.loads(line)
            if kind == "item":
                yield value
            elif kind == "end":
                return
            elif kind == "problem":
                raise Unreadable.of(value)
            else:
                _reply(answers, base64.b64decode(value), answer)
        raise Unreadable("file_reading_cut")
    finally:
        os.close(items)
        os.close(answers)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _lines(items: int, bounds: Bounds) -> Iterator[bytes]:
    """The child's lines, until it ends, is silent for too long or says too much."""
    waiting = select.poll()
    waiting.register(items, select.POLLIN)
    held, left = bytearray(), bounds.output
    while True:
        until = time.monotonic() + bounds.wait_s
        looked_at = 0
        while (end := held.find(b"\n", looked_at)) < 0:
            looked_at = len(held)
            if looked_at > bounds.item or not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                return
            block = os.read(items, 1 << 18)
            left -= len(block)
            if not block or left < 0:
                return
            held += block
        line = bytes(held[:end])
        del held[: end + 1]
        yield line


def _reply(answers: int, asked: bytes, answer: Ask | None) -> None:
    assert answer is not None, "only work that was given an answer asks"
    try:
        reply: list[Any] = ["answer", answer(asked)]
    except OSError as error:
        reply = ["refused", describe(error)]
    with suppress(BrokenPipeError), os.fdopen(os.dup(answers), "wb") as out:
        _write(out, reply)


def _write(out: IO[bytes], line: list[Any]) -> None:
    # A document may hold half of a surrogate pair; json.loads() takes it as this writes it.
    out.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    out.flush()


def _run(work: Work, bounds: Bounds, items: int, answers: int) -> NoReturn:
    """The child."""
    try:
        _part_from_the_step(items, answers)
        with os.fdopen(items, "wb", 1 << 16) as out, os.fdopen(answers, "rb") as replies:

            def ask(asked: bytes) -> str:
                _write(out, ["ask", base64.b64encode(asked).decode()])
                kind, value = json.loads(replies.readline())
                if kind == "answer":
                    return str(value)
                raise NotAnswered.of(value) if is_message(value) else OSError(value)

            try:
                _bound_memory(bounds)
                _bound_time(bounds, 0)
                for count, item in enumerate(work(ask), 1):
                    _write(out, ["item", item])
                    _bound_time(bounds, count)
                _write(out, ["end", None])
            except Unreadable as problem:
                _write(out, ["problem", problem.message])
            except MemoryError:
                _write(out, ["problem", Unreadable("file_reading_cut").message])
            except Exception as error:  # whatever a library raises at a file that was made to break it
                failed = Unreadable("file_reading_failed", detail=type(error).__name__)
                _write(out, ["problem", failed.message])
    finally:
        os._exit(0)


def _part_from_the_step(items: int, answers: int) -> None:
    """Lets go of all that the step holds open; a later collection must not close numbers that stand for the child's own files by then."""
    gc.freeze()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    first, second = sorted((items, answers))
    os.closerange(3, first)
    os.closerange(first + 1, second)
    os.closerange(second + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _bound_memory(bounds: Bounds) -> None:
    _lower(resource.RLIMIT_CORE, 0)
    with suppress(FileNotFoundError):  # only Linux has this file, and only Linux enforces the limit
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, taken + bounds.memory)


def _bound_time(bounds: Bounds, items: int) -> None:
    """At this limit the system ends the process."""
    _lower(resource.RLIMIT_CPU, ceil(bounds.cpu_s + items * bounds.cpu_s_an_item))


def _lower(limit: int, value: int) -> None:
    """Sets what counts; what it may be raised to stays, for LibreOffice and for the time that items earn."""
    most = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))
