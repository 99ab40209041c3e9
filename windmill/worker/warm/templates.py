"""What a script's jobs import of our own rooms, imported once: a template is a process that has done so, and forks for the script's next jobs.

It is made for one version of one script, by the list of what a job of it had imported when it ended, in an environment without variables. So only
modules of ROOMS are imported there: they are ours, and what they do when they are imported does not depend on the job (tests/worker looks). The
script itself, and whatever else it imports, each job imports anew.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import socket
import sys
import time
from inspect import signature
from pathlib import Path
from types import ModuleType

from .forks import Forks
from .kept import replace
from .keys import Key
from .modules import Modules
from .patterns import Patterns
from .preloaded import Preloaded
from .sources import Sources

ROOMS = ("f.agent.", "f.common.", "f.models.", "f.tools.", "f.whatsapp.")
MOST = 24  # of one server
STAYS_S = 2.0  # at least, before one that imports more takes its place


def list_of(kept: Path, key: Key) -> Path:
    """The file with the names of the modules that jobs have imported, in their order."""
    return kept / key.name_of("imports", *key)


def note(kept: Path, key: Key, brought: list[str], compiled: bool, anew: bool) -> None:
    """At a job's end: what a template is to import, so that the server makes one. `brought`: the modules of the job that its template had not
    imported, the last one first; `compiled`: an expression or a file that is new, too; `anew`: the template was of files that have changed.

    A list that says it already is left as it is. Jobs that began before the first template end for as long as a model thinks, and each of them would
    have the template made again, and with it the next jobs have none.
    """
    fresh = [name for name in reversed(brought) if name.startswith(ROOMS)]
    if not (fresh or compiled):
        return
    file = list_of(kept, key)
    known = file.read_text().split("\n") if file.exists() and not anew else []
    fresh = [name for name in fresh if name not in known]
    if fresh or (known and compiled):
        replace(file, "\n".join([*known, *fresh]).encode())


def make_tables(module: ModuleType) -> None:
    """What a module makes once and is asked for by a function without arguments, such as the names of all months."""
    for value in list(vars(module).values()):
        made = getattr(value, "__wrapped__", None) if hasattr(value, "cache_info") else None
        if made and made.__module__ == module.__name__ and not signature(made).parameters:
            value()


class Line:
    """The server's end: one template that it has begun."""

    def __init__(self, pid: int, link: socket.socket) -> None:
        self.pid, self.link, self.begun = pid, link, time.time()

    def hand(self, connection: socket.socket) -> bool:
        """Passes on a client that waits with its job."""
        try:
            socket.send_fds(self.link, [b"j"], [connection.fileno()])
        except OSError:
            return False  # it is busy, or gone
        return True

    def said_something(self) -> bool:
        """That it is ready. False: it has ended."""
        try:
            return bool(self.link.recv(8))
        except OSError:
            return False  # with clients that it had not taken

    def finish(self) -> None:
        """It gets no more clients, and ends when its last job has."""
        with contextlib.suppress(OSError):
            self.link.shutdown(socket.SHUT_WR)


