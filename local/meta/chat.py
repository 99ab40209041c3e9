"""The chat page's own API: conversations, events as they happen, attachments, and what happened in a run."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.meta import voice
from local.meta.control import BadRequest, json_of, platform_of, written_of
from local.meta.runs import RUN_ID, RunError
from local.meta.state import digits

STATIC = Path(__file__).parent / "static"
SITE = Path(__file__).parents[1] / "site"  # a small website, to be added as a source
# What a browser may show in place; anything else is only offered for download.
SHOWN = ("image/jpeg", "image/png", "image/webp", "application/pdf", "audio/", "video/")


async def page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def overview(request: Request) -> Response:
    """GET /api/overview: businesses, people, and the last message of each conversation."""
    platform = platform_of(request)
    last = {}
    for message in sorted(platform.state.messages.values(), key=lambda m: m.seq):
        if not message.lost:
            last[f"{message.phone_number_id}/{message.customer}"] = asdict(message)
    portal = platform.config.portal
    return JSONResponse(
        {
            "numbers": [asdict(number) for number in platform.config.numbers],
            "customers": list(platform.state.customers.values()),
            "last": last,
            "event": platform.state.hub.last,
            "portal": portal.page_url if portal else "",
            "model": portal.model if portal else "",
        }
    )


async def conversation(request: Request) -> Response:
    """GET /api/conversation?phone_number_id&customer"""
    query, state = request.query_params, platform_of(request).state
    messages = state.conversation(query.get("phone_number_id", ""), query.get("customer", ""))
    return JSONResponse({"messages": [asdict(message) for message in messages], "event": state.hub.last})


async def write(request: Request) -> Response:
    """POST /api/messages: the person at the page writes."""
    platform, body = platform_of(request), await json_of(request)
    wamids, _ = platform.receive(written_of(platform, body))
    return JSONResponse({"wamid": wamids[0]}, 201)


async def add_person(request: Request) -> Response:
    """POST /api/customers {name, phone?}: one more person; without a phone, one with a user id only."""
    platform, body = platform_of(request), await json_of(request)
    name, phone = str(body.get("name", "")).strip(), str(body.get("phone", "")).strip()
    if not name:
        raise BadRequest("A person needs a name.")
    if phone and not 7 <= len(digits(phone)) <= 15:
        raise BadRequest("A phone number has 7 to 15 digits, with its country code.")
    user_id = None if phone else f"US.{secrets.randbelow(9 * 10**19) + 10**19}"
    customer = platform.state.person(phone or None, user_id, name)
    platform.state.keep_person(customer)
    return JSONResponse({"customer": customer}, 201)


async def attach(request: Request) -> Response:
    """POST /api/attachments (form): the person at the page sends a picture or a file."""
    platform = platform_of(request)
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise BadRequest("file is missing.")
        content, name, mime = await file.read(), file.filename or "file", file.content_type or ""
        body: dict[str, Any] = {key: str(form.get(key, "")) for key in ("phone_number_id", "customer")}
        caption = str(form.get("caption", ""))
    kind = mime.split("/")[0] if mime.split("/")[0] in ("image", "audio", "video") else "document"
    written = written_of(platform, body | {"message": {"type": kind}})
    media = platform.media.add(written.number.phone_number_id, mime, content)
    expires = int(platform.clock.now() + platform.limits.media_url_s)
    part = platform.media.webhook_part(platform.base_url, media, expires)
    part |= {"caption": caption} if caption else {}
    part |= {"filename": name} if kind == "document" else {}
    written.messages[0][kind] = part
    wamids, _ = platform.receive(written)
    return JSONResponse({"wamid": wamids[0]}, 201)


async def speak(request: Request) -> Response:
    """POST /api/voice {text}: the person at the page sends a voice note; its words are typed, because no model here can hear."""
    platform, body = platform_of(request), await json_of(request)
    words = str(body.get("text", "")).strip()
    if not words:
        raise BadRequest("A voice note needs words.")
    written = written_of(platform, body | {"message": {"type": "audio"}})
    found = platform.media.add(written.number.phone_number_id, "audio/ogg; codecs=opus", voice.ogg(words))
    expires = int(platform.clock.now() + platform.limits.media_url_s)
    part = platform.media.webhook_part(platform.base_url, found, expires)
    written.messages[0]["audio"] = {**part, "voice": True}
    wamids, _ = platform.receive(written)
    return JSONResponse({"wamid": wamids[0]}, 201)


async def media(request: Request) -> Response:
    """GET /api/media/{id}: a file for the page to show."""
    found = platform_of(request).media.files.get(request.path_params["media_id"])
    if found is None:
        return Response(status_code=404)
    shown = found.mime_type.startswith(SHOWN)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline" if shown else "attachment",
    }
    return Response(found.content, media_type=found.mime_type, headers=headers)


async def events(request: Request) -> Response:
    """GET /api/events: Server-Sent Events. With ?since=N&once=1 the same as one JSON answer, for polling."""
    hub = platform_of(request).state.hub
    since = int(request.headers.get("last-event-id") or request.query_params.get("since") or hub.last)
    if request.query_params.get("once"):
        if not hub.since(since):
            await hub.wait(10)
        return JSONResponse({"events": hub.since(since), "event": hub.last})

    async def stream() -> AsyncIterator[str]:
        seen = since
        yield "retry: 1000\n\n"
        while not hub.closed:
            for event in hub.since(seen):
                seen = event["id"]
                yield f"id: {seen}\ndata: {json.dumps(event)}\n\n"
            if hub.last <= seen and not hub.closed:
                await hub.wait(15)
                yield ": still here\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def silence(request: Request) -> Response:
    """GET /api/silence/{wamid}: why a message got no answer; null as long as it may still get one."""
    runs = platform_of(request).runs
    reason = await runs.why_silent(request.path_params["wamid"]) if runs.readable else None
    return JSONResponse({"reason": reason})


async def run(request: Request) -> Response:
    """GET /api/runs/{run}: what happened."""
    platform = platform_of(request)
    return JSONResponse(await platform.runs.what_happened(request.path_params["run"]))


async def sources(request: Request) -> Response:
    """GET /api/sources/{run}: where the reply of a run comes from."""
    runs = platform_of(request).runs
    found = await runs.sources(request.path_params["run"]) if runs.readable else []
    return JSONResponse({"citations": found})


async def open_source(request: Request) -> Response:
    """GET /source/{run}/{place}: on to the passages of a reply's citation."""
    values = request.path_params
    link = await platform_of(request).runs.source_link(values["run"], values["place"])
    if link is None:
        raise RunError("This source can't be opened here.")
    return RedirectResponse(link)


