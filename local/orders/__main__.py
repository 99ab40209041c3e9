"""`python -m local.orders`: start the demo shop's MCP server."""

import argparse
import os
import sys

from local.ports import port_number
from local.serving import listen, serve


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds between 0 and 600")
    return value


def main() -> None:
    """Read the flags and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m local.orders",
        description="Serve the demo shop's orders over MCP (streamable HTTP) at http://127.0.0.1:PORT/mcp.",
        epilog="ORDERS_API_KEY must be set: it is the bearer key that callers send. "
        "The customer's phone comes in the header X-Customer-Phone.",
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("ORDERS_PORT", "8703"),
        help="port to listen on; 0 takes a free one (default: ORDERS_PORT or 8703)",
    )
    parser.add_argument(
        "--slow",
        type=_seconds,
        default=os.environ.get("ORDERS_SLOW", "0"),
        metavar="SECONDS",
        help="wait this long before each tool's answer (default: ORDERS_SLOW or 0)",
    )
    parser.add_argument(
        "--fail",
        choices=["none", "tool", "http"],
        default=os.environ.get("ORDERS_FAIL", "none"),
        help="fail every tool call, or every HTTP request (default: ORDERS_FAIL or none)",
    )
    args = parser.parse_args()
    if args.fail not in ("none", "tool", "http"):  # argparse doesn't check a default against the choices
        parser.error(f"ORDERS_FAIL must be none, tool or http, not {args.fail!r}")
    key = os.environ.get("ORDERS_API_KEY", "")
    if not key:
        sys.exit("ORDERS_API_KEY is not set: set it to the key that callers must send.")
    sock = listen(args.port)
    # Imported late: a busy port or --help must not wait for the MCP library.
    from local.orders.server import Faults, build_app

    serve(build_app(key, Faults(args.slow, args.fail)), sock, "Demo orders", "/mcp")


if __name__ == "__main__":
    main()
