"""The Graph API under /graph/{version}/: send, read receipts, media, as the real one answers."""

import asyncio
import hmac
import json
import re
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.meta import faults
from local.meta.config import Number
from local.meta.errors import GraphError, invalid_token, wrong_object
from local.meta.platform import Platform
from local.meta.templates import DEFAULT_PAGE
from local.meta.validate import RECEIPT, check, check_send

VERSION = re.compile(r"v\d{1,3}\.\d")


def platform_of(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


def token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return request.query_params.get("access_token", "")
    return token.strip()


def numbers_of(request: Request) -> set[str]:
    """The numbers that the caller's token may use; none is an error."""
    if "version" in request.path_params and not VERSION.fullmatch(request.path_params["version"]):
        raise GraphError(2500, "Unknown path components: the version must look like v26.0.", status=400)
    token = token_of(request)
    if not token:
        raise GraphError(190, message="An access token is required to request this resource.")
    tokens = platform_of(request).config.secrets.access_tokens
    allowed = {pid for pid, secret in tokens.items() if hmac.compare_digest(secret.encode(), token.encode())}
    if not allowed:
        raise invalid_token()
    platform_of(request).accounts.check(allowed)
    return allowed


def number_of(request: Request) -> Number:
    """The number in the path, if it is the caller's own."""
    phone_number_id = request.path_params["object_id"]
    allowed = numbers_of(request)
    number = platform_of(request).config.number(phone_number_id)
    if number is None or phone_number_id not in allowed:
        raise wrong_object(phone_number_id, request.method.lower())
    return number


async def send(request: Request) -> Response:
    """POST /{phone_number_id}/messages"""
    platform, number = platform_of(request), number_of(request)
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    if isinstance(body, dict) and "status" in body:
        check(body, RECEIPT, "request")
        platform.receipt(number, body)
        return JSONResponse({"success": True})
    kind = check_send(body)
    recipient = str(body.get("to") or body.get("recipient"))
    if kind == "template":
        platform.templates.check(number.waba_id, body["template"])
    fault = platform.faults.take(recipient)
    if fault:
        await fail_before(request, fault)
    message, contact = platform.accept(number, body, kind)
    if fault:
        await fail_after(request, fault)
    answer: dict[str, Any] = {"messaging_product": "whatsapp", "contacts": [contact]}
    answer["messages"] = [{"id": message.wamid}]
    if kind == "template":
        answer["messages"][0]["message_status"] = "accepted"
    return JSONResponse(answer)


async def fail_before(request: Request, fault: faults.Fault) -> None:
    """Faults that keep the message from being accepted, and slowness."""
    if fault.mode == "error":
        raise GraphError(fault.code, status=fault.status)
    if fault.mode == "slow":
        await asyncio.sleep(fault.delay_s)
    if fault.mode == "timeout_before":
        await faults.hold(request, fault.delay_s)
    if fault.mode in ("timeout_before", "drop_before"):
        await faults.break_off(request)
        raise faults.Dropped


async def fail_after(request: Request, fault: faults.Fault) -> None:
    """Faults after which the sender can't know that the message was accepted."""
    if fault.mode == "slow_after_accept":  # statuses are faster than the response
        await asyncio.sleep(fault.delay_s)
    if fault.mode == "error_after_accept":
        raise GraphError(fault.code, status=fault.status)
    if fault.mode == "timeout_after_accept":
        await faults.hold(request, fault.delay_s)
    if fault.mode in ("timeout_after_accept", "drop_after_accept"):
        await faults.break_off(request)
        raise faults.Dropped


async def upload(request: Request) -> Response:
    """POST /{phone_number_id}/media"""
    number = number_of(request)
    async with request.form() as form:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp":
            raise GraphError(100, message="(#100) The parameter messaging_product is required.")
        if not isinstance(file, UploadFile):
            raise GraphError(100, message="(#100) The parameter file is required.")
        mime_type = form.get("type")
        kind = mime_type if isinstance(mime_type, str) and mime_type else file.content_type
        content = await file.read()
    media = platform_of(request).media.add(number.phone_number_id, kind or "", content)
    return JSONResponse({"id": media.id})


def account_of(request: Request) -> str:
    """The account in the path, if it is the caller's own."""
    platform, allowed = platform_of(request), numbers_of(request)
    waba_id = str(request.path_params["object_id"])
    if waba_id not in {n.waba_id for n in platform.config.numbers if n.phone_number_id in allowed}:
        raise wrong_object(waba_id, request.method.lower())
    return waba_id


async def create_template(request: Request) -> Response:
    """POST /{waba_id}/message_templates. Faults for the recipient "templates" hit it."""
    platform, waba_id = platform_of(request), account_of(request)
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    fault = platform.faults.take("templates")
    if fault:
        await fail_before(request, fault)
    answer = platform.create_template(waba_id, body)
    if fault:
        await fail_after(request, fault)
    return JSONResponse(answer)


async def templates(request: Request) -> Response:
    """GET /{waba_id}/message_templates?limit&after&status&name"""
    platform, waba_id = platform_of(request), account_of(request)
    query = request.query_params
    try:
        page = platform.templates.page(
            waba_id,
            min(max(int(query.get("limit", DEFAULT_PAGE)), 1), 100),
            query.get("after", ""),
            query.get("status", ""),
            query.get("name", ""),
        )
    except ValueError:
        raise GraphError(100, "Invalid cursors values", message="(#100) Invalid cursors values") from None
    return JSONResponse(page)


async def update_template(request: Request) -> Response:
    """POST /{template_id} {category?, components}"""
    platform, allowed = platform_of(request), numbers_of(request)
    accounts = {n.waba_id for n in platform.config.numbers if n.phone_number_id in allowed}
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    platform.update_template(str(request.path_params["object_id"]), accounts, body)
    return JSONResponse({"success": True})


async def delete_template(request: Request) -> Response:
    """DELETE /{waba_id}/message_templates?name&hsm_id"""
    platform, waba_id = platform_of(request), account_of(request)
    query = request.query_params
    platform.templates.delete(waba_id, query.get("name", ""), query.get("hsm_id", ""))
    return JSONResponse({"success": True})


async def get_object(request: Request) -> Response:
    """GET /{media_id}, or GET /{phone_number_id}"""
    platform, allowed = platform_of(request), numbers_of(request)
    object_id = request.path_params["object_id"]
    number = platform.config.number(object_id)
    if number and object_id in allowed:
        return JSONResponse(platform.accounts.number(number, request.query_params.get("fields", "")))
    media = platform.media.get(object_id, allowed)
    expires = int(platform.clock.now() + platform.limits.media_url_s)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "url": platform.media.url(platform.base_url, media, expires),
            "mime_type": media.mime_type,
            "sha256": media.sha256.hex(),
            "file_size": len(media.content),
            "id": media.id,
        }
    )


