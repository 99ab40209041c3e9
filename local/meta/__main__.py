"""python -m local.meta: Meta's Graph API, webhook deliveries and a chat page on this machine."""

import argparse
import asyncio
import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn

from local.meta.app import make_app
from local.meta.config import Config, ConfigError, read_config
from local.meta.faults import configure
from local.meta.platform import Platform
from local.ports import port_number
from local.serving import HOST, listen


class Server(uvicorn.Server):
    """Ends the page's event streams first, so that Ctrl-C does not wait for them."""

    def __init__(self, config: uvicorn.Config, platform: Platform) -> None:
        super().__init__(config)
        self.platform = platform

    def handle_exit(self, sig: int, frame: object) -> None:
        self.platform.state.hub.close()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.meta",
        description="A stand-in for Meta: the Graph API under /graph/, a chat page at /, "
        "a control API for tests under /control/.",
        epilog="Secrets come from the environment: META_APP_SECRET, META_ACCESS_TOKENS (JSON, "
        "phone_number_id to token), META_RUNNER_TOKEN (to read runs).",
    )
    default = os.environ.get("META_PORT") or "8700"
    parser.add_argument(
        "--port", type=port_number, default=default, help="port on 127.0.0.1 (default %(default)s)"
    )
    parser.add_argument(
        "--config", type=Path, default=os.environ.get("META_CONFIG"), help="JSON file (META_CONFIG)"
    )
    parser.add_argument(
        "--state", type=Path, default=os.environ.get("META_STATE"), help="SQLite file (META_STATE)"
    )
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    args = parser.parse_args(argv)
    if args.config is None:
        parser.error("--config is needed: a JSON file with the numbers and the webhook's URL.")
    return args


async def serve(config: Config, state: Path | None, listener: socket.socket, log_level: str) -> None:
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    platform = Platform(config, state, base_url)
    print(f"The chat page is at {base_url}/ and the Graph API at {base_url}/graph/", flush=True)
    await Server(configure(make_app(platform), log_level), platform).serve(sockets=[listener])


def main(argv: list[str] | None = None) -> int:
    args = arguments(argv)
    logging.basicConfig(level=args.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        config = read_config(args.config, os.environ)
        asyncio.run(serve(config, args.state, listen(args.port), args.log_level))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
