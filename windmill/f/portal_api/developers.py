# requirements: database
"""What an owner gives to developers: keys of the API (portal/api.py).

A key goes to the owner's page sealed to that page alone (f/portal_api/sealed_transport), once: this job's result holds nothing that opens anything,
and the database its SHA-256.
In: a request of the portal's page (f/common/portal_request.py). Out: the keys, a new one sealed, or what was done.
"""

from __future__ import annotations

import secrets
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    digest,
    handle_request,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)

postgresql = dict[str, Any]
c_settings = dict[str, Any]
SCOPES = (
    "conversations:read", "messages:send", "handoffs:write", "contacts:read", "contacts:write", "knowledge:read", "knowledge:write",
    "tests:run", "statement:read", "events:read", "events:replay",
)  # fmt: skip
MOST_KEYS = 50
MOST_DAYS = 730
SHOWN = 12  # letters of a key by which people know it


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    door = (settings.get("portal_url") or "").rstrip("/")
    return handle_request(
        request,
        db,
        {
            "list": (OWNERS, lambda conn, member, fields: list_all(conn, member, door)),
            "create_key": (OWNERS, create_key),
            "revoke_key": (OWNERS, revoke_key),
        },
    )


def list_all(conn: Connection, member: Member, door: str) -> dict[str, Any]:
    """`address`: the API's, '' where the operator has set up no door."""
    with as_tenant(conn, member["tenant_id"]):
        keys = conn.execute(
            b"select id::text, name, start, scopes, made_by, made_at::text, expires_at::text, used_at::text, expires_at <= now() as expired"
            b" from api_keys where revoked_at is null order by made_at desc, id"
        ).fetchall()
    return {"keys": keys, "scopes": SCOPES, "address": f"{door}/api/v1" if door else ""}


def create_key(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Makes a key of `name`, good for `days`, and shows it to the page of `page_key` alone."""
    name, days = text_field(fields, "name", 100).strip(), whole_number_field(fields, "days")
    wanted = fields.get("scopes")
    if not name:
        raise Refused("key_nameless")
    if not 1 <= days <= MOST_DAYS:
        raise Refused("whole_number_out_of_range", field="days", least=1, most=MOST_DAYS)
    if not isinstance(wanted, list) or not wanted or not all(scope in SCOPES for scope in wanted):
        raise Refused("key_scopes")
    key = f"cmk_{secrets.token_urlsafe(32)}"
    sealed = sealed_to_page(fields, member["tenant_id"], "key", key)
    with as_tenant(conn, member["tenant_id"]):
        made = conn.execute(
            b"insert into api_keys (tenant_id, name, digest, start, scopes, made_by, expires_at)"
            b" select current_tenant(), %s, %s, %s, %s, %s, now() + make_interval(days => %s)"
            b" where (select count(*) from api_keys where revoked_at is null) < %s returning id::text",
            [name, digest(key), key[:SHOWN], sorted(set(wanted)), member["email"], days, MOST_KEYS],
        ).fetchone()
    if made is None:
        raise Refused("keys_count", most=MOST_KEYS)
    return {"key_id": made["id"], "sealed": sealed}


def revoke_key(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """From now on the key opens nothing; a job that has begun ends."""
    key = id_field(fields, "key_id")
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(
            b"update api_keys set revoked_at = now() where id = %s and revoked_at is null", [key]
        )
    if not done.rowcount:
        raise not_found()
    return {"revoked": key}


def sealed_to_page(fields: Fields, tenant_id: str, what: str, secret: str) -> str:
    """A secret for the asking page's eyes."""
    from f.portal_api.sealed_transport import SealError, seal_to_page

    try:
        info = f"chatmill secret for a developer\n{tenant_id}\n{what}".encode()
        return seal_to_page(text_field(fields, "page_key", 100), secret.encode(), info)
    except SealError:
        raise Refused("bad_request") from None
