"""Starts the ingress: `python -m ingress`."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import socket
import sys

from ingress import logs, settings
from ingress.app import App
from ingress.server import listen, serve

log = logging.getLogger("ingress")


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m ingress",
        description="Receives WhatsApp webhooks, stores them, and dispatches messages to Windmill.\n"
        "INGRESS_PORT serves /webhook, which is for Meta, and /healthz.\n"
        "INGRESS_ADMIN_PORT serves /readyz and /metrics, which are for you, and /healthz.",
        epilog=f"Settings, all from the environment:\n{settings.explain(settings.Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        chosen = settings.load(settings.Settings)
    except settings.BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    sockets: list[socket.socket] = []
    for host, port in (
        (chosen.ingress_host, chosen.ingress_port),
        (chosen.ingress_admin_host, chosen.ingress_admin_port),
    ):
        try:
            sockets.append(listen(host, port))
        except OSError as error:
            print(f"Port {port} on {host} is not available: {error.strerror or error}.", file=sys.stderr)
            return 1
    logs.set_up(chosen.ingress_log_level)
    app = App(chosen)
    for number in (signal.SIGTERM, signal.SIGINT):
        # After its orderly end uvicorn raises the signal once more, for the handler that it found at its start.
        signal.signal(number, lambda *_: sys.exit(1 if app.is_broken else 0))
    log.info(
        "Listening.",
        extra={
            "host": chosen.ingress_host,
            "port": chosen.ingress_port,
            "admin_port": chosen.ingress_admin_port,
        },
    )
    # A request leaves no reference cycles behind: to look for some, object by object, is a tenth of its cost.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    serve(app, sockets, chosen.ingress_connections, chosen.ingress_head_timeout_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
