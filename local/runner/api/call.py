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
from local.runner.tokens import check_path, check_scopes

COOKIE = "runner_token"


@dataclass
class Call:
    request: Request
    runner: Runner
    identity: Identity

    def text(self, name: str) -> str:
        value = self.request.path_params[name]
        return str(value)

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
        if not data.strip():
            return {}
        try:
            return json.loads(data)
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
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


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise TypeError(type(value).__name__)


class Json(Response):
    """JSON with times in UTC as Windmill writes them."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)


def token_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.query_params.get("token")


Handler = Callable[[Call], Awaitable[Response]]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Finds out who calls, checks what the token may do, and turns errors into answers."""

    async def answer(request: Request) -> Response:
        runner: Runner = request.app.state.runner
        try:
            token = token_of(request)
            if not token:
                raise NotAuthorized("Unauthorized")
            identity = await runner.tokens.identify(token)
            workspace = request.path_params.get("ws")
            prefix = f"/api/w/{workspace}/" if workspace else "/api/"
            check_scopes(identity, request.method, request.url.path.removeprefix(prefix))
            if workspace not in (None, runner.settings.workspace):
                raise NotFound(f"workspace {workspace} not found")
            return await handler(Call(request, runner, identity))
        except ApiError as error:
            return PlainTextResponse(str(error), error.status)
        except ExecutionError as error:
            return PlainTextResponse(str(error), 500)

    return answer


def get(path: str, handler: Handler) -> Route:
    return Route(path, endpoint(handler), methods=["GET"])


def post(path: str, handler: Handler) -> Route:
    return Route(path, endpoint(handler), methods=["POST"])


def delete(path: str, handler: Handler) -> Route:
    return Route(path, endpoint(handler), methods=["DELETE"])


def parse_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a date and time") from error
    if moment.tzinfo is None:
        raise BadRequest(f"{text!r} has no time zone")
    return moment
