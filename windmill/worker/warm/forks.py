"""A process that forks one process a job and watches each to its end: the server, and what it keeps of a script."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket

prctl = ctypes.CDLL(None).prctl


def die_with(parent: int) -> None:
    """SIGKILL for this process when its parent ends, however that ends."""
    prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


class Forks:
    """A job whose client is gone is killed, with all that it started; a job's end is told to its client."""

    def __init__(self, link: socket.socket) -> None:
        self.pid, self.link = os.getpid(), link
        self.jobs: dict[int, tuple[int, int, socket.socket]] = {}  # by either descriptor
        self.events = select.epoll()
        self.events.register(link, select.EPOLLIN | select.EPOLLRDHUP)

    def start(self, connection: socket.socket) -> bool:
        """Forks for a client that has handed off its job. True: this is the job's process."""
        try:
            pid = os.fork()
        except OSError as error:
            tell(connection, f"plain {error.strerror}")
            return False
        if pid == 0:
            self.let_go()
            die_with(self.pid)
            return True
        handle = os.pidfd_open(pid)
        self.jobs[handle] = self.jobs[connection.fileno()] = (pid, handle, connection)
        self.events.register(handle, select.EPOLLIN)
        self.events.register(connection, select.EPOLLRDHUP | select.EPOLLONESHOT)
        return False

    def see_to(self, ready: list[int]) -> None:
        """Those of the descriptors that are a job's: its client is gone, or it has ended."""
        for descriptor in ready:
            if descriptor not in self.jobs:
                continue
            pid, handle, connection = self.jobs[descriptor]
            group = os.getpgid(pid)
            if descriptor != handle:
                kill(pid, group)  # and the end of the job comes as an event of its own
                continue
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
        """In a process that was forked: closes what is its parent's."""
        for descriptor, (_, handle, connection) in self.jobs.items():
            if descriptor == handle:
                os.close(handle)
                connection.close()
        self.jobs.clear()
        self.events.close()
        self.link.close()


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