class Templates:
    """Those of one server."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._by_key: dict[Key, Line | None] = {}  # None: it could not be made
        self._coming: dict[Key, Line] = {}  # each takes the place of the one above when it is ready
        # By their descriptors; also those that only see their last jobs to the end.
        self._all: dict[int, Line] = {}

    def __len__(self) -> int:
        return len(self._all)

    def line(self, key: Key) -> Line | None:
        """To the template of that key, where there is one."""
        line = self._by_key.get(key)
        if line:
            self._by_key[key] = self._by_key.pop(key)  # the last one used is at the end
        return line

    def is_due(self, key: Key) -> bool:
        """Whether one is to be made: there is none though it is known what to import, or jobs have imported more since."""
        if key in self._coming:
            return False
        line = self._by_key.get(key)
        if line is None:
            return key not in self._by_key and list_of(self._kept, key).exists()
        now, changed = time.time(), list_of(self._kept, key).stat().st_mtime
        return line.begun < changed and line.begun < now - STAYS_S

    def add(self, key: Key, line: Line) -> None:
        self._coming[key] = self._all[line.link.fileno()] = line

    def see_to(self, ready: list[int]) -> None:
        """Those of the descriptors that are a template's: it is ready, or it has ended."""
        for descriptor in ready:
            if line := self._all.get(descriptor):
                if line.said_something():
                    self._take(line)
                else:
                    self._end(line)

    def _take(self, line: Line) -> None:
        """In the place of another one of its key or, where there are MOST, of the one that was not used for longest."""
        key = next(key for key, coming in self._coming.items() if coming is line)
        del self._coming[key]
        used = [each for each, other in self._by_key.items() if other]
        replaced = key if key in used else used[0] if len(used) >= MOST else None
        if replaced and (other := self._by_key.pop(replaced)):
            other.finish()
        self._by_key[key] = line

    def _end(self, line: Line) -> None:
        os.waitpid(line.pid, 0)
        del self._all[line.link.fileno()]
        line.link.close()
        for key, known in list(self._coming.items()):
            if known is line:
                del self._coming[key]
                if stays := self._by_key.setdefault(key, None):
                    stays.begun = line.begun  # until jobs import something else again
        for key, other in self._by_key.items():
            if other is line:
                self._by_key[key] = None

    def finish(self) -> None:
        for line in self._all.values():
            line.finish()

    def let_go(self) -> None:
        """In a process that was forked."""
        for line in self._all.values():
            line.link.close()


class Template(Forks):
    """The process. Its clients come from the server by `link`, each with its job handed off already."""

    def __init__(self, link: socket.socket, kept: Path, key: Key, preloaded: Preloaded) -> None:
        super().__init__(link)
        self.key, self.kept, self.now = key, kept, preloaded
        self.names = list_of(kept, key).read_text().split("\n")
        self.modules = Modules(kept, key, True, Path("tmp"))
        self.patterns = Patterns(kept, key, preloaded.patterns)
        self.sources = Sources(kept, key, True)
        self._times: dict[str, int] = {}  # of the files that were imported, where they are files

    def prepare(self) -> None:
        """Imports. Raises whatever a module raises when it is imported."""
        base, packages = sys.path[:], self.kept / f"packages-{os.getpid()}"
        for name in self.names:  # as the folders of a job, without which there would be no package `f`
            (packages / name.replace(".", "/")).parent.mkdir(parents=True, exist_ok=True)
        sys.path[:] = [str(packages), *filter(None, self.key.path.split(":")), *base]
        self.patterns.load()
        self.sources.load()
        for name in self.names:
            make_tables(importlib.import_module(name))
        sys.path[:] = base
        shutil.rmtree(packages)
        if len(os.listdir("/proc/self/task")) > 1:
            raise RuntimeError("a module has started a thread")
        files = [file for name in self.names if (file := getattr(sys.modules[name], "__file__", None))]
        self._times = {file: os.stat(file).st_mtime_ns for file in files}
        self.now = self.now.now()
        gc.collect()
        gc.freeze()
        self.link.send(b"ready")

    def has_changed(self) -> bool:
        """Whether a file is another one than was imported: in the demo, where they are edited. What Windmill's version stands for never is."""
        with contextlib.suppress(OSError):
            return any(os.stat(file).st_mtime_ns != time for file, time in self._times.items())
        return True

    def serve(self) -> socket.socket | None:
        """Until the server wants no more of it and its last job has ended: None. In a job's process: its connection."""
        accepting = True
        while accepting or self.jobs:
            ready = [descriptor for descriptor, _ in self.events.poll()]
            self.see_to(ready)
            if self.link.fileno() in ready:
                word, descriptors, _, _ = socket.recv_fds(self.link, 1, 1)
                if not word:
                    self.events.unregister(self.link)
                    accepting = False
                for descriptor in descriptors:
                    connection = socket.socket(fileno=descriptor)
                    if self.start(connection):
                        return connection
        return None

    def fits(self, key: Key, deployed: bool) -> bool:
        """In a job's process: whether the job would import the same."""
        return key == self.key and self.modules.used == deployed and not self.has_changed()

    def forget(self) -> None:
        """In a job's process: it imports everything anew."""
        for name in [name for name in sys.modules if name == "f" or name.startswith("f.")]:
            del sys.modules[name]
        if self.modules.used:
            sys.meta_path.remove(self.modules)
