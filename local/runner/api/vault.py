"""Folders, variables, resources and resource types over HTTP, as far as a deployment makes and compares them."""

from __future__ import annotations

from typing import LiteralString

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.runner.api.call import Call, Handler, Json, get, post
from local.runner.errors import BadRequest
from local.runner.store import as_json


async def create_variable(call: Call) -> Response:
    data = await call.fields("path", "value", "is_secret")
    call.allow(data["path"], write=True)
    row = (data["path"], str(data["value"]), bool(data["is_secret"]), str(data.get("description") or ""))
    sql: LiteralString = "insert into variables (path, value, is_secret, description) values (%s, %s, %s, %s)"
    return await _insert(call, f"Variable {data['path']}", sql, row)


async def update_variable(call: Call) -> Response:
    path, value = call.text("path"), (await call.fields("value"))["value"]
    call.allow(path, write=True)
    await call.runner.vault.variable(path)
    await call.runner.store.execute("update variables set value = %s where path = %s", (str(value), path))
    return PlainTextResponse(f"variable {path} updated (npath: {path})")


async def get_variable_value(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json((await call.runner.vault.variable(call.text("path")))["value"])


async def create_resource(call: Call) -> Response:
    data = await call.fields("path", "value", "resource_type")
    call.allow(data["path"], write=True)
    row = (data["path"], data["resource_type"], as_json(data["value"]), data.get("description") or "")
    sql: LiteralString = (
        "insert into resources (path, resource_type, value, description) values (%s, %s, %s, %s)"
    )
    return await _insert(call, f"Resource {data['path']}", sql, row)


async def update_resource(call: Call) -> Response:
    path, value = call.text("path"), (await call.fields("value"))["value"]
    call.allow(path, write=True)
    await call.runner.vault.resource(path)
    await call.runner.store.execute("update resources set value = %s where path = %s", (as_json(value), path))
    return PlainTextResponse(f"resource {path} updated")


async def get_resource_value(call: Call) -> Response:
    call.allow(call.text("path"))
    return Json((await call.runner.vault.resource(call.text("path")))["value"])


async def create_type(call: Call) -> Response:
    data = await call.fields("name")
    row = (data["name"], as_json(data.get("schema")), data.get("description") or "")
    sql: LiteralString = "insert into resource_types (name, schema, description) values (%s, %s, %s)"
    return await _insert(call, f"Resource type {data['name']}", sql, row)


async def create_folder(call: Call) -> Response:
    name = (await call.fields("name"))["name"]
    return await _insert(call, f"Folder {name}", "insert into folders (name) values (%s)", (name,), 200)


async def _insert(
    call: Call, what: str, sql: LiteralString, row: tuple[object, ...], status: int = 201
) -> Response:
    if not await call.runner.store.execute(sql + " on conflict do nothing", row):
        raise BadRequest(f"{what} already exists")
    return PlainTextResponse(f"{what} created", status)


def _exists(sql: LiteralString) -> Handler:
    async def answer(call: Call) -> Response:
        return Json(bool(await call.runner.store.rows(sql, (call.text("path"),))))

    return answer


def routes() -> list[Route]:
    path = "{path:path}"
    return [
        post("folders/create", create_folder),
        get(f"folders/exists/{path}", _exists("select from folders where name = %s")),
        post("variables/create", create_variable),
        post(f"variables/update/{path}", update_variable),
        get(f"variables/get_value/{path}", get_variable_value),
        get(f"variables/exists/{path}", _exists("select from variables where path = %s")),
        post("resources/type/create", create_type),
        get(f"resources/type/exists/{path}", _exists("select from resource_types where name = %s")),
        post("resources/create", create_resource),
        post(f"resources/update/{path}", update_resource),
        get(f"resources/get_value/{path}", get_resource_value),
        get(f"resources/exists/{path}", _exists("select from resources where path = %s")),
    ]
