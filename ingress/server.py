"""The HTTP server: uvicorn, guarded against senders who never finish their request's head, or send nothing after it."""

from __future__ import annotations

import socket
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MAX_HEAD = 64 << 10
_HEAD_S = 10.0


class GuardedProtocol(HttpToolsProtocol):
    """Knows since when a request's head, or the first of its body, is being waited for. uvicorn would wait, and collect, for ever."""

    head_since = 0.0  # 0: nothing is being waited for
    head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.head_since = self.loop.time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_since = self.head_since or self.loop.time()

    def on_body(self, body: bytes) -> None:
        self.wait_no_more()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.wait_no_more()
        super().on_message_complete()

    def wait_no_more(self) -> None:
        self.head_since = 0.0
        self.head_bytes = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.head_since:
            self.head_bytes += len(data)
            if self.head_bytes > _MAX_HEAD:
                self.transport.close()


class Server(uvicorn.Server):
    """Looks after the guarded connections once a second."""

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            for connection in list(self.server_state.connections):
                guarded = cast(GuardedProtocol, connection)
                if guarded.head_since and guarded.loop.time() - guarded.head_since > _HEAD_S:
                    guarded.transport.close()
        return await super().on_tick(counter)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the address can't be had."""
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


def serve(app: Any, sock: socket.socket, connections: int) -> None:
    """Serves until SIGTERM or Ctrl-C; requests that are being worked on are answered first."""
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
        limit_concurrency=connections,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=20,
    )
    Server(config).run(sockets=[sock])
