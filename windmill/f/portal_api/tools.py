# no_postinstall
# requirements: agent
"""HTTP actions of a tenant: made from a curl command or an OpenAPI document, tried with a sample, saved; and a look at an MCP server's tools.

In: a request of the portal's page (f/common/portal_request.py). Out: actions without their secrets, drafts, what a trial sent and received.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode
from typing import Any
from uuid import uuid4

from f.common.database import Connection, Database, as_tenant, one
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
from f.common.secrets import CODE, SecretError, seal_all, unseal_all
from f.portal_api.action_imports import held_for, read_curl_command, read_openapi, refused
from f.portal_api.mcp_server_rows import origin_of, refuse_private
from f.portal_api.revisions import refuse_overwriting, revision
from f.portal_api.tool_choices import changing_tools
from f.portal_api.tool_sign_ins import connect, finish_connection
from f.portal_api.typed_keys import typed_key

postgresql = dict[str, Any]
c_settings = dict[str, Any]
MOST_ACTIONS = 200  # of a business: each turn looks at them all
MOST_SHOWN = 5000  # characters of an answer as it came
EDITED = (
    "description", "method", "url", "query", "headers", "body", "body_kind", "parameters", "answer_path", "answer_template",
    "read_only", "idempotent", "timeout_s", "enabled",
)  # fmt: skip
REVISION = revision((*EDITED, "sealed_values"))
READ = f"name, {', '.join(EDITED)}, {REVISION}"


@answer_page
def main(request: str, db: postgresql, master_key: str, settings: c_settings) -> dict[str, Any]:
    def with_key(act: Any) -> Any:
        return lambda conn, member, fields: act(conn, member, fields, master_key)

    def with_hosts(act: Any) -> Any:
        return lambda conn, member, fields: act(conn, member, fields, master_key, settings)

    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_actions),
            "read_curl": (OWNERS, with_key(read_curl_command)),
            "read_openapi": (OWNERS, with_hosts(read_openapi)),
            "save": (OWNERS, with_hosts(save)),
            "try": (OWNERS, with_hosts(try_action)),
            "delete": (OWNERS, delete),
            "list_server_tools": (OWNERS, with_hosts(list_server_tools)),
            "connect": (OWNERS, with_hosts(connect)),
            "finish_connection": (OWNERS, with_hosts(finish_connection)),
        },
    )


def list_actions(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(f"select {READ} from http_actions order by name".encode()).fetchall()
    return {"actions": rows}


def save(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: c_settings
) -> dict[str, Any]:
    """Adds an action, or changes one where the page does not say that it is `new`; `was`: the revision that the editor began with. A secret that
    is not typed anew stays, unless the address changes its server: a key is for one server."""
    from f.tools.action_fields import checked_action, write_action

    action = refused(lambda: checked_action(fields.get("definition")))
    refuse_private(action["url"], settings)
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        known = conn.execute(
            f"select {REVISION} from http_actions where name = %s for update".encode(), [action["name"]]
        ).fetchone()
        if known is not None and fields.get("new") is True:
            raise Refused("action_exists", name=action["name"])
        refuse_overwriting(conn, fields, known, "http_actions", action["name"])
        if known is None and one(conn, "select count(*) from http_actions", []) >= MOST_ACTIONS:
            raise Refused("list_too_long", field="tools", most=MOST_ACTIONS)
        secrets = secrets_of(conn, member, fields, action, master_key)
        sealed = seal_all(master_key, member["tenant_id"], f"action:{action['name']}", secrets)
        write_action(conn, member["tenant_id"], action, sealed)
    return {"updated": action["name"]}


def try_action(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: c_settings
) -> dict[str, Any]:
    """Calls an action with a sample, saved or not: `samples` has a value for each parameter that is no secret. Shows what was sent, with the
    secrets masked, and what came back. It is a real call: what changes something is changed."""
    from f.tools.action_fields import checked_action
    from f.tools.http_actions import http_action
    from f.tools.http_requests import NoAnswer, send
    from f.tools.live_tools import ToolError

    action = refused(lambda: checked_action(fields.get("definition")))
    refuse_private(action["url"], settings)
    with as_tenant(conn, member["tenant_id"]):
        secrets = secrets_of(conn, member, fields, action, master_key)
    samples: dict[str, Any] = fields["samples"] if isinstance(fields.get("samples"), dict) else {}
    action["parameters"] = [as_sample(each, samples) for each in action["parameters"]]
    hosts = settings.get("allowed_private_hosts") or []
    tool, masked = (
        http_action(action, {}, keys, hosts) for keys in (secrets, dict.fromkeys(secrets, "[key]"))
    )
    asked = [each["name"] for each in action["parameters"] if each["source"] == "model"]
    given = {name: samples[name] for name in asked if samples.get(name) not in (None, "")}
    began = time.monotonic()
    result: dict[str, Any] = {"request": None, "status": None, "raw": "", "seen": "", "problem": ""}
    try:
        key = str(uuid4()) if tool.idempotent else ""
        sent = masked.request(given, key)
        result["request"] = {
            "method": sent.method,
            "url": sent.url.replace("%5Bkey%5D", "[key]"),
            "headers": sent.headers,
            "body": sent.content.decode().replace("%5Bkey%5D", "[key]"),
        }
        answer = send(tool.request(given, key), hosts, tool.timeout_s)
        result |= {"status": answer.status, "content_type": answer.content_type}
        result["raw"] = raw_words(answer, tool.secrets)
        result["seen"] = tool.outcome(answer)
    except (ToolError, NoAnswer) as problem:
        from f.common.redaction import redact

        result["problem"] = redact(str(problem), tool.secrets)
    return {"tried": result, "ms": round((time.monotonic() - began) * 1000)}


def raw_words(answer: Any, secrets: set[str]) -> str:
    """The beginning of an answer as it came."""
    from f.common.redaction import redact
    from f.tools.http_answers import NoWords, words_of

    try:
        words: str = redact(words_of(answer), secrets)
    except NoWords as why:
        words = str(why)
    return words[:MOST_SHOWN]


def as_sample(parameter: dict[str, Any], samples: dict[str, Any]) -> dict[str, Any]:
    """What the contact's row would give, the tester gives."""
    if parameter["source"] != "contact":
        return parameter
    sample = samples.get(parameter["name"])
    if sample in (None, ""):
        return {"name": parameter["name"], "source": "model", "required": parameter["required"]}
    return {"name": parameter["name"], "source": "fixed", "value": sample}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]), changing_tools(conn):
        done = conn.execute(b"delete from http_actions where name = %s", [text_field(fields, "name", 60)])
    if not done.rowcount:
        raise not_found()
    return {"deleted": fields["name"]}


