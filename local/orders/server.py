"""The order book over MCP and over plain HTTP, behind a bearer key: two tools, and the same orders and the stock as a REST interface."""

import hmac
import os
from pathlib import Path
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import TypedDict

from local.orders.book import Order, OrderBook

HERE = Path(__file__).parent
CUSTOMER_HEADER = "x-customer-phone"
READS = ToolAnnotations(
    read_only_hint=True
)  # tells callers that a dry run may call it, and that it needs no record


class Orders(TypedDict):
    """A customer's orders."""

    orders: list[Order]


def build_server(book: OrderBook) -> MCPServer[None]:
    """The server with its tools."""
    server: MCPServer[None] = MCPServer(
        "casa-lumen-orders",
        title="Casa Lumen orders",
        instructions="Looks up orders of the customer who is writing.",
        log_level="WARNING",
    )

    def customer(ctx: Context[None]) -> str | None:
        return (ctx.headers or {}).get(CUSTOMER_HEADER) or None

    @server.tool(annotations=READS)
    async def get_order(
        order_id: Annotated[
            str, Field(description="Its number, such as CL-1042", min_length=1, max_length=40)
        ],
        ctx: Context[None],
    ) -> Order:
        """Status, carrier, tracking number, items and expected delivery date of one order."""
        phone = customer(ctx)
        order = book.find(order_id, phone)
        if order is None:
            raise ToolError(f"Order {order_id} was not found{' for this customer' if phone else ''}.")
        return order

    @server.tool(annotations=READS)
    async def list_orders(ctx: Context[None]) -> Orders:
        """All orders of the customer who is writing, newest first."""
        phone = customer(ctx)
        if phone is None:
            raise ToolError("The customer isn't known: the request has no X-Customer-Phone header.")
        return Orders(orders=book.of_customer(phone))

    return server


def routes(book: OrderBook) -> list[Route]:
    """The REST interface. It says in words what it can't find, as shop systems do."""

    async def order(request: Request) -> Response:
        number, phone = request.path_params["order_id"], request.headers.get(CUSTOMER_HEADER)
        found = book.find(number, phone)
        if found is None:
            words = f"Order {number} was not found{' for this customer' if phone else ''}."
            return JSONResponse({"error": words}, 404)
        return JSONResponse({"order": found})

    async def stock(request: Request) -> Response:
        return JSONResponse({"stock": book.stock_of(request.query_params.get("product", ""))})

    async def document(request: Request) -> Response:
        return FileResponse(HERE / "openapi.json")

    return [
        Route("/orders/{order_id}", order),
        Route("/stock", stock),
        Route("/openapi.json", document),
    ]


class Gate:
    """Answers /healthz, shows its OpenAPI document, and refuses other callers without the key."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app, self.expected = app, f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"authorization", b"")
        if scope["path"] == "/healthz":
            await PlainTextResponse("ok")(scope, receive, send)
        elif scope["path"] != "/openapi.json" and not hmac.compare_digest(given, self.expected):
            needed = {"WWW-Authenticate": "Bearer"}
            refusal = JSONResponse({"error": "A valid bearer key is needed."}, 401, needed)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def build_app(key: str) -> ASGIApp:
    """The ASGI app: streamable HTTP without sessions, so that a restart loses nobody."""
    hosts = ["127.0.0.1:*", "localhost:*", *(f"{host}:*" for host in [os.environ.get("LOCAL_HOST")] if host)]
    origins = [f"http://{host}" for host in hosts]
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
    book = OrderBook()
    inner = build_server(book).streamable_http_app(
        json_response=True, stateless_http=True, transport_security=security
    )
    inner.router.routes.extend(routes(book))
    return Gate(inner, key)
