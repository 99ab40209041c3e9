"""The API for developers: a program with a business's key asks, a script behind the portal answers, under a ticket for this one request.

Who asks and how often decides PostgreSQL (sql/functions/api.sql); what an operation takes and gives is written in portal/api_document.py.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal.addresses import Addresses, address_of
from portal.api_document import (
    DOCUMENT_PATH,
    IDEMPOTENCY,
    OPERATIONS,
    PREFIX,
    Operation,
    document,
)
from portal.api_problems import answer, problem
from portal.api_schemas import SCHEMAS
from portal.api_values import of_query, problem_with, problem_with_fields
from portal.browser import address
from portal.room import NoRoom, Room
from portal.settings import Settings
from portal.store import Store
from portal.windmill import PUBLIC_API, PUBLIC_API_RESOURCES, ScriptFailed, Windmill

log = logging.getLogger(__name__)

KEY = re.compile(r"cmk_[A-Za-z0-9_-]{43}")
KEY_START = "cmk_"
AT_ONCE = 8  # calls of one key that may be under way, as of one session of the portal
# What the database says of a key, and the problem that it is; a refusal of the script's has its status here, else 422.
OUTCOMES = {
    "unknown": "key_unknown",
    "expired": "key_expired",
    "revoked": "key_revoked",
    "suspended": "business_suspended",
    "scope": "scope_missing",
    "slow": "too_many_calls",
}
STATUSES = {"not_found": 404, "unavailable": 503, "role": 403, "no_identity": 401}


class Api:
    def __init__(
        self, settings: Settings, store: Store, windmill: Windmill, addresses: Addresses, room: Room
    ) -> None:
        self._settings, self._store, self._windmill, self._addresses = settings, store, windmill, addresses
        self._room = room
        self._under_way: dict[str, int] = {}

    async def describe(self, request: Request) -> Response:
        branding = await self._addresses.branding(request)
        found = document(address_of(request).origin, branding["name"])
        return JSONResponse(found, headers={"cache-control": "max-age=300"})

    async def nothing(self, request: Request) -> Response:
        return problem("key_in_address" if has_key_in_address(request) else "no_such_path")

    def serve(self, operations: dict[str, Operation]) -> Callable[[Request], Any]:
        """What answers at one path, by method."""

        async def served(request: Request) -> Response:
            operation = operations.get(request.method)
            if has_key_in_address(request):
                response: Response = problem("key_in_address")
            elif operation is None:
                response = problem("wrong_method", {"allow": ", ".join(operations)})
            else:
                response = await self._admit(request, operation)
            if response.status_code >= 400:
                about = {
                    "operation": operation.id if operation else request.method,
                    "status": response.status_code,
                }
                log.info(
                    "A call of the API was refused.",
                    extra=about | {"code": json.loads(bytes(response.body))["code"]},
                )
            return response

        return served

    async def _admit(self, request: Request, operation: Operation) -> Response:
        """The key and its limits, before the body is read."""
        key = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not KEY.fullmatch(key):
            return problem("key_unknown" if key.startswith(KEY_START) else "no_key")
        where = address(request, self._settings.portal_proxies)
        found = await self._store.use_api_key(key, operation.scope, where)
        limits = limits_of(found)
        if found["outcome"] != "ok":
            seconds = found.get("reset_s")
            again = {"retry-after": str(seconds)} if found["outcome"] == "slow" else {}
            return problem(OUTCOMES[found["outcome"]], limits | again, scope=operation.scope, seconds=seconds)
        if self._under_way.get(key, 0) >= AT_ONCE:
            return problem("too_many_at_once", limits | {"retry-after": "1"})
        self._under_way[key] = self._under_way.get(key, 0) + 1
        try:
            async with self._room.hold(read_of(request, operation)):
                response = await self._call(request, operation, key)
        except NoRoom:
            response = problem("no_room")
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
        response.headers.update(limits)
        return response

    async def _call(self, request: Request, operation: Operation, key: str) -> Response:
        fields = fields_of_address(request, operation)
        if isinstance(fields, Response):
            return fields
        if operation.body:
            given = await fields_of_body(request, operation)
            if isinstance(given, Response):
                return given
            fields = {**given, **fields}
        words = json.dumps({"portal": 1, "action": operation.id, **fields})
        # A worker takes a text with this sign for a reference to a secret; see f/common/portal_request.py.
        words = words.replace("$", "\\u0024")
        job = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        if not await self._store.make_key_ticket(key, job, words):
            return problem("key_revoked")
        try:
            result = await self._windmill.run(PUBLIC_API, {"request": words, **PUBLIC_API_RESOURCES}, job)
        except ScriptFailed as failed:
            log.error(
                "A script gave no result.",
                extra={"operation": operation.id, "job": job, "error": str(failed)},
            )
            return problem("unavailable")
        return response_of(json.loads(result), operation)

    def routes(self) -> list[Route]:
        paths: dict[str, dict[str, Operation]] = {}
        for operation in OPERATIONS:
            paths.setdefault(operation.path, {})[operation.method] = operation
        return [
            Route(DOCUMENT_PATH, self.describe),
            *(Route(PREFIX + path, _Served(self.serve(by_method))) for path, by_method in paths.items()),
            Route(PREFIX + "/{rest:path}", _Served(self.nothing)),
        ]


class _Served:
    """An endpoint for every method: Starlette's own refusal of a method would have another form."""

    def __init__(self, act: Callable[[Request], Any]) -> None:
        self._act = act

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self._act(Request(scope, receive))
        await response(scope, receive, send)


