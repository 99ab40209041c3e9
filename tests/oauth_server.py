"""An MCP server behind its own OAuth authorization server, as a process: the MCP SDK's server parts, which enforce PKCE, redirect addresses and
the life of codes, and behind them a memory with short lives and refresh tokens that are good once.

    python -m tests.oauth_server --port N [--life S] [--no-registration]

/grants says what was granted; POST /end ends every sign-in, as somebody does who withdraws it.
"""

from __future__ import annotations

import argparse
import secrets
import time
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp.types import ToolAnnotations
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

SCOPE = "points"


class Memory(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Clients, sign-ins under way, codes and tokens. `counts`: how often each kind of token was asked for."""

    def __init__(self, url: str, life: int) -> None:
        self.url, self.life = url, life
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.asking: dict[str, tuple[str, AuthorizationParams]] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.counts = {"code": 0, "refresh": 0}

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        ticket = secrets.token_urlsafe(16)
        self.asking[ticket] = (client.client_id, params)
        return f"{self.url}/consent?ticket={ticket}"

    def allow(self, ticket: str) -> str:
        """A person has said yes: where the browser goes with the code."""
        client_id, params = self.asking.pop(ticket)
        code = secrets.token_urlsafe(24)
        self.codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or [SCOPE],
            expires_at=time.time() + 60,
            client_id=client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        return f"{params.redirect_uri}?code={code}&state={params.state}&iss={self.url}/"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        self.counts["code"] += 1
        if self.codes.pop(authorization_code.code, None) is None:
            raise TokenError("invalid_grant")
        return self._granted(client.client_id, authorization_code.scopes)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        return self.refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        self.counts["refresh"] += 1
        if self.refresh.pop(refresh_token.token, None) is None:
            raise TokenError("invalid_grant")
        return self._granted(client.client_id, scopes)

    def _granted(self, client_id: str, scopes: list[str]) -> OAuthToken:
        access, refresh = f"access-{secrets.token_urlsafe(24)}", f"refresh-{secrets.token_urlsafe(24)}"
        ends = int(time.time() + self.life)
        self.access[access] = AccessToken(token=access, client_id=client_id, scopes=scopes, expires_at=ends)
        self.refresh[refresh] = RefreshToken(token=refresh, client_id=client_id, scopes=scopes)
        return OAuthToken(access_token=access, expires_in=self.life, refresh_token=refresh)

    async def load_access_token(self, token: str) -> AccessToken | None:
        found = self.access.get(token)
        return found if found and (found.expires_at or 0) > time.time() else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.access.pop(token.token, None)
        self.refresh.pop(token.token, None)


def build_app(url: str, life: int, registers: bool) -> Any:
    memory = Memory(url, life)
    server: MCPServer[None] = MCPServer(
        "club",
        log_level="WARNING",
        auth_server_provider=memory,
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(url),
            resource_server_url=AnyHttpUrl(f"{url}/mcp"),
            required_scopes=[SCOPE],
            client_registration_options=ClientRegistrationOptions(
                enabled=registers, valid_scopes=[SCOPE], default_scopes=[SCOPE]
            ),
            validate_token_resource=False,
        ),
    )

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def get_points() -> str:
        """The customer's points."""
        return "You have 120 points."

    async def consent(request: Request) -> Response:
        ticket = request.query_params["ticket"]
        if request.query_params.get("say") == "yes":
            return RedirectResponse(memory.allow(ticket), 302)
        if request.query_params.get("say") == "no":
            _, params = memory.asking.pop(ticket)
            return RedirectResponse(f"{params.redirect_uri}?error=access_denied&state={params.state}", 302)
        links = "".join(
            f'<a href="/consent?ticket={ticket}&say={word}">{word}</a> ' for word in ("yes", "no")
        )
        return HTMLResponse(f"<h1>Let Chatmill see your points?</h1>{links}")

    async def grants(request: Request) -> Response:
        return JSONResponse({**memory.counts, "clients": len(memory.clients)})

    async def end(request: Request) -> Response:
        memory.access.clear()
        memory.refresh.clear()
        return JSONResponse({})

    app = server.streamable_http_app(json_response=True, stateless_http=True)
    app.router.routes += [
        Route("/consent", consent),
        Route("/grants", grants),
        Route("/end", end, methods=["POST"]),
    ]
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--life", type=int, default=3600)
    parser.add_argument("--no-registration", action="store_true")
    given = parser.parse_args()
    app = build_app(f"http://127.0.0.1:{given.port}", given.life, not given.no_registration)
    uvicorn.run(app, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
