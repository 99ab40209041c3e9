# requirements: database
"""A tenant's MCP servers as the portal writes them: address, headers of any name with their secrets sealed, and what the bot may call."""

from __future__ import annotations

import json
import re
from typing import Any

from f.common.addresses import ForbiddenHost, require_public
from f.common.database import Connection, as_tenant, one
from f.common.portal_request import Fields, Member, Refused, not_found, text_field
from f.common.secrets import CODE, OAUTH_SECRET, SecretError, seal_all, unseal_all
from f.portal_api.revisions import refuse_overwriting, revision
from f.portal_api.tool_choices import changing_tools
from f.portal_api.typed_keys import typed_key
from f.tools.header_fields import is_sendable

# What the protocol sets itself, and what tells the server who is asking.
RESERVED = frozenset(
    {"accept", "connection", "content-length", "content-type", "host", "last-event-id", "mcp-protocol-version", "mcp-session-id",
     "transfer-encoding", "x-customer-id", "x-customer-phone"}
)  # fmt: skip
MOST_HEADERS = 20
MOST_SERVERS = 30  # of a business: each turn looks at them all
USUAL_SECONDS = 10
OAUTH = ("token_url", "issuer", "client_id", "scope")
ADDRESS = re.compile(r"https?://[^\s@]+")
AUTHORIZATION: dict[str, str | None] = {"Authorization": None}
# What the page edits, and by which it finds another person's change.
EDITED = (
    "url",
    "headers",
    "sealed_headers",
    "oauth",
    "allowed_tools",
    "tool_settings",
    "timeout_s",
    "enabled",
)
REVISION = revision(EDITED)


