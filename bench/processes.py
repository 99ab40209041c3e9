"""What a set of processes costs, with all that they started: processor time and memory, from /proc. Linux only."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: str) -> list[str]:
    """The fields of /proc/PID/stat after the name; [] for a process that is gone. 1: parent; 11 to 14: own and waited-for children's time."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def tree(roots: list[int]) -> list[int]:
    """The living processes among these and their descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    alive = set()
    for name in os.listdir("/proc"):
        if name.isdecimal() and (fields := _stat(name)):
            alive.add(int(name))
            children[int(fields[1])].append(int(name))
    found, left = [], [root for root in roots if root in alive]
    while left:
        pid = left.pop()
        found.append(pid)
        left += children[pid]
    return found


def processor_seconds(roots: list[int]) -> float:
    """Used so far by these, their living descendants, and those that somebody has waited for."""
    ticks = [sum(map(int, fields[11:15])) for pid in tree(roots) if (fields := _stat(str(pid)))]
    return sum(ticks) / TICK


def memory_mb(roots: list[int]) -> float:
    """Proportional set size: a page that several share counts once for all of them."""
    total = 0
    for pid in tree(roots):
        with contextlib.suppress(OSError):  # it has just ended
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


class Sampler:
    """Looks at something every so often, in a thread, until the block ends."""

    def __init__(self, every_s: float) -> None:
        self._every_s, self._done = every_s, threading.Event()

    @contextlib.contextmanager
    def calling(self, look: object) -> Iterator[None]:
        def run() -> None:
            while not self._done.wait(self._every_s):
                look()  # type: ignore[operator]

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()
