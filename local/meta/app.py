"""Puts the Graph API, the control API and the chat page into one application."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.meta import account_graph, chat, control, graph, past
from local.meta.errors import GraphError
from local.meta.faults import Dropped
from local.meta.platform import Platform

HOSTS = [host for host in [os.environ.get("LOCAL_HOST")] if host]
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SameOrigin:
    """Refuses a change that another website's page asks for, and forbids the page every foreign source."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        origin = request.headers.get("origin")
        if request.method != "GET" and origin and urlsplit(origin).netloc != request.headers.get("host"):
            return await JSONResponse({"error": "Only this server's own page may do that."}, 403)(
                scope, receive, send
            )

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = formatdate(scope["app"].state.platform.clock.now(), usegmt=True).encode()
                more = [(b"content-security-policy", POLICY.encode()), (b"date", now)]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, with_policy)


def graph_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GraphError)
    return error.response()


def dropped(request: Request, error: Exception) -> Response:
    """Nobody reads this: the connection is gone."""
    return Response(status_code=500)


def make_app(platform: Platform) -> Starlette:
    """The application of one stand-in."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        platform.start()
        try:
            yield
        finally:
            await platform.close()

    handlers: dict[Any, Any] = {GraphError: graph_error, Dropped: dropped, **control.ERRORS, **chat.ERRORS}
    app = Starlette(
        routes=[*account_graph.ROUTES, *past.ROUTES, *graph.ROUTES, *control.ROUTES, *chat.ROUTES],
        exception_handlers=handlers,
        lifespan=lifespan,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", *HOSTS]),
            Middleware(SameOrigin),
        ],
    )
    app.state.platform = platform
    return app
