"""The demo's tools: the shop's order system and returns desk, and the clinic's appointment book, with rows to work on."""

from __future__ import annotations

import json
from typing import Any

from deploy import tenant_tools, tenants

from f.tools.action_fields import COLUMNS
from f.tools.script_jobs import Definition
from local.stack import Stack  # puts windmill/ on the path

# Scripts of f/tenant_tools/shared, and which of them only read.
APPOINTMENTS = {
    "free_appointments": True,
    "list_appointments": True,
    "book_appointment": False,
    "move_appointment": False,
    "cancel_appointment": False,
}
RETURNS = {"check_return": True, "find_returns": True, "open_return": False}
WEEK = {day: [["09:00", "13:00"], ["15:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


# The shop's stock over plain HTTP: what the portal makes of a curl command.
STOCK_ACTION: dict[str, Any] = {
    "name": "get_stock",
    "description": "How many of a product are in stock in the Valencia store, and when more come.",
    "method": "GET",
    "query": {"product": "{product}"},
    "headers": {"Authorization": "{key}"},
    "parameters": [
        {"name": "product", "source": "model", "description": "The product in the customer's words"},
        {"name": "key", "source": "secret"},
    ],
    "read_only": True,
}


def was_deleted(conn: Any, tenant_id: str, table: str, name: str) -> bool:
    """Whether the last thing that happened to what has this name was that somebody deleted it: then it is not put there again."""
    query = (
        b"select action from audit_log where tenant_id = %s and split_part(action, '.', 1) = %s and subject = %s"
        b" order by id desc limit 1"
    )
    last = conn.execute(query, [tenant_id, table, name]).fetchone()
    return last is not None and last["action"] == f"{table}.delete"


def seed_orders(conn: Any, stack: Stack, shop: str) -> None:
    """The shop's order system, as a server of tools and as an action; not what its staff has deleted."""
    key = stack.secrets.master_key
    if not was_deleted(conn, shop, "tenant_tools", "orders"):
        allowed = conn.execute(b"select allowed_tools from tenant_tools where name = 'orders'").fetchone()
        tenants.put_tool(
            conn,
            key,
            shop,
            name="orders",
            url=stack.url("orders") + "/mcp",
            authorization=f"Bearer {stack.secrets.orders}",
            allowed_tools=allowed["allowed_tools"] if allowed else ["get_order", "list_orders"],
        )
    if not was_deleted(conn, shop, "http_actions", "get_stock"):
        stored = f"select {', '.join(COLUMNS)} from http_actions where name = 'get_stock'"
        known = conn.execute(stored.encode()).fetchone()
        action = (known or STOCK_ACTION) | {"url": stack.url("orders") + "/stock"}
        tenants.put_action(conn, key, shop, action, {"key": f"Bearer {stack.secrets.orders}"})


def seed_scripts(conn: Any, stack: Stack, ids: dict[str, str], phone: str) -> None:
    """Ticks the scripts for tenants that have ticked none yet. `phone`: whose order was delivered."""
    for slug, scripts in (("clinic", APPOINTMENTS), ("shop", RETURNS)):
        known = conn.execute(b"select from script_tools where tenant_id = %s", [ids[slug]]).fetchone()
        for name, read_only in ({} if known else scripts).items():
            if was_deleted(conn, ids[slug], "script_tools", name):
                continue
            path = f"f/tenant_tools/shared/{name}"
            script = stack.windmill().call("GET", f"scripts/get/p/{path}").json()
            definition = Definition(script["summary"], script["description"], script["schema"])
            tenant_tools.put_script(conn, ids[slug], path, definition, read_only=read_only)
    conn.execute(
        b"insert into appointment_calendars (tenant_id, name, title, time_zone, hours)"
        b" values (%s, 'main', 'Consultation', 'Europe/Madrid', %s) on conflict do nothing",
        [ids["clinic"], json.dumps(WEEK)],
    )
    conn.execute(
        b"insert into delivered_orders (tenant_id, order_id, phone, items, delivered_on)"
        b" values (%s, 'CL-1017', %s, '{\"Stoneware plate set, 12 pieces\"}', current_date - 16) on conflict do nothing",
        [ids["shop"], phone],
    )
