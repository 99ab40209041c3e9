"""The server: preloads, accepts, forks, and watches over what it forked."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path

from .job import OURS, answer, plain_name

MODULES = Path(__file__).with_name(
    "preload.txt"
)  # what the steps, Windmill's wrapper and its loader of f.* modules import


def die_with(parent: int) -> None:
    """SIGKILL for this process when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def preload() -> tuple[dict[str, str], set[str]]:
    """Imports, and says what a job finds imported: the packages' versions, and the top-level names."""
    from importlib.metadata import distributions, packages_distributions

    del sys.path[0]  # this script's folder
    for name in MODULES.read_text().split():
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"warm interpreter: {name} is not preloaded: {error}", file=sys.stderr)
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError(
            "a preloaded module has started a thread: no process with threads can be forked safely"
        )
    installed = {plain_name(d.name): d.version for d in distributions()}
    owners = packages_distributions()
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__", OURS}
    names = {plain_name(owner) for top in loaded for owner in owners.get(top, ())}
    gc.disable()
    gc.collect()
    gc.freeze()
    return {name: installed[name] for name in names}, loaded


class Server:
    """Accepts, forks, watches: a job whose client is gone is killed; a job's end is told to its client."""

    def __init__(self, listener: socket.socket, link: socket.socket, max_jobs: int, max_growth: int) -> None:
        self.pid, self.accepting = os.getpid(), True
        self.listener, self.link = listener, link
        self.left, self.most = max_jobs, resident() + max_growth
        self.jobs: dict[int, tuple[int, int, socket.socket]] = {}  # by either descriptor
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
                self.retire()
            elif self.listener.fileno() in ready:  # last: a new job gets numbers that were closed just now
                connection = self.admit()
                if connection:
                    return connection
        return None

    def retire(self) -> None:
        self.events.unregister(self.link)
        self.events.unregister(self.listener)
        self.accepting = False

    def admit(self) -> socket.socket | None:
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return None  # the other server took it
        connection.setblocking(True)
        try:
            answer(connection, "welcome")
            pid = os.fork()
        except OSError as error:
            answer(connection, f"plain {error.strerror}")
            return None
        if pid == 0:
            self.close()
            return connection
        handle = os.pidfd_open(pid)
        self.jobs[handle] = self.jobs[connection.fileno()] = (pid, handle, connection)
        self.events.register(handle, select.EPOLLIN)
        self.events.register(connection, select.EPOLLRDHUP | select.EPOLLONESHOT)
        self.left -= 1
        if self.left == 0 or (self.left > 0 and self.left % 50 == 0 and resident() > self.most):
            self.left = 0
            self.link.send(b"o")
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
        answer(connection, f"status {status}")
        os.close(handle)
        connection.close()

    def close(self) -> None:
        """In a job's process: lets go of what is the server's."""
        for descriptor, (_, handle, connection) in self.jobs.items():
            if descriptor == handle:
                os.close(handle)
                connection.close()
        self.jobs.clear()
        for thing in (self.events, self.listener, self.link):
            thing.close()


def kill(pid: int, group: int) -> None:
    try:
        if group == os.getpgrp():  # it has only just been forked
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left of it


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
