"""Tokens: one for somebody else, one of one's own that opens less, and whose a token is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.runner.api.call import Call, Json, delete, get, post
from local.runner.errors import PermissionDenied
from local.runner.tokens import identity_of


async def impersonate(call: Call) -> Response:
    """A token for somebody else; only the admin may have one. As on the server it opens whatever they may, also where scopes are asked for."""
    if not call.identity.is_admin:
        raise PermissionDenied("Require Admin privileges for impersonation")
    data = await call.fields("impersonate_email")
    return await _made(call, str(data["impersonate_email"]), {"label": data.get("label")})


async def create(call: Call) -> Response:
    """One more of the caller's own, which opens what its scopes name."""
    return await _made(call, call.identity.email, await call.fields())


async def _made(call: Call, email: str, data: dict[str, Any]) -> Response:
    token = await call.runner.tokens.create(identity_of(email), data.get("label"), data.get("scopes") or [])
    return PlainTextResponse(token, 201)


async def remove(call: Call) -> Response:
    """Those of the caller's own that begin so."""
    gone = await call.runner.tokens.delete(call.identity, call.text("prefix"))
    return PlainTextResponse(f"deleted {gone} tokens")


async def whoami(call: Call) -> Response:
    who = call.identity
    return Json(
        {
            "email": who.email,
            "username": who.username,
            "is_admin": who.is_admin,
            "is_super_admin": who.is_admin,
            "operator": not who.is_admin,
            "disabled": False,
            "created_at": datetime.now(UTC),
            "folders": [],
            "folders_owners": [],
        }
    )


def routes() -> list[Route]:
    return [
        post("/api/users/tokens/impersonate", impersonate),
        post("/api/users/tokens/create", create),
        delete("/api/users/tokens/delete/{prefix}", remove),
        get("users/whoami", whoami),
    ]
