"""Starts the door: `python -m portal`."""

from __future__ import annotations

import argparse
import logging
import sys

from ingress import logs
from ingress.server import listen, serve
from ingress.settings import BadSettings, explain, load
from portal.app import make_app
from portal.settings import Settings

log = logging.getLogger("portal")


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m portal",
        description="The portal for staff without an account of Windmill: signs them in, and calls the scripts behind the portal.",
        epilog=f"Settings, all from the environment:\n{explain(Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        settings = load(Settings)
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    try:
        socket = listen(settings.portal_host, settings.portal_port)
    except OSError as error:
        where = f"Port {settings.portal_port} on {settings.portal_host}"
        print(f"{where} is not available: {error.strerror or error}.", file=sys.stderr)
        return 1
    logs.set_up(settings.portal_log_level)
    log.info("Listening.", extra={"host": settings.portal_host, "port": settings.portal_port})
    serve(make_app(settings), [socket], settings.portal_connections, settings.portal_head_timeout_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
