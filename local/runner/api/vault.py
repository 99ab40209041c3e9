"""Variables, resources and resource types over HTTP."""

from __future__ import annotations

from typing import Any, LiteralString

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from local.runner.api.call import Call, Handler, Json, delete, get, post
from local.runner.errors import BadRequest, NotAuthorized, NotFound
from local.runner.store import as_json

# What the server says of a value that no OAuth account stands behind.
PLAIN = {"extra_perms": {}, "is_oauth": False, "is_refreshed": None, "is_linked": False, "ws_specific": False}


def _variable_json(row: dict[str, Any], workspace: str, decrypt: bool) -> dict[str, Any]:
    value = row["value"] if decrypt or not row["is_secret"] else None
    return {**row, "workspace_id": workspace, "value": value, **PLAIN}


def _resource_json(row: dict[str, Any], workspace: str) -> dict[str, Any]:
    return {**row, "workspace_id": workspace, **PLAIN, "is_oauth": None}


async def create_variable(call: Call) -> Response:
    data = await call.fields("path", "value", "is_secret")
    call.allow(data["path"], write=True)
    await call.runner.vault.create_variable(
        data["path"], str(data["value"]), bool(data["is_secret"]), str(data.get("description") or "")
    )
    return PlainTextResponse(f"variable {data['path']} created", 201)


async def update_variable(call: Call) -> Response:
    path = call.text("path")
    call.allow(path, write=True)
    await call.runner.vault.update_variable(path, await call.fields())
    return PlainTextResponse(f"variable {path} updated (npath: {path})")


async def get_variable(call: Call) -> Response:
    call.allow(call.text("path"))
    row = await call.runner.vault.variable(call.text("path"))
    return Json(_variable_json(row, call.runner.settings.workspace, call.flag("decrypt_secret") is not False))


async def get_variable_value(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json((await call.runner.vault.variable(call.text("path")))["value"])


async def list_variables(call: Call) -> Response:
    rows = await call.runner.store.rows("select * from variables order by path")
    return Json(
        [_variable_json(row, call.runner.settings.workspace, False) for row in rows if _readable(call, row)]
    )


def _readable(call: Call, row: dict[str, Any]) -> bool:
    try:
        call.allow(row["path"])
    except NotAuthorized:
        return False
    return True


async def create_resource(call: Call) -> Response:
    data = await call.fields("path", "value", "resource_type")
    call.allow(data["path"], write=True)
    await call.runner.vault.create_resource(data, bool(call.flag("update_if_exists")))
    return PlainTextResponse(f"resource {data['path']} created", 201)


async def update_resource(call: Call) -> Response:
    path = call.text("path")
    call.allow(path, write=True)
    await call.runner.vault.update_resource(path, await call.fields())
    return PlainTextResponse(f"resource {path} updated")


async def update_resource_value(call: Call) -> Response:
    path = call.text("path")
    call.allow(path, write=True)
    await call.runner.vault.update_resource(path, {"value": (await call.fields()).get("value")})
    return PlainTextResponse(f"value of resource {path} updated")


async def get_resource(call: Call) -> Response:
    call.allow(call.text("path"))
    row = await call.runner.vault.resource(call.text("path"))
    return Json(_resource_json(row, call.runner.settings.workspace))


async def get_resource_value(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json((await call.runner.vault.resource(call.text("path")))["value"])


async def get_resource_interpolated(call: Call) -> Response:
    call.allow(call.text("path"))
    row = await call.runner.vault.resource(call.text("path"))
    return Json(await call.runner.vault.interpolated(row["value"]))


async def list_resources(call: Call) -> Response:
    rows = await call.runner.store.rows(
        """select path, resource_type, description, null as value from resources
           where %(t)s::text is null or resource_type = %(t)s order by path""",
        {"t": call.query("resource_type")},
    )
    workspace = call.runner.settings.workspace
    return Json([_resource_json(row, workspace) for row in rows if _readable(call, row)])


async def create_type(call: Call) -> Response:
    data = await call.fields("name")
    added = await call.runner.store.execute(
        "insert into resource_types (name, schema, description) values (%s, %s, %s) on conflict do nothing",
        (data["name"], as_json(data.get("schema")), data.get("description") or ""),
    )
    if not added:
        raise BadRequest(f"Resource type {data['name']} already exists")
    return PlainTextResponse(f"resource_type {data['name']} created", 201)


async def get_type(call: Call) -> Response:
    row = await call.runner.store.row("select * from resource_types where name = %s", (call.text("path"),))
    if not row:
        raise NotFound(f"Resource type {call.text('path')} not found")
    return Json({**row, "workspace_id": call.runner.settings.workspace})


async def list_types(call: Call) -> Response:
    rows = await call.runner.store.rows("select * from resource_types order by name")
    return Json([{**row, "workspace_id": call.runner.settings.workspace} for row in rows])


def _exists(sql: LiteralString) -> Handler:
    async def answer(call: Call) -> Response:
        return Json(bool(await call.runner.store.rows(sql, (call.text("path"),))))

    return answer


def _delete(what: str, sql: LiteralString) -> Handler:
    async def answer(call: Call) -> Response:
        call.allow(call.text("path"), write=True)
        if not await call.runner.store.execute(sql, (call.text("path"),)):
            raise NotFound(f"{what} {call.text('path')} not found")
        return PlainTextResponse(f"{what.lower()} {call.text('path')} deleted")

    return answer


def routes() -> list[BaseRoute]:
    variables, resources = "/api/w/{ws}/variables", "/api/w/{ws}/resources"
    path = "{path:path}"
    return [
        post(f"{variables}/create", create_variable),
        post(f"{variables}/update/{path}", update_variable),
        get(f"{variables}/get/{path}", get_variable),
        get(f"{variables}/get_value/{path}", get_variable_value),
        get(f"{variables}/list", list_variables),
        get(f"{variables}/exists/{path}", _exists("select from variables where path = %s")),
        delete(f"{variables}/delete/{path}", _delete("Variable", "delete from variables where path = %s")),
        post(f"{resources}/type/create", create_type),
        get(f"{resources}/type/get/{path}", get_type),
        get(f"{resources}/type/exists/{path}", _exists("select from resource_types where name = %s")),
        get(f"{resources}/type/list", list_types),
        post(f"{resources}/create", create_resource),
        post(f"{resources}/update/{path}", update_resource),
        post(f"{resources}/update_value/{path}", update_resource_value),
        get(f"{resources}/get/{path}", get_resource),
        get(f"{resources}/get_value/{path}", get_resource_value),
        get(f"{resources}/get_value_interpolated/{path}", get_resource_interpolated),
        get(f"{resources}/list", list_resources),
        get(f"{resources}/exists/{path}", _exists("select from resources where path = %s")),
        delete(f"{resources}/delete/{path}", _delete("Resource", "delete from resources where path = %s")),
    ]
