"""Starts the ingress: `python -m ingress`."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys

from ingress import logs, settings
from ingress.app import App
from ingress.server import listen, serve

log = logging.getLogger("ingress")


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m ingress",
        description="Takes WhatsApp webhooks, stores them, and hands messages over to Windmill.\n"
        "GET and POST /webhook are for Meta; /healthz, /readyz and /metrics are for you.",
        epilog=f"Settings, all from the environment:\n{settings.explain()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        chosen = settings.load(os.environ)
    except settings.BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    try:
        sock = listen(chosen.host, chosen.port)
    except OSError as error:
        print(
            f"Port {chosen.port} on {chosen.host} can't be had: {error.strerror or error}.", file=sys.stderr
        )
        return 1
    logs.set_up(chosen.log_level)
    app = App(chosen)
    for number in (signal.SIGTERM, signal.SIGINT):
        # After its orderly end the server raises the signal once more, for whoever was there before it.
        signal.signal(number, lambda *_: sys.exit(1 if app.is_broken else 0))
    log.info("Listening.", extra={"host": chosen.host, "port": chosen.port})
    # A request leaves no cycles behind: looking for some, object by object, is a tenth of what it costs.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    serve(app, sock, chosen.connections)
    return 0


if __name__ == "__main__":
    sys.exit(main())
