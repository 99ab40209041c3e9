"""The HTTP server: uvicorn, which by itself waits for ever for a client that never finishes its request.

A client that keeps the server waiting for a request's head, or for the first byte of its body, is cut off after some
seconds. When all places are taken, those who have kept the server waiting longest lose theirs, so that a newcomer
is always served: a stranger who holds a thousand connections open can't turn Meta away.
"""

from __future__ import annotations

import heapq
import resource
import socket
from collections.abc import Iterable
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MAX_HEAD = 64 << 10
_EVICTED_SHARE = (
    50  # with one place in so many freed at once, looking for the oldest costs a flood's newcomer little
)
_OTHER_FILES = 100  # sockets and files beside the clients' connections: database, Windmill, logs


class GuardedProtocol(HttpToolsProtocol):
    """A connection that knows since when it waits for its client."""

    begun_at = 0.0  # when the connection was made, or its last request began
    in_head = True  # the current request's head is not whole yet, or nothing of its body has come
    head_bytes = 0

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing is being worked on: the next request, or the rest of this one, is still to come."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.begun_at = self.loop.time()
        # uvicorn answers with 503 from this number of connections on: it is one more than there are places.
        places = cast(int, self.limit_concurrency) - 1
        if len(self.connections) > places:
            self.evict(len(self.connections) - places + places // _EVICTED_SHARE)

    def evict(self, number: int) -> None:
        """Closes the connections that have waited longest for their clients."""
        others = cast("Iterable[GuardedProtocol]", self.connections - {self})
        waiting = [connection for connection in others if connection.waits_for_client]
        for connection in heapq.nsmallest(number, waiting, key=lambda one: one.begun_at):
            self.connections.discard(
                connection
            )  # its place is free at once, not only when it has been closed
            connection.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head = True
        self.begun_at = self.loop.time()

    def on_body(self, body: bytes) -> None:
        self.end_head()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.end_head()
        super().on_message_complete()

    def end_head(self) -> None:
        self.in_head = False
        self.head_bytes = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.in_head:
            self.head_bytes += len(data)
            if self.head_bytes > _MAX_HEAD:
                self.transport.close()


class Server(uvicorn.Server):
    """Cuts off slow heads, once a second."""

    def __init__(self, config: uvicorn.Config, head_timeout_s: float) -> None:
        super().__init__(config)
        self._head_timeout_s = head_timeout_s

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            for connection in cast("list[GuardedProtocol]", list(self.server_state.connections)):
                if connection.in_head and connection.loop.time() - connection.begun_at > self._head_timeout_s:
                    connection.transport.close()
        return await super().on_tick(counter)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.set_inheritable(True)
    return sock


def allow_open_files(connections: int) -> None:
    """Raises this process's soft limit, often 1,024, where it may: a connection is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def serve(app: Any, sockets: list[socket.socket], connections: int, head_timeout_s: float) -> None:
    """Serves until SIGTERM or Ctrl-C; requests that are being worked on are answered first."""
    allow_open_files(connections)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=2048,
        limit_concurrency=connections + 1,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
    )
    Server(config, head_timeout_s).run(sockets=sockets)
