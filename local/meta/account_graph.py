"""The Graph API's answers about a token and an account's subscriptions, and the control that breaks them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.meta.accounts import MANAGEMENT, Account
from local.meta.config import build
from local.meta.control import json_of
from local.meta.errors import GraphError
from local.meta.graph import account_of, numbers_of, platform_of, token_of


async def debug_token(request: Request) -> Response:
    """GET /debug_token?input_token: here a token may look at itself only."""
    allowed = numbers_of(request)
    wanted = request.query_params.get("input_token", "")
    if not wanted:
        raise GraphError(100, message="(#100) The parameter input_token is required")
    if wanted != token_of(request):
        raise GraphError(100, message="(#100) You must provide an app access token, or a user access token")
    return JSONResponse({"data": platform_of(request).accounts.token(allowed)})


async def subscribed_apps(request: Request) -> Response:
    """GET /{waba_id}/subscribed_apps"""
    platform, waba_id = platform_of(request), account_of(request)
    number = next(n for n in platform.config.numbers if n.waba_id == waba_id)
    if MANAGEMENT not in platform.accounts.of(number.phone_number_id).scopes:
        words = f"(#200) You do not have the permission {MANAGEMENT} on this account."
        raise GraphError(200, message=words, status=403)
    return JSONResponse({"data": platform.accounts.subscriptions(waba_id)})


async def account(request: Request) -> Response:
    """POST /control/account {phone_number_id, …}: how the number's account stands; what is not given is as usual."""
    body = await json_of(request)
    number = str(body.pop("phone_number_id", ""))
    platform_of(request).accounts.known[number] = build(Account, body, "account")
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/graph/{version}/debug_token", debug_token, methods=["GET"]),
    Route("/graph/{version}/{object_id}/subscribed_apps", subscribed_apps, methods=["GET"]),
    Route("/control/account", account, methods=["POST"]),
]
