"""Users and tokens, folders, schedules, and what a client asks to find out whom it talks to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from local.runner.api.call import Call, Json, get, post
from local.runner.bundle import Schedule
from local.runner.errors import BadRequest, NotFound, PermissionDenied
from local.runner.store import as_json
from local.runner.tokens import identity_of

# Since when everything here is as it is: a person or a schedule has no history on one machine.
SINCE = datetime.now(UTC)
VERSION = "CE v1.713.0 (local runner)"


async def version(call: Call) -> Response:
    return PlainTextResponse(VERSION)


async def create_token(call: Call) -> Response:
    return PlainTextResponse(await call.runner.tokens.create(call.identity, await call.fields()), 201)


async def impersonate(call: Call) -> Response:
    """A token for somebody else; only the admin may have one."""
    if not call.identity.is_admin:
        raise PermissionDenied("Require Admin privileges for impersonation")
    data = await call.fields("impersonate_email")
    return PlainTextResponse(
        await call.runner.tokens.create(identity_of(data["impersonate_email"]), data), 201
    )


async def whoami(call: Call) -> Response:
    who = call.identity
    return Json(
        {
            "workspace_id": call.runner.settings.workspace,
            "email": who.email,
            "username": who.username,
            "is_admin": who.is_admin,
            "is_super_admin": who.is_admin,
            "operator": False,
            "disabled": False,
            "groups": ["all"],
            "folders": [],
            "folders_read": [],
            "folders_owners": [],
            "created_at": SINCE,
            "is_service_account": False,
        }
    )


async def global_whoami(call: Call) -> Response:
    who = call.identity
    return Json(
        {
            "email": who.email,
            "username": who.username,
            "login_type": "password",
            "super_admin": who.is_admin,
            "devops": False,
            "verified": True,
            "first_time_user": False,
            "role_source": "manual",
            "disabled": False,
        }
    )


async def list_workspaces(call: Call) -> Response:
    workspace = call.runner.settings.workspace
    return Json(
        [{"id": workspace, "name": workspace, "owner": call.runner.publisher.email, "deleted": False}]
    )


async def workspace_exists(call: Call) -> Response:
    return Json((await call.fields("id"))["id"] == call.runner.settings.workspace)


async def create_folder(call: Call) -> Response:
    data = await call.fields("name")
    added = await call.runner.store.execute(
        """insert into folders (name, summary, owners, extra_perms) values (%s, %s, %s, %s)
           on conflict do nothing""",
        (
            data["name"],
            data.get("summary") or "",
            data.get("owners") or [],
            as_json(data.get("extra_perms") or {}),
        ),
    )
    if not added:
        raise BadRequest(f"Folder {data['name']} already exists")
    return PlainTextResponse(f"Created folder {data['name']}")


async def get_folder(call: Call) -> Response:
    row = await call.runner.store.row("select * from folders where name = %s", (call.text("name"),))
    if not row:
        raise NotFound(f"Folder not found at name {call.text('name')}")
    return Json({**row, "display_name": row["name"], "workspace_id": call.runner.settings.workspace})


async def folder_exists(call: Call) -> Response:
    return Json(
        bool(await call.runner.store.rows("select from folders where name = %s", (call.text("name"),)))
    )


async def list_folders(call: Call) -> Response:
    rows = await call.runner.store.rows("select * from folders order by name")
    workspace = call.runner.settings.workspace
    return Json([{**row, "display_name": row["name"], "workspace_id": workspace} for row in rows])


def _schedule_json(call: Call, schedule: Schedule, enabled: bool) -> dict[str, Any]:
    owner = call.runner.publisher
    return {
        "workspace_id": call.runner.settings.workspace,
        "path": schedule.path,
        "schedule": schedule.cron,
        "timezone": schedule.timezone,
        "script_path": schedule.script_path,
        "is_flow": schedule.is_flow,
        "args": schedule.args,
        "enabled": enabled,
        "summary": schedule.summary,
        "extra_perms": {},
        "edited_by": owner.username,
        "edited_at": SINCE,
        "email": owner.email,
        "permissioned_as": f"u/{owner.username}",
    }


async def list_schedules(call: Call) -> Response:
    found = await call.runner.schedules.all()
    return Json([_schedule_json(call, schedule, enabled) for schedule, enabled in found])


async def get_schedule(call: Call) -> Response:
    for schedule, enabled in await call.runner.schedules.all():
        if schedule.path == call.text("path"):
            return Json(_schedule_json(call, schedule, enabled))
    raise NotFound(f"Schedule not found at name {call.text('path')}")


async def switch_schedule(call: Call) -> Response:
    path = call.text("path")
    call.allow(path, write=True)
    enabled = (await call.fields("enabled"))["enabled"]
    if not isinstance(enabled, bool):
        raise BadRequest("enabled must be true or false")
    await get_schedule(call)
    await call.runner.schedules.switch(path, enabled)
    return PlainTextResponse(f"schedule at path {path} updated")


def routes() -> list[BaseRoute]:
    folders, schedules = "/api/w/{ws}/folders", "/api/w/{ws}/schedules"
    return [
        get("/api/version", version),
        post("/api/users/tokens/create", create_token),
        post("/api/users/tokens/impersonate", impersonate),
        get("/api/users/whoami", global_whoami),
        get("/api/w/{ws}/users/whoami", whoami),
        get("/api/workspaces/list", list_workspaces),
        post("/api/workspaces/exists", workspace_exists),
        post(f"{folders}/create", create_folder),
        get(f"{folders}/get/{{name}}", get_folder),
        get(f"{folders}/exists/{{name}}", folder_exists),
        get(f"{folders}/list", list_folders),
        get(f"{schedules}/list", list_schedules),
        get(f"{schedules}/get/{{path:path}}", get_schedule),
        post(f"{schedules}/setenabled/{{path:path}}", switch_schedule),
    ]
