"""The application: its routes, and what lives as long as the process does."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ingress.link import Link, LinkDown
from portal.addresses import Addresses, address_of
from portal.api import Api
from portal.api_document import PREFIX
from portal.api_problems import problem
from portal.bodies import LARGE, Bodies, TooMuch
from portal.browser import ATTEMPT, SESSION, Cookies, address, name_of
from portal.codes import LANGUAGES, Codes, person_of
from portal.guard import DOMAIN_ALLOWED, HEALTH, Guard
from portal.looks import Looks
from portal.pages import Pages
from portal.passkeys import Passkeys
from portal.providers import CALLBACK, Providers
from portal.settings import Settings
from portal.store import Store
from portal.windmill import ScriptFailed, Windmill

log = logging.getLogger(__name__)

DATABASE_S = 10.0
CLEAN_S = 600.0
MOST_SMALL = 10_000  # bytes of a request that is no call of a script
AT_ONCE = 8  # calls of one session that may be under way: one browser leaves workers to the others


class Door:
    """The parts of one process. Made inside the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.link = Link(settings.database_url, "door", DATABASE_S)
        self.store, self.windmill = Store(self.link), Windmill(settings)
        self.codes, self.addresses = Codes(self.store, self.windmill), Addresses(settings, self.store)
        self.looks = Looks(self.store, self.addresses)
        self.cookies, self.pages = Cookies(settings), Pages(settings)
        self.providers = Providers(settings, self.store, self.cookies)
        self.passkeys = Passkeys(self.store, self.cookies, self.addresses)
        self.bodies = Bodies()
        self.api = Api(settings, self.store, self.windmill, self.addresses, self.bodies)
        self._under_way: dict[str, int] = {}

    async def index(self, request: Request) -> Response:
        token = self.cookies.read(request, SESSION)
        branding = await self.addresses.branding(request)
        if token and await self.store.is_signed_in(token, address_of(request).tenant):
            await self.addresses.note_signed_in(request)
            return self.pages.portal(branding)
        return self.pages.sign_in(branding)

    async def invitation(self, request: Request) -> Response:
        """What the link holds stands behind its #, which no server and no log sees."""
        return self.pages.sign_in(await self.addresses.branding(request))

    async def ways(self, request: Request) -> Response:
        """What the sign-in page offers beside codes. Companies' accounts come back to the platform's address, so they are offered there."""
        return JSONResponse({"providers": [] if address_of(request).tenant else self.providers.names})

    async def enter_passkey(self, request: Request) -> Response:
        return await self.passkeys.enter(request, await small(request))

    async def add_passkey(self, request: Request) -> Response:
        return await self.passkeys.add(request, await small(request))

    async def passkey_page(self, request: Request) -> Response:
        return self.pages.passkey(await self.addresses.branding(request))

    async def ask_code(self, request: Request) -> Response:
        """The same answer whoever is asked for, before anything is sent."""
        given = await small(request)
        person = person_of(given.get("person"))
        if person is None:
            return JSONResponse({"refused": "person"}, 400)
        language = given.get("language") if given.get("language") in LANGUAGES else LANGUAGES[0]
        invitation = given.get("invitation")
        attempt = await self.codes.ask(
            person,
            address(request, self.settings.portal_proxies),
            str(language),
            invitation if isinstance(invitation, str) else "",
            address_of(request),
        )
        if attempt is None:
            return JSONResponse({"refused": "slow"}, 429)
        answer = JSONResponse({"ok": True})
        self.cookies.set(answer, ATTEMPT, attempt, 600)
        return answer

    async def enter_code(self, request: Request) -> Response:
        code, attempt = (await small(request)).get("code"), self.cookies.read(request, ATTEMPT)
        code = "".join(code.split()) if isinstance(code, str) else ""
        token = secrets.token_urlsafe(32)
        outcome = await self.store.enter_code(attempt, code, token, name_of(request)) if attempt else "gone"
        if outcome != "in":
            return JSONResponse({"refused": outcome}, 403)
        answer = JSONResponse({"ok": True})
        self.cookies.sign_in(answer, token, ATTEMPT)
        return answer

    async def leave(self, request: Request) -> Response:
        if token := self.cookies.read(request, SESSION):
            await self.store.leave(token)
        answer = JSONResponse({"ok": True})
        self.cookies.clear(answer, SESSION)
        return answer

    async def call(self, request: Request) -> Response:
        """Runs one of the page's scripts for the session's person, and waits for its result."""
        token, tenant = self.cookies.read(request, SESSION), address_of(request).tenant
        if not token or not await self.store.is_signed_in(token, tenant):  # before the body is read
            return JSONResponse({"error": "not signed in"}, 401)
        if self._under_way.get(token, 0) >= AT_ONCE:
            return JSONResponse({"error": "too many calls at once"}, 429)
        self._under_way[token] = self._under_way.get(token, 0) + 1
        try:
            async with self.bodies.of(request, token) as body:
                return await self._call(token, tenant, body)
        except TooMuch:
            return JSONResponse({"error": "too many calls at once"}, 429)
        finally:
            self._under_way[token] -= 1
            if not self._under_way[token]:
                del self._under_way[token]

    async def _call(self, token: str, tenant: str | None, body: bytearray) -> Response:
        # The pages escape what is no ASCII: one emoji makes a text of 70 MB one of 280.
        if len(body) > LARGE and not body.isascii():
            return JSONResponse({"error": "large requests are ASCII"}, 400)
        try:
            asked = json.loads(body)
            body.clear()  # it may be large, and the script takes its time
            script, words = self.windmill.scripts[asked["runnable"]], asked["args"]["request"]
            words.encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return JSONResponse({"error": "no such script"}, 400)
        job = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        if not await self.store.make_ticket(token, job, words, tenant):
            return JSONResponse({"error": "not signed in"}, 401)
        try:
            result = await self.windmill.run(script.path, {"request": words, **script.fixed}, job)
        except ScriptFailed as failed:
            log.error(
                "A script gave no result.", extra={"script": script.path, "job": job, "error": str(failed)}
            )
            return JSONResponse({"error": "the script did not answer"}, 502)
        return Response(result, media_type="application/json")

    async def health(self, _: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def domain_allowed(self, request: Request) -> Response:
        """What a proxy asks before it gets a certificate for a name: whether anybody has the portal there."""
        is_served = await self.addresses.is_served(request.query_params.get("domain", ""))
        return PlainTextResponse("served\n" if is_served else "nobody's\n", 200 if is_served else 404)

    async def clean(self) -> None:
        """Forgets, now and then, what has ended."""
        while True:
            try:
                await self.store.clean()
            except (LinkDown, psycopg.Error) as error:
                log.warning("What has ended was not cleaned up.", extra={"error": type(error).__name__})
            await asyncio.sleep(CLEAN_S)

    async def close(self) -> None:
        await self.codes.close()
        await self.windmill.close()
        await self.providers.close()
        await self.link.close()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/invitation", self.invitation),
            Route(HEALTH, self.health),
            Route(DOMAIN_ALLOWED, self.domain_allowed),
            Route("/ways", self.ways),
            Route(CALLBACK, self.providers.end),
            Route("/provider/{id}", self.providers.begin),
            Route("/passkey", self.passkey_page),
            Route("/api/passkey/ask", self.passkeys.ask, methods=["POST"]),
            Route("/api/passkey/enter", self.enter_passkey, methods=["POST"]),
            Route("/api/passkey/begin", self.passkeys.begin, methods=["POST"]),
            Route("/api/passkey/add", self.add_passkey, methods=["POST"]),
            Route("/api/code", self.ask_code, methods=["POST"]),
            Route("/api/enter", self.enter_code, methods=["POST"]),
            Route("/api/leave", self.leave, methods=["POST"]),
            Route("/api/call", self.call, methods=["POST"]),
            *self.api.routes(),
            *self.pages.routes(),
            *self.looks.routes(),
        ]


