"""The server: preloads, accepts, forks, and watches over what it forked."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import select
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .forks import Forks, die_with, tell
from .heat import heat
from .keys import Key
from .patterns import Patterns
from .preloaded import OURS, Preloaded, plain_name
from .templates import Line, Template, Templates

MODULES = Path(__file__).with_name("preload.txt")  # what the steps, Windmill's wrapper and its loader import
MOST_WORDS = 65536  # of a client


def preload(folder: Path) -> Preloaded:
    """Imports, and says what a job finds imported."""
    from importlib.metadata import distributions, packages_distributions

    del sys.path[0]  # this script's folder
    for name in MODULES.read_text().split():
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"warm interpreter: {name} is not preloaded: {error}", file=sys.stderr)
    try:
        heat(folder)
    except Exception as error:  # slower, otherwise the same
        print(f"warm interpreter: first calls are not made in advance: {error!r}", file=sys.stderr)
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a preloaded module has started a thread: such a process can't be forked safely")
    Patterns.make_room()
    installed = {plain_name(d.name): d.version for d in distributions()}
    owners = packages_distributions()
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__", OURS}
    names = {plain_name(owner) for top in loaded for owner in owners.get(top, ())}
    ours = tuple(name for name in sys.modules if name.partition(".")[0] == OURS)
    preloaded = Preloaded(
        {name: installed[name] for name in names},
        loaded,
        frozenset(),
        ours,
        frozenset(),
    ).now()
    gc.disable()
    gc.collect()
    gc.freeze()
    use_large_pages()
    return preloaded


def use_large_pages() -> None:
    """Puts what is preloaded into pages of 2 MB, so that a fork has 50 entries to copy and not 25,000. Linux before 6.1 leaves it as it is."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, mode, *rest = line.split()
        start, end = (int(address, 16) for address in span.split("-"))
        if mode == "rw-p" and rest[3:] in ([], ["[heap]"]):
            ctypes.CDLL(None).madvise(
                ctypes.c_void_p(start), ctypes.c_size_t(end - start), 25
            )  # MADV_COLLAPSE


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


class Start(NamedTuple):
    """In a job's process: its client, and what it was forked from, if not from the server."""

    connection: socket.socket
    template: Template | None = None


class Server(Forks):
    """Takes jobs, and forks for each, or hands it to the template of its script."""

    def __init__(
        self,
        listener: socket.socket,
        link: socket.socket,
        preloaded: Preloaded,
        max_jobs: int,
        max_growth: int,
    ) -> None:
        super().__init__(link)
        self.accepting, self.old = True, False
        self.listener, self.preloaded = listener, preloaded
        self.left, self.most = max_jobs, resident() + max_growth
        self.kept = Path(tempfile.mkdtemp(prefix="modules-", dir=Path(listener.getsockname()).parent))
        self.callers: dict[int, socket.socket] = {}  # welcomed, and about to hand off a job
        self.templates = Templates(self.kept)
        most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
        self.events.register(listener, select.EPOLLIN)

    def serve(self) -> Start | None:
        """Until it is told to retire and its last job has ended: None. In a job's process: its start."""
        while self.accepting or self.jobs or self.callers or self.templates:
            ready = [descriptor for descriptor, _ in self.events.poll()]
            self.see_to(ready)
            self.templates.see_to(ready)
            for connection in [self.callers.pop(each) for each in ready if each in self.callers]:
                if start := self.begin(connection):
                    return start
            if self.link.fileno() in ready:
                self.events.unregister(self.link)
                self.events.unregister(self.listener)
                self.accepting = False
                self.templates.finish()
            elif self.listener.fileno() in ready:  # last: a new caller gets numbers that were closed just now
                self.admit()
        shutil.rmtree(self.kept)
        return None

    def admit(self) -> None:
        """Welcomes the next client."""
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return  # the other server took it; or too many files are open, and the client does not wait
        connection.setblocking(True)
        tell(connection, "welcome")
        self.callers[connection.fileno()] = connection
        self.events.register(connection, select.EPOLLIN)

    def begin(self, connection: socket.socket) -> Start | None:
        """Sees to it that a process is forked for a client that has handed off its job; a start in a job's process."""
        self.events.unregister(connection)
        try:
            key = Key.sent(connection.recv(MOST_WORDS, socket.MSG_PEEK))
        except (OSError, ValueError):
            connection.close()  # it went away
            return None
        self.left -= 1
        if not self.old and (self.left <= 0 or resident() > self.most):
            self.old = True
            self.link.send(b"old")
        line = self.templates.line(key)
        if line and line.hand(connection):
            connection.close()
        elif self.start(connection):
            return Start(connection)
        return self.make_template(key) if self.accepting and self.templates.is_due(key) else None

    def make_template(self, key: Key) -> Start | None:
        """Forks it. In a job's process that it has forked: that job's start."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid:
            theirs.close()
            ours.setblocking(False)
            self.templates.add(key, Line(pid, ours))
            self.events.register(ours, select.EPOLLIN)
            return None
        ours.close()
        self.let_go()
        die_with(self.pid)
        template = Template(theirs, self.kept, key, self.preloaded)
        try:
            template.prepare()
        except Exception as error:  # slower, otherwise the same
            print(f"warm interpreter: {key.script} has no template: {error!r}", file=sys.stderr)
            os._exit(1)
        connection = template.serve()
        if connection is None:
            os._exit(0)
        return Start(connection, template)

    def let_go(self) -> None:
        super().let_go()
        for thing in (self.listener, *self.callers.values()):
            thing.close()
        self.templates.let_go()
