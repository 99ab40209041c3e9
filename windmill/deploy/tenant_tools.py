"""Which scripts and flows of Windmill a tenant's chatbots may call as tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from deploy.changed_tools import publishing_tools

if TYPE_CHECKING:
    from f.tools.script_jobs import Definition


class TenantError(Exception):
    """A sentence for the person who ran the command."""


def put_tool_folder(conn: psycopg.Connection[Any], tenant_id: str, folder: str | None) -> None:
    """Lets the tenant use the scripts of f/tenant_tools/<folder> as tools, beside the shared ones; None: those only. Raises TenantError."""
    from f.common.problems import Problem
    from f.tools.script_jobs import own_folder

    try:
        folder = own_folder(folder or "")
    except Problem as problem:
        raise TenantError(str(problem)) from None
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        taken = conn.execute(
            "select name from tenants where tool_folder = %s and id <> %s", [folder, tenant_id]
        ).fetchone()
        if taken:
            raise TenantError(
                f"f/tenant_tools/{folder} is {taken['name']}'s: a folder is for one tenant; f/tenant_tools/shared is for all"
            )
        conn.execute("update tenants set tool_folder = %s where id = %s", [folder, tenant_id])


def put_script(
    conn: psycopg.Connection[Any],
    tenant_id: str,
    path: str,
    definition: Definition,
    is_flow: bool = False,
    **script: Any,
) -> None:
    """Lets the tenant's chatbots call a script or flow of f/tenant_tools. `definition`: what Windmill says of it; `script`: name, parameters that the
    model does not fill, read_only, timeout_s. Who fills a parameter that is not named follows from its name. Raises ScriptError, TenantError."""
    from f.tools.script_fields import checked_script, parameters_of, write_script

    proposed = [each for each in parameters_of(definition) if each["source"] in ("contact", "fixed")]
    checked = checked_script({"name": path.rpartition("/")[2], "parameters": proposed, **script}, definition)
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        with publishing_tools(conn, tenant_id):
            if not write_script(conn, tenant_id, path, is_flow, checked, definition):
                raise TenantError(
                    f"{path} is not in f/tenant_tools/shared, nor in the tenant's own folder (--tool-folder)"
                )
