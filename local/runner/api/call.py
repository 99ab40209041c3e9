"""One request to the API: who calls, what is asked, and how an error is answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.runner.errors import ApiError, BadRequest, ExecutionError, NotAuthorized, NotFound
from local.runner.models import Identity
from local.runner.runtime import Runner
from local.runner.tokens import check_path, check_scope

UNREADABLE = (UnicodeDecodeError, json.JSONDecodeError)


@dataclass
class Call:
    request: Request
    runner: Runner
    identity: Identity

    def text(self, name: str) -> str:
        return str(self.request.path_params[name])

    def job_id(self) -> UUID:
        return parse_uuid(self.text("id"))

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)

    def flag(self, name: str) -> bool | None:
        value = self.query(name)
        return None if value is None else value.lower() == "true"

    async def body(self) -> Any:
        """The JSON that was sent; nothing at all counts as an empty object."""
        data = await self.request.body()
        try:
            return json.loads(data) if data.strip() else {}
        except UNREADABLE as error:
            raise BadRequest(f"invalid JSON: {error}") from error

    async def fields(self, *required: str) -> dict[str, Any]:
        data = await self.body()
        if not isinstance(data, dict):
            raise BadRequest("the body must be a JSON object")
        for name in required:
            if name not in data:
                raise BadRequest(f"missing field `{name}`")
        return data

    def allow(self, path: str, write: bool = False) -> None:
        check_path(self.identity, self.runner.bundle, path, write)


def parse_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a UUID") from error


def parse_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a date and time") from error
    if moment.tzinfo is None:
        raise BadRequest(f"{text!r} has no time zone")
    return moment


class Json(Response):
    """JSON with times in UTC as Windmill writes them."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_UTC_Z)


Handler = Callable[[Call], Awaitable[Response]]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Finds out who calls, and turns errors into answers."""

    async def answer(request: Request) -> Response:
        runner: Runner = request.app.state.runner
        try:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise NotAuthorized("Unauthorized")
            identity = await runner.tokens.identify(token.strip())
            check_scope(identity, request.method, request.url.path)
            workspace = request.path_params.get("ws")
            if workspace not in (None, runner.settings.workspace):
                raise NotFound(f"workspace {workspace} not found")
            return await handler(Call(request, runner, identity))
        except ApiError as error:
            return PlainTextResponse(str(error), error.status)
        except ExecutionError as error:
            return PlainTextResponse(str(error), 500)

    return answer


def get(path: str, handler: Handler) -> Route:
    """A route of the workspace, or of the server where the path begins with /."""
    return Route(path if path[0] == "/" else f"/api/w/{{ws}}/{path}", endpoint(handler), methods=["GET"])


def delete(path: str, handler: Handler) -> Route:
    return Route(path if path[0] == "/" else f"/api/w/{{ws}}/{path}", endpoint(handler), methods=["DELETE"])


def post(path: str, handler: Handler) -> Route:
    return Route(path if path[0] == "/" else f"/api/w/{{ws}}/{path}", endpoint(handler), methods=["POST"])
