"""Scripts and flows as they are deployed: which there are, and what each says of itself."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.runner.api.call import Call, Json, get
from local.runner.settings import ADMIN_USERNAME
from local.runner.tokens import may

# What a list leaves out, as on the server; of a script's text it has an empty one, because Windmill's description asks for one.
LONG = ("schema", "value")
DEPLOYED = datetime.now(UTC)


def _script(call: Call, path: str) -> dict[str, Any]:
    bundle = call.runner.bundle
    form, content = bundle.script_form(path), bundle.script(path)
    return {
        "hash": hashlib.sha256(f"{form}{content}".encode()).hexdigest()[:16],
        "path": path,
        "summary": str(form.get("summary") or ""),
        "description": str(form.get("description") or ""),
        "content": content,
        "schema": form.get("schema"),
        "kind": form.get("kind") or "script",
        "language": "python3",
        "tag": form.get("tag"),
        "archived": False,
        "deleted": False,
        "is_template": False,
        "has_preprocessor": False,
        "starred": False,
        "created_by": ADMIN_USERNAME,
        "created_at": DEPLOYED,
        "extra_perms": {},
    }


def _flow(call: Call, path: str) -> dict[str, Any]:
    flow = call.runner.bundle.flow(path)
    return {
        "path": path,
        "summary": str(flow.get("summary") or ""),
        "description": str(flow.get("description") or ""),
        "value": flow.get("value"),
        "schema": flow.get("schema"),
        "tag": flow.get("tag"),
        "archived": False,
        "edited_by": ADMIN_USERNAME,
        "edited_at": DEPLOYED,
        "extra_perms": {},
    }


def _listed(call: Call, found: list[dict[str, Any]]) -> Response:
    """Those that the caller may read, without what is long."""
    readable = [one for one in found if may(call.identity, call.runner.bundle, one["path"])]
    short = [{**one, "content": ""} if "content" in one else one for one in readable]
    return Json([{key: value for key, value in one.items() if key not in LONG} for one in short])


async def list_scripts(call: Call) -> Response:
    paths = call.runner.bundle.scripts(call.query("path_start") or "")
    return _listed(call, [_script(call, path) for path in paths])


async def list_flows(call: Call) -> Response:
    paths = call.runner.bundle.flows(call.query("path_start") or "")
    return _listed(call, [_flow(call, path) for path in paths])


async def get_script(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json(_script(call, call.text("path")))


async def get_flow(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json(_flow(call, call.text("path")))


def routes() -> list[Route]:
    return [
        get("scripts/list", list_scripts),
        get("scripts/get/p/{path:path}", get_script),
        get("flows/list", list_flows),
        get("flows/get/{path:path}", get_flow),
    ]