def has_key_in_address(request: Request) -> bool:
    return KEY_START in unquote(request.url.path) or KEY_START in unquote(request.url.query)


def limits_of(found: dict[str, Any]) -> dict[str, str]:
    """The headers that say how often the business may still ask; none where the key is nobody's."""
    names = {"limit": "ratelimit-limit", "left": "ratelimit-remaining", "reset_s": "ratelimit-reset"}
    return {header: str(found[name]) for name, header in names.items() if name in found}


def fields_of_address(request: Request, operation: Operation) -> dict[str, Any] | Response:
    """The parameters of the path and the query, checked; or what is wrong with them."""
    given = request.query_params.multi_items()
    fields = {
        name: of_query(operation.query[name], text) if name in operation.query else text
        for name, text in given
    }
    if len(fields) < len(given):
        return problem("bad_value", words="A parameter stands in the address twice.")
    if words := problem_with_fields({"properties": operation.query}, fields):
        return problem("bad_value", words=words)
    for name, value in request.path_params.items():
        if words := problem_with(name, {"type": "string", "maxLength": 100}, value):
            return problem("bad_value", words=words)
        fields[name] = value
    return fields


def size_of(request: Request) -> int:
    """Of the body, as its header says; 0 where it says nothing, and then nothing is read."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def read_of(request: Request, operation: Operation) -> int:
    """How many bytes will be read: of a body that the operation does not take, none."""
    size = size_of(request)
    return size if operation.body and size <= operation.most_bytes else 0


async def fields_of_body(request: Request, operation: Operation) -> dict[str, Any] | Response:
    """What the body holds, checked; or what is wrong with it. A body that is too large is not read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return problem("no_length")
    if int(length) > operation.most_bytes:
        return problem("too_large", most=operation.most_bytes)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem("not_json")
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError):
        return problem("bad_json")
    if not isinstance(given, dict):
        return problem("bad_json")
    if words := problem_with_fields(SCHEMAS[operation.body], given):
        return problem("bad_value", words=words)
    if operation.once:
        key = request.headers.get(IDEMPOTENCY, "")
        if not 1 <= len(key) <= 200:
            words = f"Send the header {IDEMPOTENCY} with 1 to 200 characters, new for each message."
            return problem("bad_value", words=words)
        given["idempotency_key"] = key
    return given


def response_of(result: dict[str, Any], operation: Operation) -> Response:
    """What the script says, as the program gets it."""
    if result.get("ok") is True:
        if not operation.answer:
            return Response(status_code=operation.status)
        return JSONResponse(result["answer"], operation.status)
    code = str(result.get("refused"))
    if code in ("not_found", "unavailable"):
        return problem(code)
    return answer(STATUSES.get(code, 422), code, str(result.get("sentence") or code))
