"""The control API under /control/: what tests and the terminal do to it. Local only, so no token."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.meta.config import ConfigError, Limits, StatusPolicy, Template, build
from local.meta.deliver import body_of
from local.meta.envelope import encode
from local.meta.faults import MODES, Fault
from local.meta.platform import Platform, Written, run_of
from local.meta.runs import RunError
from local.meta.state import Message
from local.meta.validate import USER_ID


class BadRequest(Exception):
    """A caller's mistake, in one sentence."""


def platform_of(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


async def json_of(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def written_of(platform: Platform, body: dict[str, Any]) -> Written:
    """Who writes what to which number, from a control or page call."""
    number = platform.config.number(str(body.get("phone_number_id", "")))
    if number is None:
        raise BadRequest("phone_number_id must be one of the configured numbers.")
    messages = body.get("messages") or [body.get("message")]
    if not all(isinstance(m, dict) and isinstance(m.get("type"), str) for m in messages):
        raise BadRequest("message must be an object with a type.")
    try:
        copies = max(1, int(body.get("copies", 1)))
    except (TypeError, ValueError):
        raise BadRequest("copies must be a number.") from None
    return Written(number, customer_of(platform, body), messages, copies)


def customer_of(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    """A known customer by name, id, phone or user id; or a new person by `from` and `user_id`."""
    wanted = body.get("customer")
    if isinstance(wanted, dict):
        body, wanted = wanted | {"from": wanted.get("phone")}, None
    if wanted is not None:
        known = platform.state.named(str(wanted))
        if known:
            return known
        body = body | {"from": wanted}
    phone, user_id = body.get("from"), body.get("user_id")
    if isinstance(phone, str) and USER_ID.fullmatch(phone):
        phone, user_id = None, phone
    if not any(c.isdigit() for c in str(phone or user_id or "")):
        raise BadRequest("Say who writes: customer (a name, phone or user id), from (a phone) or user_id.")
    return platform.state.person(phone and str(phone), user_id, body.get("name"), body.get("username"))


async def deliver(request: Request) -> Response:
    """POST /control/deliver: a customer writes; answers when the webhook has answered the first time."""
    platform, body = platform_of(request), await json_of(request)
    wamids, deliveries = platform.receive(written_of(platform, body))
    if body.get("wait", True):
        await asyncio.gather(*(delivery.first.wait() for delivery in deliveries))
    statuses = [delivery.last_status for delivery in deliveries]
    return JSONResponse({"wamid": wamids[0], "wamids": wamids, "status": statuses[0], "statuses": statuses})


async def deliver_raw(request: Request) -> Response:
    """POST /control/deliver_raw {body | body_base64, signature}: any bytes, once."""
    platform, body = platform_of(request), await json_of(request)
    raw = body_of(body.get("body"), body.get("body_base64")) or encode(body.get("body"))
    signature = body.get("signature", "valid")
    if signature not in ("valid", "none", "bad"):
        raise BadRequest("signature must be valid, none or bad.")
    status, error = await platform.receive_raw(raw, signature)
    return JSONResponse({"status": status, "error": error})


def describe(message: Message) -> dict[str, Any]:
    """An accepted send for a test's eyes."""
    try:
        biz = json.loads(message.biz or "null")
    except ValueError:
        biz = None
    content = message.content
    body = content.get("body")
    text = body.get("text") if isinstance(body, dict) else body or content.get("caption")
    return {**asdict(message), "text": text, "biz_opaque_callback_data": message.biz, "biz_data": biz}


async def sent(request: Request) -> Response:
    """GET /control/sent?phone_number_id&to&at_least&timeout_s: accepted sends; waits for so many of them."""
    platform, query = platform_of(request), request.query_params
    wanted, deadline = int(query.get("at_least", 0)), float(query.get("timeout_s", 10))
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline
    while True:
        messages = platform.state.sent(query.get("phone_number_id"), query.get("to"))
        if len(messages) >= wanted or loop.time() >= end:
            return JSONResponse({"sent": [describe(message) for message in messages]})
        await platform.state.hub.wait(end - loop.time())


async def fail(request: Request) -> Response:
    """POST /control/fail: coming sends go wrong. An empty object takes all orders back."""
    platform, body = platform_of(request), await json_of(request)
    if not body:
        platform.faults.orders.clear()
    else:
        order = build(Fault, body, "fail")
        if order.mode not in MODES:
            raise BadRequest(f"mode must be one of {', '.join(MODES)}.")
        platform.faults.orders.append(order)
    return JSONResponse({"orders": [asdict(order) for order in platform.faults.orders]})


async def statuses(request: Request) -> Response:
    """POST /control/statuses: how coming statuses behave; what isn't given is as configured."""
    platform, body = platform_of(request), await json_of(request)
    policy = build(StatusPolicy, asdict(platform.config.statuses) | body.get("policy", body), "statuses")
    platform.statuses.set_policy(policy)
    return JSONResponse(asdict(policy))


async def status(request: Request) -> Response:
    """POST /control/status {wamid, status, code?}: one status now."""
    platform, body = platform_of(request), await json_of(request)
    message = platform.state.messages.get(str(body.get("wamid")))
    if message is None or message.direction != "out":
        raise BadRequest("wamid must be the id of an accepted send.")
    delivery = platform.statuses.send(message, str(body.get("status", "delivered")), body.get("code"))
    if delivery:
        await delivery.first.wait()
    return JSONResponse({"status": delivery and delivery.last_status})


async def templates(request: Request) -> Response:
    """POST /control/templates {templates: […]}: an account has these, too, or these instead of the ones with their names."""
    platform, body = platform_of(request), await json_of(request)
    for values in body.get("templates") or []:
        platform.templates.put(build(Template, values, "templates[]"))
    return JSONResponse({"templates": len(platform.templates.templates)})


async def review(request: Request) -> Response:
    """POST /control/review {waba_id, name, language, event, reason?}: Meta's review changes a template, and the webhook hears of it."""
    platform, body = platform_of(request), await json_of(request)
    names = [str(body.get(name) or "") for name in ("waba_id", "name", "language", "event", "reason")]
    delivery = platform.review(*names)
    if delivery is None:
        raise BadRequest("waba_id, name and language must be those of a template.")
    await delivery.first.wait()
    return JSONResponse({"status": delivery.last_status})


async def limits(request: Request) -> Response:
    """POST /control/limits: change Meta's limits and retry times; what isn't given stays."""
    platform, body = platform_of(request), await json_of(request)
    changed = build(Limits, asdict(platform.limits) | body, "limits")
    vars(platform.limits).update(vars(changed))
    return JSONResponse(asdict(platform.limits))


async def clock(request: Request) -> Response:
    """POST /control/clock {advance_s}: time passes."""
    platform, body = platform_of(request), await json_of(request)
    platform.clock.ahead += float(body.get("advance_s", 0))
    return JSONResponse({"now": platform.clock.now()})


async def deliveries(request: Request) -> Response:
    """GET /control/deliveries: what waits for its next attempt."""
    waiting = platform_of(request).deliverer.waiting.values()
    return JSONResponse({"waiting": [delivery.describe() for delivery in waiting]})


async def redeliver(request: Request) -> Response:
    """POST /control/redeliver: try everything that waits now."""
    return JSONResponse({"kicked": platform_of(request).deliverer.kick()})


async def receipts(request: Request) -> Response:
    """GET /control/receipts: read receipts and typing indicators."""
    return JSONResponse({"receipts": platform_of(request).state.receipts})


async def reset(request: Request) -> Response:
    """POST /control/reset: as after the start."""
    platform_of(request).reset()
    return JSONResponse({"ok": True})


async def ask(request: Request) -> Response:
    """POST /control/ask {phone_number_id, customer, text, timeout_s, quiet_s}: waits for the whole reply, or for the reason why there is none."""
    platform, body = platform_of(request), await json_of(request)
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRequest("text must say something.")
    loop, begin = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    written = written_of(platform, body | {"message": {"type": "text", "text": {"body": text}}})
    before = len(replies(platform, written))
    wamids, made = platform.receive(written)
    end, quiet = begin + float(body.get("timeout_s", 60)), float(body.get("quiet_s", 1.0))
    count, last, reason = before, begin, None
    while loop.time() < end and not reason:
        parts = replies(platform, written)
        if len(parts) > count:
            count, last = len(parts), loop.time()
        if count > before and await whole(platform, parts[-1], loop.time() - last, quiet):
            break
        await platform.state.hub.wait(min(0.15 if count > before else 1.0, max(0.01, end - loop.time())))
        reason = await why_silent(platform, wamids[0]) if len(replies(platform, written)) == before else None
    parts = replies(platform, written)[before:]
    answer = {"reply": [describe(part)["text"] or f"[{part.type}]" for part in parts]}
    run = run_of(parts[-1]) if parts else None
    seconds = round((last if parts else loop.time()) - begin, 3)
    more = {"seconds": seconds, "run": run, "run_url": run and platform.runs.link(run), "wamid": wamids[0]}
    more |= {"reason": reason, "timed_out": not parts and not reason, "webhook_status": made[0].last_status}
    return JSONResponse({**answer, **more})


async def why_silent(platform: Platform, wamid: str) -> str | None:
    """Why there will be no reply, where runs can be read."""
    try:
        return await platform.runs.why_silent(wamid) if platform.runs.readable else None
    except RunError:
        return None


def replies(platform: Platform, written: Written) -> list[Message]:
    conversation = platform.state.conversation(written.number.phone_number_id, written.customer["id"])
    return [message for message in conversation if message.direction == "out"]


async def whole(platform: Platform, last: Message, silence: float, quiet: float) -> bool:
    """A reply is whole when its run is over; where runs can't be read, when nothing more came for a while."""
    run = run_of(last)
    if run and platform.runs.readable:
        try:
            return await platform.runs.finished(run)
        except RunError:
            return silence >= quiet
    return silence >= quiet


async def written(request: Request) -> Response:
    """GET /control/written: what customers have written and the webhook took, as number and id; edits and deletions, too."""
    return JSONResponse({"written": sorted(platform_of(request).state.taken)})


async def bill(request: Request) -> Response:
    """GET /control/bill: what Meta charges, by month, number, category and type."""
    return JSONResponse(platform_of(request).billing.bill())


async def payment(request: Request) -> Response:
    """POST /control/payment {phone_number_id, valid}: whether the number's account has a way to pay."""
    unpaid, body = platform_of(request).billing.unpaid, await json_of(request)
    (unpaid.discard if body.get("valid") else unpaid.add)(str(body.get("phone_number_id")))
    return JSONResponse({"unpaid": sorted(unpaid)})


def refused(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


ERRORS: dict[Any, Any] = {BadRequest: refused, ConfigError: refused}
POSTS = (deliver, deliver_raw, fail, statuses, status, templates, review, limits, clock, payment)
ROUTES = [
    *(
        Route(f"/control/{function.__name__}", function, methods=["POST"])
        for function in (*POSTS, redeliver, reset, ask)
    ),
    *(
        Route(f"/control/{function.__name__}", function, methods=["GET"])
        for function in (sent, written, deliveries, receipts, bill)
    ),
]
__all__ = ["ERRORS", "ROUTES", "BadRequest", "json_of", "platform_of", "written_of"]
