"""The server: preloads, accepts, forks, and watches over what it forked."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import re
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

from .heat import heat
from .job import OURS, Preloaded, plain_name

MODULES = Path(__file__).with_name("preload.txt")  # what the steps, Windmill's wrapper and its loader import


def die_with(parent: int) -> None:
    """SIGKILL for this process when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


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
    installed = {plain_name(d.name): d.version for d in distributions()}
    owners = packages_distributions()
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__", OURS}
    names = {plain_name(owner) for top in loaded for owner in owners.get(top, ())}
    ours = tuple(name for name in sys.modules if name.partition(".")[0] == OURS)
    preloaded = Preloaded(
        {name: installed[name] for name in names},
        loaded,
        frozenset(sys.modules) - {*ours},
        ours,
        frozenset(getattr(re, "_cache", ())),
    )
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


class Server:
    """A job whose client is gone is killed, with all that it started; a job's end is told to its client."""

    def __init__(self, listener: socket.socket, link: socket.socket, max_jobs: int, max_growth: int) -> None:
        self.pid, self.accepting, self.old = os.getpid(), True, False
        self.listener, self.link = listener, link
        self.left, self.most = max_jobs, resident() + max_growth
        self.kept = Path(tempfile.mkdtemp(prefix="modules-", dir=Path(listener.getsockname()).parent))
        self.jobs: dict[int, tuple[int, int, socket.socket]] = {}  # by either descriptor
        most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
        self.events = select.epoll()
        self.events.register(listener, select.EPOLLIN)
        self.events.register(link, select.EPOLLRDHUP)

    def serve(self) -> socket.socket | None:
        """Until it is told to retire and its last job has ended: None. In a job's process: its connection."""
        while self.accepting or self.jobs:
            ready = [descriptor for descriptor, _ in self.events.poll()]
            for descriptor in ready:
                if descriptor in self.jobs:
                    self.see_to(descriptor)
            if self.link.fileno() in ready:
                self.events.unregister(self.link)
                self.events.unregister(self.listener)
                self.accepting = False
            elif self.listener.fileno() in ready:  # last: a new job gets numbers that were closed just now
                connection = self.admit()
                if connection:
                    return connection
        shutil.rmtree(self.kept)
        return None

    def admit(self) -> socket.socket | None:
        """Forks for the next client; its connection, in the process that is to run the job."""
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return None  # the other server took it; or too many files are open, and the client does not wait
        try:
            connection.setblocking(True)
            connection.send(b"welcome")
            pid = os.fork()
        except OSError as error:
            tell(connection, f"plain {error.strerror}")
            return None
        if pid == 0:
            self.let_go()
            return connection
        handle = os.pidfd_open(pid)
        self.jobs[handle] = self.jobs[connection.fileno()] = (pid, handle, connection)
        self.events.register(handle, select.EPOLLIN)
        self.events.register(connection, select.EPOLLRDHUP | select.EPOLLONESHOT)
        self.left -= 1
        if not self.old and (self.left <= 0 or resident() > self.most):
            self.old = True
            self.link.send(b"old")
        return None

    def see_to(self, descriptor: int) -> None:
        """A job's client is gone, or the job has ended."""
        pid, handle, connection = self.jobs[descriptor]
        group = os.getpgid(pid)
        if descriptor != handle:
            return kill(pid, group)  # and the end of the job comes as an event of its own
        if group == pid:
            kill(pid, group)  # a group that nobody else can reach: what the job left behind ends with it
        _, status = os.waitpid(pid, 0)
        # Not left to close(): while a fork that has only just begun still holds them, they would go on to fire, under the next job's numbers.
        self.events.unregister(handle)
        self.events.unregister(connection)
        del self.jobs[handle], self.jobs[connection.fileno()]
        tell(connection, f"status {status}")
        os.close(handle)
        connection.close()

    def let_go(self) -> None:
        """In a job's process: closes what is the server's."""
        for descriptor, (_, handle, connection) in self.jobs.items():
            if descriptor == handle:
                os.close(handle)
                connection.close()
        self.jobs.clear()
        for thing in (self.events, self.listener, self.link):
            thing.close()


def tell(connection: socket.socket, word: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be waiting for it any more
        connection.send(word.encode())


def kill(pid: int, group: int) -> None:
    try:
        if group == os.getpgrp():  # it has only just been forked
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left of it