def upsert_tool(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """Adds or changes an MCP server.

    `oauth`: an OAuth client's {token_url or issuer, client_id, scope}, null for none; `sealed_oauth`: its secret, typed now.
    `headers`: each one's value by its name, null for a secret; absent: Authorization, a secret. `sealed_key`: what a person typed for
    Authorization; `sealed_headers`: for other secret headers, by name. Without a new secret the stored one stays, unless the address changes its
    server: a key is for one server. `tool_settings`: by a tool's name whether it only reads, and its timeout. `was`: the revision that the editor
    began with; `new`: there was none.
    """
    name, url = text_field(fields, "name", 31), text_field(fields, "url", 500)
    headers = checked_headers(fields.get("headers", AUTHORIZATION))
    oauth = checked_oauth(fields.get("oauth"))
    typed = typed_headers(fields, master_key, member["tenant_id"], f"tool:{name} {url}")
    allowed = [t for t in fields.get("allowed_tools") or [] if isinstance(t, str) and 0 < len(t) <= 100][:50]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or not ADDRESS.fullmatch(url):
        raise Refused("tool_invalid")
    for address in (url, *((oauth["token_url"], oauth["issuer"]) if oauth else ())):
        if address:
            refuse_private(address, settings)
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        row = conn.execute(
            f"select url, sealed_headers, oauth, {REVISION} from tenant_tools where name = %s for update".encode(),
            [name],
        ).fetchone()
        if row is not None and fields.get("new") is True:
            raise Refused("action_exists", name=name)
        refuse_overwriting(conn, fields, row, "tenant_tools", name)
        if row is None and one(conn, "select count(*) from tenant_tools", []) >= MOST_SERVERS:
            raise Refused("list_too_long", field="tools", most=MOST_SERVERS)
        stays = row is not None and origin_of(row["url"]) == origin_of(url)
        held = stored(master_key, member["tenant_id"], name, row["sealed_headers"] if row and stays else None)
        held |= typed
        moved = row is not None and OAUTH_SECRET not in typed and whose(row["oauth"]) != whose(oauth)
        wanted = {*headers, *([OAUTH_SECRET] if oauth and not moved else [])}
        held = {header: value for header, value in held.items() if header in wanted and value}
        if oauth and oauth.get("grant") != CODE and OAUTH_SECRET not in held:
            raise Refused("action_secret", name="OAuth")
        if not stays or (row and whose(row["oauth"]) != whose(oauth)):
            for table in (b"tool_sign_ins", b"tool_tokens"):  # they are for the server as it was
                conn.execute(b"delete from " + table + b" where tool = %s", [name])
        conn.execute(
            b"insert into tenant_tools as t (tenant_id, name, url, headers, sealed_headers, oauth, allowed_tools, tool_settings, timeout_s, enabled)"
            b" values (%s, %s, %s, %s::jsonb, %s, %s::jsonb, %s, %s::jsonb, %s, %s) on conflict (tenant_id, name) do update set url = excluded.url,"
            b" headers = excluded.headers, sealed_headers = excluded.sealed_headers, oauth = excluded.oauth, allowed_tools = excluded.allowed_tools,"
            b" tool_settings = excluded.tool_settings, timeout_s = excluded.timeout_s, enabled = excluded.enabled,"
            b" discovered = case when t.url = excluded.url then t.discovered end, discovered_at = null, warnings = '[]'",
            [
                member["tenant_id"],
                name,
                url,
                json.dumps(headers),
                seal_all(master_key, member["tenant_id"], f"tool:{name}", held),
                json.dumps(oauth) if oauth else None,
                allowed,
                json.dumps(checked_tool_settings(fields.get("tool_settings") or {})),
                checked_seconds("timeout_s", fields.get("timeout_s", USUAL_SECONDS)),
                fields.get("enabled", True) is True,
            ],
        )
    return {"updated": name}


def checked_headers(given: Any) -> dict[str, str | None]:
    """The headers by their names. Raises Refused."""
    if not isinstance(given, dict) or len(given) > MOST_HEADERS:
        raise Refused("list_too_long", field="headers", most=MOST_HEADERS)
    for name, value in given.items():
        if not is_sendable(name, "" if value is None else value, RESERVED):  # null: its value is sealed
            raise Refused("header_invalid", field=name[:100])
    return given


def checked_oauth(given: Any) -> dict[str, str] | None:
    """An OAuth client without its secret; None where there is none. One with `grant` "code" is for a person's sign-in: it may register itself,
    and where its ID is the tenant's, so is its issuer: a secret goes to no address that only the MCP server names. Raises Refused."""
    if not given:
        return None
    client = {name: given.get(name) or "" for name in OAUTH} if isinstance(given, dict) else {}
    if not client or not all(isinstance(value, str) and len(value) <= 500 for value in client.values()):
        raise Refused("oauth_invalid")
    signs_in = given.get("grant") == CODE
    if signs_in:
        client |= {"grant": CODE, "token_url": ""}
    addresses = [client[name] for name in OAUTH[:2] if client[name]]
    complete = bool(addresses and client["client_id"]) or (signs_in and not client["client_id"])
    if not complete or not all(map(ADDRESS.fullmatch, addresses)):
        raise Refused("oauth_invalid")
    return client


def whose(oauth: dict[str, str] | None) -> list[str]:
    """Whom an OAuth client's secret and tokens are for."""
    return [(oauth or {}).get(name) or "" for name in (*OAUTH[:3], "grant")]


def typed_headers(fields: Fields, master_key: str, tenant_id: str, purpose: str) -> dict[str, str]:
    """The secrets that a person has typed now, by their headers."""
    sealed = fields.get("sealed_headers") or {}
    if not isinstance(sealed, dict):
        raise Refused("bad_request")
    typed = {"Authorization": typed_key(fields, master_key, tenant_id, purpose)}
    if fields.get("sealed_oauth"):
        one = {"sealed_key": fields["sealed_oauth"]}
        typed[OAUTH_SECRET] = typed_key(one, master_key, tenant_id, f"{purpose} oauth")
    for name in sealed:
        one = {"sealed_key": sealed[name]}
        typed[str(name)] = typed_key(one, master_key, tenant_id, f"{purpose} {name}")
    return {name: value for name, value in typed.items() if value}


def stored(master_key: str, tenant_id: str, name: str, sealed: bytes | None) -> dict[str, str]:
    """The secrets that the server has already; none where they don't open any more."""
    try:
        return unseal_all(master_key, tenant_id, f"tool:{name}", sealed)
    except SecretError:
        return {}


def checked_tool_settings(given: Any) -> dict[str, Any]:
    """By a tool's name `read_only` and `timeout_s`, as far as the tenant has said so. Raises Refused."""
    if not isinstance(given, dict) or len(given) > 200:
        raise Refused("list_too_long", field="tool_settings", most=200)
    checked: dict[str, Any] = {}
    for tool, said in given.items():
        reads, timeout_s = (
            (said.get("read_only"), said.get("timeout_s")) if isinstance(said, dict) else (0, 0)
        )
        if reads is not None and not isinstance(reads, bool):
            raise Refused("switch_invalid", field=tool[:100])
        if timeout_s is not None:
            checked_seconds(tool[:100], timeout_s)
        checked[tool] = {k: v for k, v in (("read_only", reads), ("timeout_s", timeout_s)) if v is not None}
    return checked


def checked_seconds(field: str, given: Any) -> float:
    """How long a server may take. Raises Refused."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= 60:
        raise Refused("number_out_of_range", field=field, least=1, most=60)
    return given


def origin_of(url: str) -> str:
    """Scheme, host and port as they are written: whom a key is for. The page takes them by the same rule."""
    found = re.match(r"https?://[^/?#]+", url)
    return found[0].lower() if found else ""


def refuse_private(url: str, settings: dict[str, Any]) -> None:
    """Says so when an address is saved, not only when it is used."""
    try:
        require_public(url, settings.get("allowed_private_hosts") or [])
    except ForbiddenHost as error:
        raise Refused.of(error.message) from None


def delete_tool(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        done = conn.execute(b"delete from tenant_tools where name = %s", [text_field(fields, "name", 31)])
    if not done.rowcount:
        raise not_found()
    return {"deleted": fields["name"]}
