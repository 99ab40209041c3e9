"""python -m local.portal: the portal's pages, with a page to choose who one is; each call runs in the runner as that person.

From the environment: PORTAL_PEOPLE (JSON: e-mail, label, token, and business and sees of each person), PORTAL_WINDMILL (the workspace's URL).
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.ports import is_free, port_number

HERE = Path(__file__).resolve().parent
BACKEND = HERE.parents[1] / "windmill/f/portal/documents__raw_app/backend"
APP = "f/portal/documents"
COOKIE = "portal"
# Mantine writes its variables into a style element: only one that carries the answer's own nonce counts.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'nonce-{nonce}'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGE = (HERE / "page.html").read_text().replace("{{preload}}\n", (HERE / "static/preload.html").read_text())
LOGIN = (HERE / "login.html").read_text()


class Portal:
    """Who is signed in here, and the way to the runner."""

    def __init__(self, people: list[dict[str, str]], windmill: str) -> None:
        self.people, self.windmill = people, windmill.rstrip("/")
        self.sessions: dict[str, dict[str, str]] = {}
        # The script of each runnable, as the app itself names it; the server checks that it is the app's.
        self.runnables = {p.stem: yaml.safe_load(p.read_text())["path"] for p in BACKEND.glob("*.yaml")}
        self.http = httpx2.AsyncClient(timeout=120, trust_env=False)

    def person(self, request: Request) -> dict[str, str] | None:
        return self.sessions.get(request.cookies.get(COOKIE, ""))

    async def page(self, request: Request) -> Response:
        person, nonce = self.person(request), secrets.token_urlsafe(16)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY.format(nonce=nonce)}
        if person:
            page = PAGE.replace("{{email}}", html.escape(person["email"])).replace("{{nonce}}", nonce)
            return HTMLResponse(page, headers=headers)
        rows = "".join(group(name, people) for name, people in by_business(self.people).items())
        return HTMLResponse(LOGIN.replace("{{people}}", rows), headers=headers)

    async def sign_in(self, request: Request) -> Response:
        if not same_origin(request):
            return PlainTextResponse("Only this server's own page may do that.", 403)
        email = (await request.form()).get("email")
        person = next((p for p in self.people if p["email"] == email), None)
        response = RedirectResponse("/", 303)
        if person:
            session = secrets.token_urlsafe(24)
            self.sessions[session] = person
            response.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return response

    async def sign_out(self, request: Request) -> Response:
        if not same_origin(request):
            return PlainTextResponse("Only this server's own page may do that.", 403)
        self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE)
        return response

    async def call(self, request: Request) -> Response:
        """Runs one of the app's scripts as the person who is signed in, and waits for its result."""
        person = self.person(request)
        if not person or not same_origin(request):
            return JSONResponse({"error": "Choose who you are first."}, 401)
        try:
            asked = json.loads(await request.body())
            path = self.runnables[asked["runnable"]]
            body = {"component": asked["runnable"], "path": f"script/{path}", "args": asked["args"]}
            return JSONResponse(await self.run(person["token"], body))
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "The portal has no such script."}, 400)
        except (httpx2.TransportError, TimeoutError, RuntimeError) as problem:
            return JSONResponse({"error": f"The runner did not do it: {problem}"}, 502)

    async def run(self, token: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.windmill}/apps_u/execute_component/{APP}"
        started = await self.http.post(url, json=body, headers=headers)
        if started.status_code != 200:
            raise RuntimeError(f"HTTP {started.status_code} {started.text[:200]}")
        job = started.text.strip('"')
        async with asyncio.timeout(120):
            while True:
                answer = await self.http.get(
                    f"{self.windmill}/jobs_u/completed/get_result_maybe/{job}", headers=headers
                )
                done = answer.json()
                if done.get("completed"):
                    return done.get("result")
                await asyncio.sleep(0.03)


def by_business(people: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The people under the names of their businesses; "" has those of none."""
    groups: dict[str, list[dict[str, str]]] = {}
    for person in people:
        groups.setdefault(person.get("business", ""), []).append(person)
    return groups


def group(name: str, people: list[dict[str, str]]) -> str:
    rows = "".join(
        f'<li><button name="email" value="{html.escape(p["email"])}"><strong>{html.escape(p["label"])}</strong>'
        f"<small>{html.escape(p.get('sees', ''))}</small><small>{html.escape(p['email'])}</small></button></li>"
        for p in people
    )
    return f'<h2>{html.escape(name or "The platform")}</h2><ul class="choices">{rows}</ul>'


def same_origin(request: Request) -> bool:
    """Whether a change was asked for by this server's own page."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


class Files(StaticFiles):
    """The pages' files. A browser keeps one as long as it is the same, and asks each time."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


async def healthy(request: Request) -> Response:
    return PlainTextResponse("ok")


def make_app(people: list[dict[str, str]], windmill: str) -> Starlette:
    portal = Portal(people, windmill)
    return Starlette(
        routes=[
            Route("/", portal.page),
            Route("/sign-in", portal.sign_in, methods=["POST"]),
            Route("/sign-out", portal.sign_out, methods=["POST"]),
            Route("/api/call", portal.call, methods=["POST"]),
            Route("/healthz", healthy),
            Mount("/static", Files(directory=HERE / "static")),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--port", type=port_number, default=8701, help="port on 127.0.0.1 (default %(default)s)"
    )
    port = parser.parse_args().port
    missing = [name for name in ("PORTAL_PEOPLE", "PORTAL_WINDMILL") if not os.environ.get(name)]
    if missing:
        print(f"missing in the environment: {', '.join(missing)}", file=sys.stderr)
        return 2
    if not is_free(port):
        print(f"Port {port} is taken by another program: choose another one with --port.", file=sys.stderr)
        return 1
    app = make_app(json.loads(os.environ["PORTAL_PEOPLE"]), os.environ["PORTAL_WINDMILL"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
