"""`python -m local.orders`: start the demo shop's MCP server."""

import argparse
import os
import sys

from local.ports import port_number
from local.serving import listen, serve


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
    port = parser.parse_args().port
    key = os.environ.get("ORDERS_API_KEY", "")
    if not key:
        sys.exit("ORDERS_API_KEY is not set: set it to the key that callers must send.")
    sock = listen(port)
    # Imported late: a busy port or --help must not wait for the MCP library.
    from local.orders.server import build_app

    serve(build_app(key), sock, "Demo orders", "/mcp")


if __name__ == "__main__":
    main()