def list_server_tools(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: c_settings
) -> dict[str, Any]:
    """Asks an MCP server for its tools now, and stores them with what is wrong about them."""
    from f.common.problems import Message, message
    from f.tools.live_tools import ToolError
    from f.tools.mcp_servers import list_tools, server_of
    from f.tools.signed_in import SignedIn

    name = text_field(fields, "name", 31)
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"select t.name, url, timeout_s, headers, sealed_headers, oauth, k.sealed_tokens, k.ended_at is not null as sign_in_ended"
            b" from tenant_tools t left join tool_tokens k on k.tool = t.name where t.name = %s",
            [name],
        ).fetchone()
    if row is None:
        raise not_found()
    warnings: list[Message] = []
    listed = None
    try:
        held = unseal_all(master_key, member["tenant_id"], f"tool:{name}", row["sealed_headers"])
        hosts = settings.get("allowed_private_hosts") or []
        signed_in = None
        if (row["oauth"] or {}).get("grant") == CODE:
            sealed = (row["sealed_tokens"], row["sign_in_ended"])
            signed_in = SignedIn(Database(conn), member["tenant_id"], name, sealed, master_key)
        server = server_of(row, held, hosts, {"phone": None, "user_id": None}, signed_in)
        listed = list_tools(server, warnings)
    except (ToolError, SecretError) as problem:
        warnings = [message("tools_not_listed", problem=str(problem))]
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"update tenant_tools set discovered = coalesce(%s::jsonb, discovered), warnings = %s::jsonb, discovered_at = now() where name = %s",
            [None if listed is None else json.dumps(listed), json.dumps(warnings), name],
        )
    return {"tools": [tool["name"] for tool in listed or []], "warnings": warnings}


def secrets_of(
    conn: Connection, member: Member, fields: Fields, action: dict[str, Any], master_key: str
) -> dict[str, str]:
    """The value of each secret of an action: typed now, else of the pasted command, else the stored one. Refuses an action that lacks one."""
    tenant_id, url = member["tenant_id"], action["url"]
    row = conn.execute(
        b"select url, sealed_values from http_actions where name = %s for update", [action["name"]]
    ).fetchone()
    known: dict[str, str] = {}
    if row and origin_of(row["url"]) == origin_of(url):
        known = opened(master_key, tenant_id, f"action:{action['name']}", row["sealed_values"])
    if held := text_field(fields, "held", 200_000):
        known |= opened(master_key, tenant_id, held_for(url), held_bytes(held))
    typed = fields.get("sealed") or {}
    secrets = {}
    for name in (each["name"] for each in action["parameters"] if each["source"] == "secret"):
        one = {"sealed_key": typed.get(name) if isinstance(typed, dict) else None}
        purpose = f"action:{action['name']} {origin_of(url)} {name}"
        value = typed_key(one, master_key, tenant_id, purpose) or known.get(name)
        if not value:
            raise Refused("action_secret", name=name)
        secrets[name] = value
    return secrets


def opened(master_key: str, tenant_id: str, purpose: str, sealed: bytes | None) -> dict[str, str]:
    """Sealed values; none where they don't open: they were meant for another server, or the master key has changed."""
    try:
        return unseal_all(master_key, tenant_id, purpose, sealed)
    except SecretError:
        return {}


def held_bytes(held: str) -> bytes:
    try:
        return b64decode(held, validate=True)
    except ValueError:
        raise Refused("key_seal") from None
