"""Binds to the loopback address and serves an ASGI app there; a taken port ends the program with one sentence."""

import os
import socket
import sys
from typing import Any

import uvicorn

# LOCAL_HOST is for tests against a Windmill on another machine, which must reach the stand-ins.
HOST = os.environ.get("LOCAL_HOST") or "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Binds before anything slow happens, so that a taken port shows at once. Raises SystemExit with a sentence."""
    # Named as TCP: asyncio switches Nagle's delay off only for such sockets (it would cost 40 ms an answer).
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(1024)
    except (OSError, OverflowError) as error:
        sock.close()
        reason = getattr(error, "strerror", None) or error
        sys.exit(
            f"Port {port} can't be used: can't listen on {HOST}:{port} ({reason}). Choose another --port."
        )
    return sock


class _AnnouncingServer(uvicorn.Server):
    """Prints where it listens once it really answers."""

    announcement = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self.announcement, flush=True)


def serve(app: Any, sock: socket.socket, name: str, path: str = "") -> None:
    """Serves until a signal; Ctrl-C ends without a traceback."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    server = _AnnouncingServer(config)
    server.announcement = f"{name} listening on http://{HOST}:{sock.getsockname()[1]}{path}"
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        return
    if not server.started:
        sys.exit(f"{name} could not start; the lines above say why.")