async def delete_object(request: Request) -> Response:
    """DELETE /{media_id}"""
    platform = platform_of(request)
    platform.media.delete(platform.media.get(request.path_params["object_id"], numbers_of(request), "delete"))
    return JSONResponse({"success": True})


async def download(request: Request) -> Response:
    """GET of a media URL: the token is needed here too, and an old URL is a 404."""
    platform, allowed = platform_of(request), numbers_of(request)
    seal, expires = request.query_params.get("hash", ""), request.query_params.get("ext", "")
    media = platform.media.open(request.path_params["media_id"], expires, seal, platform.clock.now())
    if media is None or media.phone_number_id not in allowed:
        return Response(status_code=404)
    return Response(media.content, media_type=media.mime_type)


async def unknown(request: Request) -> Response:
    """Any other path of the Graph API."""
    numbers_of(request)
    raise wrong_object(request.path_params.get("rest", "").split("/")[0], request.method.lower())


ROUTES = [
    Route("/graph/{version}/{object_id}/messages", send, methods=["POST"]),
    Route("/graph/{version}/{object_id}/media", upload, methods=["POST"]),
    Route("/graph/{version}/{object_id}/message_templates", templates, methods=["GET"]),
    Route("/graph/{version}/{object_id}/message_templates", create_template, methods=["POST"]),
    Route("/graph/{version}/{object_id}/message_templates", delete_template, methods=["DELETE"]),
    Route("/graph/{version}/{object_id}", get_object, methods=["GET"]),
    Route("/graph/{version}/{object_id}", update_template, methods=["POST"]),
    Route("/graph/{version}/{object_id}", delete_object, methods=["DELETE"]),
    Route("/graph/{version}/{rest:path}", unknown, methods=["GET", "POST", "DELETE"]),
    Route("/lookaside/{media_id}", download, methods=["GET"]),
]