async def small(request: Request) -> dict[str, Any]:
    """The fields of a small request; none where it is too large, no object, or holds what PostgreSQL can't store."""
    if int(request.headers.get("content-length", "0")) > MOST_SMALL:
        return {}
    try:
        given = json.loads(await request.body())
        json.dumps(given, ensure_ascii=False).encode()  # half a surrogate pair
    except (ValueError, RecursionError):
        return {}
    if not isinstance(given, dict) or any(isinstance(text, str) and "\0" in text for text in given.values()):
        return {}
    return given


async def unavailable(request: Request, error: Exception) -> Response:
    log.error("The database did not answer.", extra={"error": type(error).__name__})
    if request.url.path.startswith(f"{PREFIX}/"):
        return problem("unavailable")
    return JSONResponse({"error": "unavailable"}, 503)


def make_app(settings: Settings) -> Starlette:
    door = Door(settings)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        cleaning = asyncio.create_task(door.clean())
        yield
        cleaning.cancel()
        await asyncio.gather(cleaning, return_exceptions=True)
        await door.close()

    return Starlette(
        routes=door.routes(),
        middleware=[Middleware(Guard, settings=settings, addresses=door.addresses)],
        exception_handlers={LinkDown: unavailable, psycopg.Error: unavailable},
        lifespan=life,
    )
