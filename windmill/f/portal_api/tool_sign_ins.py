# no_postinstall
# requirements: agent
"""Connecting an MCP server by a sign-in: an owner begins it, signs in at the server, and whoever has begun it fetches the tokens."""

from __future__ import annotations

import json
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import Fields, Member, Refused, audit, not_found, text_field
from f.common.secrets import CODE, OAUTH_SECRET, SecretError, unseal_all
from f.portal_api.action_imports import refused
from f.portal_api.sealed_transport import SealError, sealing_key
from f.portal_api.sign_in_visits import address_back, open_code, state_digest


def connect(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """Begins a sign-in at a server: the address that the person opens. The state in it is bound to this person and this server, for ten minutes."""
    from f.tools.sign_ins import begin
    from f.tools.signed_in import seal_fields

    tenant_id, name = member["tenant_id"], text_field(fields, "name", 31)
    back = address_back(settings)
    with as_tenant(conn, tenant_id):
        row = conn.execute(
            b"select url, oauth, sealed_headers, branding_of(tenant_id) ->> 'name' as portal from tenant_tools where name = %s",
            [name],
        ).fetchone()
    if row is None or (row["oauth"] or {}).get("grant") != CODE:
        raise not_found()
    try:
        held = unseal_all(master_key, tenant_id, f"tool:{name}", row["sealed_headers"])
    except SecretError:
        held = {}
    hosts = settings.get("allowed_private_hosts") or []
    url, state, request = refused(
        lambda: begin(row["url"], row["oauth"], held.get(OAUTH_SECRET, ""), back, row["portal"], hosts)
    )
    with as_tenant(conn, tenant_id):
        conn.execute(b"delete from tool_sign_ins where tool = %s or expires_at < now()", [name])
        conn.execute(
            b"insert into tool_sign_ins (state_digest, tenant_id, tool, person, seal_to, sealed_request) values (%s, %s, %s, %s, %s, %s)",
            [
                state_digest(state),
                tenant_id,
                name,
                member["email"],
                sealing_key(master_key),
                seal_fields(master_key, tenant_id, f"sign-in:{name}", request),
            ],
        )
    return {"url": url}


def finish_connection(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """Whether the sign-in that this person has begun is done: `waiting` or `connected`. The code is taken once, then the tokens are fetched."""
    from f.tools.sign_ins import exchange
    from f.tools.signed_in import open_fields, purpose, seal_fields

    tenant_id, name = member["tenant_id"], text_field(fields, "name", 31)
    with as_tenant(conn, tenant_id):
        row = conn.execute(
            b"select s.*, s.expires_at < now() as is_late, t.url, t.oauth from tool_sign_ins s join tenant_tools t on t.name = s.tool"
            b" where s.tool = %s and s.person = %s for update of s",
            [name, member["email"]],
        ).fetchone()
        if row is None:
            raise Refused("sign_in_late")
        if row["sealed_code"] is None and row["refusal"] is None and not row["is_late"]:
            return {"state": "waiting"}
        conn.execute(b"delete from tool_sign_ins where state_digest = %s", [row["state_digest"]])
    if row["refusal"]:
        raise Refused("sign_in_refused", problem=row["refusal"])
    if row["sealed_code"] is None:
        raise Refused("sign_in_late")
    try:
        answer = open_code(row, master_key)
        request = open_fields(master_key, tenant_id, f"sign-in:{name}", row["sealed_request"])
    except (SealError, SecretError, ValueError):
        raise Refused("sign_in_late") from None
    hosts = settings.get("allowed_private_hosts") or []
    tokens = refused(lambda: exchange(request, answer["code"], answer["iss"], hosts))
    with as_tenant(conn, tenant_id):
        done = conn.execute(  # they are for the server as it was when the sign-in began
            b"insert into tool_tokens (tenant_id, tool, person, sealed_tokens)"
            b" select tenant_id, name, %s, %s from tenant_tools where name = %s and url = %s and oauth = %s::jsonb"
            b" on conflict (tenant_id, tool) do update set person = excluded.person, sealed_tokens = excluded.sealed_tokens,"
            b" connected_at = now(), ended_at = null",
            [
                member["email"],
                seal_fields(master_key, tenant_id, purpose(name), tokens),
                name,
                row["url"],
                json.dumps(row["oauth"]),
            ],
        )
        audit(conn, "tool_tokens.connect", tool=name)
    if not done.rowcount:
        raise Refused("sign_in_late")
    return {"state": "connected"}
