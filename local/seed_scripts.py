"""The demo's scripts as tools: the clinic's appointment book and the shop's returns desk, with rows to work on."""

from __future__ import annotations

import json
from typing import Any

from deploy import tenant_tools

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


def seed_scripts(conn: Any, stack: Stack, ids: dict[str, str], phone: str) -> None:
    """Ticks the scripts for tenants that have ticked none yet. `phone`: whose order was delivered."""
    for slug, scripts in (("clinic", APPOINTMENTS), ("shop", RETURNS)):
        known = conn.execute(b"select from script_tools where tenant_id = %s", [ids[slug]]).fetchone()
        for name, read_only in ({} if known else scripts).items():
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
