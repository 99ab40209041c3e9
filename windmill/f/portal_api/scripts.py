# no_postinstall
# requirements: agent
"""Scripts and flows of Windmill as tools of a tenant: which there are, what each takes, and which the bot may call.

In: a request of the portal's page (f/common/portal_request.py). Out: the ticked ones, those that can be, or what was done. A tenant may tick
what is in f/tenant_tools/shared, and in the folder that the operator gave it.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    not_found,
    text_field,
)
from f.common.problems import Problem
from f.portal_api.tool_choices import changing_tools
from f.tools.script_jobs import Definition, list_definitions, read_definition

postgresql = dict[str, Any]
READ = "name, path, is_flow, parameters, read_only, timeout_s, enabled, warnings, discovered, may_use_script(path) as allowed"


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_ticked),
            "list_all": (OWNERS, list_all),
            "read": (OWNERS, read),
            "save": (OWNERS, save),
            "delete": (OWNERS, delete),
        },
    )


def list_ticked(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The scripts that the tenant has ticked, with their parameters as Windmill last gave them."""
    from f.tools.script_fields import parameters_of

    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(f"select {READ} from script_tools order by name".encode()).fetchall()
    for row in rows:
        discovered = row.pop("discovered")
        definition = Definition(**discovered) if discovered else Definition("", "", {})
        row |= {"summary": definition.summary, "parameters": parameters_of(definition, row["parameters"])}
    return {"scripts": rows}


def list_all(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What can be ticked: {path, is_flow, summary} each."""
    with as_tenant(conn, member["tenant_id"]):
        folder = one(conn, "select tool_folder from tenants where id = current_tenant()", [])
    try:
        return {"scripts": list_definitions(["shared", *([folder] if folder else [])])}
    except OSError:
        raise Refused("windmill_silent") from None


def read(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What a script takes, with a proposal who fills it, and a name for it."""
    from f.tools.action_drafts import name_of
    from f.tools.script_fields import parameters_of

    path, definition = wanted(conn, member, fields)
    return {
        "name": name_of(path.rpartition("/")[2]),
        "summary": definition.words,
        "parameters": parameters_of(definition),
    }


def save(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Ticks a script, or changes one where the page does not say that it is `new`. What the model fills is not named in `parameters`."""
    from f.tools.script_fields import checked_script, write_script

    path, definition = wanted(conn, member, fields)
    try:
        script = checked_script(fields, definition)
    except Problem as problem:
        raise Refused.of(problem.message) from None
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        known = conn.execute(b"select from script_tools where name = %s", [script["name"]]).fetchone()
        if known is not None and fields.get("new") is True:
            raise Refused("script_exists", name=script["name"])
        if not write_script(
            conn, member["tenant_id"], path, fields.get("is_flow") is True, script, definition
        ):
            raise Refused("script_folder", path=path)
    return {"updated": script["name"]}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        done = conn.execute(b"delete from script_tools where name = %s", [text_field(fields, "name", 60)])
    if not done.rowcount:
        raise not_found()
    return {"deleted": fields["name"]}


def wanted(conn: Connection, member: Member, fields: Fields) -> tuple[str, Definition]:
    """The path of the request, and what Windmill says of it. Refuses one that is in a folder of others before Windmill is asked."""
    path = text_field(fields, "path", 300)
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select may_use_script(%s)", [path]):
            raise Refused("script_folder", path=path)
    try:
        definition = read_definition(path, fields.get("is_flow") is True)
    except OSError:
        raise Refused("windmill_silent") from None
    if definition is None:
        raise Refused("script_gone", path=path)
    return path, definition
