"""The Graph API about a token, an account's numbers and subscriptions, and what connects a number; and the control that breaks them."""

import hmac
import html
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.meta.accounts import APP_ID, MANAGEMENT, Account
from local.meta.config import build
from local.meta.control import json_of
from local.meta.errors import GraphError
from local.meta.graph import account_of, number_of, numbers_of, platform_of, token_of


async def debug_token(request: Request) -> Response:
    """GET /debug_token?input_token: here a token may look at itself only."""
    allowed = numbers_of(request)
    wanted = request.query_params.get("input_token", "")
    if not wanted:
        raise GraphError(100, message="(#100) The parameter input_token is required")
    if wanted != token_of(request):
        raise GraphError(100, message="(#100) You must provide an app access token, or a user access token")
    return JSONResponse({"data": platform_of(request).accounts.token(allowed)})


def managed(request: Request) -> str:
    """The account in the path, if the caller's token may manage it."""
    platform, waba_id = platform_of(request), account_of(request)
    number = next(n for n in platform.config.numbers if n.waba_id == waba_id)
    if MANAGEMENT not in platform.accounts.of(number.phone_number_id).scopes:
        words = f"(#200) You do not have the permission {MANAGEMENT} on this account."
        raise GraphError(200, message=words, status=403)
    return waba_id


async def subscribed_apps(request: Request) -> Response:
    """GET /{waba_id}/subscribed_apps"""
    return JSONResponse({"data": platform_of(request).accounts.subscriptions(managed(request))})


async def subscribe(request: Request) -> Response:
    """POST /{waba_id}/subscribed_apps"""
    platform, waba_id = platform_of(request), managed(request)
    for number in platform.config.numbers:
        if number.waba_id == waba_id:
            platform.accounts.of(number.phone_number_id).subscribed = True
    return JSONResponse({"success": True})


async def phone_numbers(request: Request) -> Response:
    """GET /{waba_id}/phone_numbers?fields&limit&after: pages as Meta gives them; a cursor is the last number's id."""
    platform, waba_id = platform_of(request), managed(request)
    query = request.query_params
    numbers = [n for n in platform.accounts.numbers(numbers_of(request)) if n.waba_id == waba_id]
    ids = [n.phone_number_id for n in numbers]
    start = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
    size = min(max(int(query.get("limit", "25")), 1), 100)
    page = numbers[start : start + size]
    answer = {"data": [platform.accounts.number(n, query.get("fields", "")) for n in page]}
    if page:
        cursors = {"before": page[0].phone_number_id, "after": page[-1].phone_number_id}
        more = {"next": str(request.url)} if start + size < len(numbers) else {}
        answer |= {"paging": {"cursors": cursors, **more}}  # type: ignore[dict-item]
    return JSONResponse(answer)


async def register(request: Request) -> Response:
    """POST /{phone_number_id}/register {messaging_product, pin}"""
    number, body = number_of(request), await json_of(request)
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    platform_of(request).accounts.register(number, body.get("pin"))
    return JSONResponse({"success": True})


async def dialog(request: Request) -> Response:
    """GET /dialog/oauth: the page where a business chooses the number that it gives an app access to; each choice leads back with a code."""
    platform, query = platform_of(request), request.query_params
    address, state = query.get("redirect_uri", ""), query.get("state", "")
    if query.get("client_id") != APP_ID or not query.get("config_id") or not address:
        return HTMLResponse("<!doctype html><title>Error</title><p>Invalid App ID or configuration.", 400)
    choices = []
    for number in platform.config.numbers:
        code = platform.accounts.give_code(number.phone_number_id, address)
        choices.append((f"{number.name}, {number.display_phone_number}", {"code": code, "state": state}))
    refusal = {"error": "access_denied", "error_reason": "user_denied", "state": state}
    links = "".join(
        f'<li><a href="{html.escape(address)}?{html.escape(urlencode(back))}">{html.escape(label)}</a></li>'
        for label, back in [*choices, ("Cancel", refusal)]
    )
    page = f'<!doctype html><html lang="en"><title>Connect to Chatmill</title><main><h1>Connect to Chatmill</h1><ul>{links}</ul></main></html>'
    return HTMLResponse(page)


async def access_token(request: Request) -> Response:
    """GET /oauth/access_token?client_id&client_secret&code&redirect_uri"""
    platform, query = platform_of(request), request.query_params
    secret = platform.config.secrets.app_secret
    if query.get("client_id") != APP_ID:
        raise GraphError(
            101, message="Error validating application. Cannot get application info due to a system error."
        )
    if not hmac.compare_digest(query.get("client_secret", "").encode(), secret.encode()):
        raise GraphError(1, message="Error validating client secret.")
    token = platform.accounts.take_code(query.get("code", ""), query.get("redirect_uri", ""))
    return JSONResponse({"access_token": token, "token_type": "bearer"})


async def account(request: Request) -> Response:
    """POST /control/account {phone_number_id, …}: how the number's account stands; what is not given is as usual."""
    body = await json_of(request)
    number = str(body.pop("phone_number_id", ""))
    platform_of(request).accounts.known[number] = build(Account, body, "account")
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/graph/{version}/debug_token", debug_token, methods=["GET"]),
    Route("/graph/{version}/oauth/access_token", access_token, methods=["GET"]),
    Route("/graph/{version}/{object_id}/subscribed_apps", subscribed_apps, methods=["GET"]),
    Route("/graph/{version}/{object_id}/subscribed_apps", subscribe, methods=["POST"]),
    Route("/graph/{version}/{object_id}/phone_numbers", phone_numbers, methods=["GET"]),
    Route("/graph/{version}/{object_id}/register", register, methods=["POST"]),
    Route("/facebook/{version}/dialog/oauth", dialog, methods=["GET"]),
    Route("/control/account", account, methods=["POST"]),
]