async def open_run(request: Request) -> Response:
    """GET /open/{run}: on to the run's page."""
    run_id = request.path_params["run"]
    link = platform_of(request).runs.open_link(run_id) if RUN_ID.fullmatch(run_id) else None
    if link is None:
        raise RunError("There is no such run here.")
    return RedirectResponse(link)


async def health(request: Request) -> Response:
    return JSONResponse({"ok": True})


def not_shown(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 502)


ERRORS: dict[Any, Any] = {RunError: not_shown}
ROUTES = [
    Route("/", page),
    Route("/healthz", health),
    Route("/api/overview", overview),
    Route("/api/conversation", conversation),
    Route("/api/messages", write, methods=["POST"]),
    Route("/api/customers", add_person, methods=["POST"]),
    Route("/api/attachments", attach, methods=["POST"]),
    Route("/api/voice", speak, methods=["POST"]),
    Route("/api/media/{media_id}", media),
    Route("/api/events", events),
    Route("/api/silence/{wamid}", silence),
    Route("/api/runs/{run}", run),
    Route("/api/sources/{run}", sources),
    Route("/source/{run}/{place:int}", open_source),
    Route("/open/{run}", open_run),
    Mount("/static", StaticFiles(directory=STATIC)),
    Mount("/site", StaticFiles(directory=SITE, html=True)),
]
