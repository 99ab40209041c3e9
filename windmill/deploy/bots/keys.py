"""The keys of a bot's tools: no file holds one, so after an import somebody may have to give some."""

from __future__ import annotations

from typing import Any

from deploy.bots.export import Connection, Place

from f.common.secrets import OAUTH_SECRET, SecretError, unseal_all


def held_keys(conn: Connection, master_key: str, place: Place, table: str, name: str) -> dict[str, str]:
    """The keys that a tool has already; none where they don't open."""
    column, purpose = ("sealed_headers", "tool") if table == "tenant_tools" else ("sealed_values", "action")
    row = conn.execute(
        f"select {column} as sealed from {table} where tenant_id = %s and name = %s".encode(),
        [place.tenant_id, name],
    ).fetchone()
    try:
        return unseal_all(master_key, place.tenant_id, f"{purpose}:{name}", row["sealed"] if row else None)
    except SecretError:
        return {}


def missing_keys(conn: Connection, master_key: str, place: Place, bot: dict[str, Any]) -> list[str]:
    """The keys that somebody has to give before the bot can do all that its file says, a line each."""
    lines = []
    if conn.execute(
        "select from tenants where id = %s and whatsapp_token is null", [place.tenant_id]
    ).rowcount:
        lines.append(
            "the WhatsApp access token: WHATSAPP_TOKEN=… and tenants.py with the same number and --name, or the portal, Platform"
        )
    for name, server in (bot.get("mcp_servers") or {}).items():
        held = held_keys(conn, master_key, place, "tenant_tools", name)
        wanted = [*server["secret_headers"], *([OAUTH_SECRET] if server["oauth"] else [])]
        lines += [
            f"the server {name}: {'the secret of its OAuth client' if key == OAUTH_SECRET else key}"
            for key in wanted
            if not held.get(key)
        ]
    for name, action in (bot.get("http_actions") or {}).items():
        held = held_keys(conn, master_key, place, "http_actions", name)
        lines += [
            f"the action {name}: {p['name']}"
            for p in action["parameters"]
            if p["source"] == "secret" and not held.get(p["name"])
        ]
    return lines
