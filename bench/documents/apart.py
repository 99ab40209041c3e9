"""A call in a process of its own, so that a reader that crashes or hangs loses one file only."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

Result = tuple[Any, str, float]  # what the call returned, the error in one line, seconds


def _run(call: Callable[[Any], Any], argument: Any, answer: Connection) -> None:
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    started = time.monotonic()
    try:
        answer.send((call(argument), "", time.monotonic() - started))
    except Exception as error:
        answer.send(
            (
                None,
                f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
                time.monotonic() - started,
            )
        )


def each(
    call: Callable[[Any], Any], arguments: list[Any], seconds: float, at_once: int = 2
) -> Iterator[tuple[Any, Result]]:
    """Each argument with its result, as they come."""
    context = multiprocessing.get_context("fork")
    waiting = list(reversed(arguments))
    running: dict[Connection, tuple[Any, Any, float]] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            argument = waiting.pop()
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(call, argument, theirs), daemon=True)
            process.start()
            theirs.close()
            running[ours] = (argument, process, time.monotonic())
        ready = wait(list(running), timeout=0.2)
        for answer, (argument, process, started) in list(running.items()):
            late = time.monotonic() - started > seconds
            if answer not in ready and not late:
                continue
            result: Result = (
                None,
                f"took more than {seconds:.0f} s" if late else "the process died",
                time.monotonic() - started,
            )
            if answer in ready:
                with contextlib.suppress(EOFError):
                    result = answer.recv()
            process.kill()
            process.join()
            answer.close()
            del running[answer]
            yield argument, result
