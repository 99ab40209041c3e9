# requirements: database
"""What an owner gives to developers: keys of the API (portal/api.py), and receivers of events (f/chatbot/deliver_events).

A key, as the secret that signs events, goes to the owner's page sealed to that page alone (f/portal_api/sealed_transport): this job's result
holds nothing that opens anything. The database has a key's SHA-256.
In: a request of the portal's page (f/common/portal_request.py). Out: the keys and receivers, a secret sealed, or what was done.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from f.common.addresses import ForbiddenHost, is_allowed, require_public
from f.common.branding import portal_address
from f.common.database import Connection, as_tenant, one
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
from f.common.setting_kinds import URL

postgresql = dict[str, Any]
c_settings = dict[str, Any]
SCOPES = (
    "conversations:read", "messages:send", "handoffs:write", "contacts:read", "contacts:write", "knowledge:read", "knowledge:write",
    "tests:run", "statement:read", "events:read", "events:replay",
)  # fmt: skip
KINDS = ("message", "turn", "handoff", "status", "lead", "document")
MOST_KEYS, MOST_ENDPOINTS = 50, 10
MOST_DAYS = 730
SHOWN = 12  # letters of a key by which people know it


@answer_page
def main(request: str, db: postgresql, master_key: str, settings: c_settings) -> dict[str, Any]:
    def with_settings(act: Any) -> Any:
        return lambda conn, member, fields: act(conn, member, fields, settings)

    return handle_request(
        request,
        db,
        {
            "list": (OWNERS, with_settings(list_all)),
            "create_key": (OWNERS, create_key),
            "revoke_key": (OWNERS, revoke_key),
            "create_endpoint": (OWNERS, with_settings(create_endpoint)),
            "set_endpoint": (OWNERS, set_endpoint),
            "delete_endpoint": (OWNERS, delete_endpoint),
            "show_secret": (
                OWNERS,
                lambda conn, member, fields: show_secret(member, fields, master_key),
            ),
        },
    )


def list_all(conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    """`address`: the API's, '' where the operator has set up no door. `waiting` of a receiver: events that it has not taken yet."""
    with as_tenant(conn, member["tenant_id"]):
        door = portal_address(settings, one(conn, "select branding_of(current_tenant())", []))
        keys = conn.execute(
            b"select id::text, name, start, scopes, made_by, made_at::text, expires_at::text, used_at::text, expires_at <= now() as expired"
            b" from api_keys where revoked_at is null order by made_at desc, id"
        ).fetchall()
        endpoints = conn.execute(
            b"select id::text, url, kinds, state, failing_since::text, last_words, last_at::text, (select count(*)::int from"
            b" (select from event_deliveries d where d.endpoint_id = e.id and d.state = 'waiting' limit 10000) w) as waiting"
            b" from event_endpoints e order by made_at, id"
        ).fetchall()
    address = f"{door}/api/v1" if door else ""
    return {
        "keys": keys,
        "scopes": SCOPES,
        "address": address,
        "endpoints": endpoints,
        "kinds": KINDS,
    }


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


def create_endpoint(
    conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]
) -> dict[str, Any]:
    """Has events of some kinds posted to an address, from now on. Refuses a private one here, and again at each connection."""
    url, kinds = text_field(fields, "url", 2000).strip(), fields.get("kinds")
    allowed = settings.get("allowed_private_hosts") or []
    if not URL.fullmatch(url) or (url.startswith("http:") and not is_operators(url, allowed)):
        raise Refused("webhook_address")
    try:
        require_public(url, allowed)
    except ForbiddenHost as error:
        raise Refused.of(error.message) from None
    if not isinstance(kinds, list) or not kinds or not all(kind in KINDS for kind in kinds):
        raise Refused("event_kinds")
    with as_tenant(conn, member["tenant_id"]):
        made = conn.execute(
            b"insert into event_endpoints (tenant_id, url, kinds, made_by) select current_tenant(), %s, %s, %s"
            b" where (select count(*) from event_endpoints) < %s returning id::text",
            [url, sorted(set(kinds)), member["email"], MOST_ENDPOINTS],
        ).fetchone()
    if made is None:
        raise Refused("endpoints_count", most=MOST_ENDPOINTS)
    return {"endpoint_id": made["id"]}


def is_operators(url: str, allowed: list[str]) -> bool:
    """Whether the operator has allowed this host, which then may be private and do without TLS."""
    try:
        parts = urlsplit(url)
        return is_allowed(parts.hostname or "", parts.port or 80, allowed)
    except ValueError:
        return False


def set_endpoint(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Pauses a receiver, or resumes it: what has happened meanwhile is delivered then."""
    state = text_field(fields, "state", 10)
    if state not in ("active", "paused"):
        raise Refused("bad_request")
    with as_tenant(conn, member["tenant_id"]):
        query = "select set_endpoint_state(%s, %s)"
        if one(conn, query, [id_field(fields, "endpoint_id"), state]) is None:
            raise not_found()
    return {"state": state}


def delete_endpoint(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    endpoint = id_field(fields, "endpoint_id")
    with as_tenant(conn, member["tenant_id"]):
        done = conn.execute(b"delete from event_endpoints where id = %s", [endpoint])
    if not done.rowcount:
        raise not_found()
    return {"deleted": endpoint}


def show_secret(member: Member, fields: Fields, master_key: str) -> dict[str, Any]:
    """What everything is signed with that is posted for this business (docs/webhooks.md)."""
    from f.common.webhook_signature import shown_secret, webhook_secrets

    newest = shown_secret(webhook_secrets(master_key, member["tenant_id"])[0])
    return {"sealed": sealed_to_page(fields, member["tenant_id"], "webhook secret", newest)}


def sealed_to_page(fields: Fields, tenant_id: str, what: str, secret: str) -> str:
    """A secret for the asking page's eyes."""
    from f.portal_api.sealed_transport import SealError, seal_to_page

    try:
        info = f"portal: secret for a developer\n{tenant_id}\n{what}".encode()
        return seal_to_page(text_field(fields, "page_key", 100), secret.encode(), info)
    except SealError:
        raise Refused("bad_request") from None
