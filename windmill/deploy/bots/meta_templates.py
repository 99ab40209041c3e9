"""Brings a bot's message templates to Meta for review: they live in the business's WhatsApp account, which no import can change in one piece."""

from __future__ import annotations

import json
import os
from typing import Any

from deploy.bots.changes import CHANGE, Change
from deploy.bots.export import Connection, Place
from deploy.bots.write import ImportFailed

from f.common.database import as_tenant, one
from f.common.secrets import unseal
from f.whatsapp.template_drafts import Account, DraftError, words_of


def bring_templates(
    conn: Connection, place: Place, changes: list[Change], waba_id: str | None, master_key: str
) -> list[str]:
    """Makes or changes each at Meta and stores its verdict, as the portal does. Returns a sentence for each that could not be brought."""
    waba = place.waba_id or waba_id
    token = access_token(conn, place, master_key)
    if not waba or not token:
        lacking = (
            "the number's account is not known yet: give --waba-id"
            if not waba
            else "there is no WhatsApp access token"
        )
        return [f"{len(changes)} message templates are not at Meta: {lacking}, and import again"]
    conn.execute(
        "update chatbots set waba_id = %s where phone_number_id = %s and waba_id is null",
        [waba, place.phone_number_id],
    )
    resource = {
        "graph_url": os.environ.get("GRAPH_URL") or "https://graph.facebook.com",
        "api_version": os.environ.get("GRAPH_API_VERSION") or "v26.0",
    }
    account = Account(resource, token, waba)
    problems = []
    for change in changes:
        template = change.after
        name = f"the message template {template['name']} ({template['language']})"
        begun = one(conn, "select clock_timestamp()", [])
        try:
            made = found_or_made(account, template, change.act == CHANGE)
        except (DraftError, ImportFailed) as problem:
            problems.append(f"{name}: {problem}")
            continue
        with as_tenant(conn, place.tenant_id):
            conn.execute("select insert_template(%s, %s::jsonb, %s)", [waba, json.dumps(made), begun])
        print(f"{name} is at Meta: {made['status']}")
    return problems


def found_or_made(account: Account, template: dict[str, Any], may_change: bool) -> dict[str, Any]:
    """The template as Meta lists it: the account may have it already, from another server. `may_change`: the business's own has other words,
    which was shown; else other words under its name are somebody else's. Raises DraftError and ImportFailed."""
    listed = account.find(template)
    headers = [part for part in template["components"] if part["type"] == "HEADER"]
    if any(part.get("format", "TEXT") != "TEXT" for part in headers) and (listed is None or may_change):
        raise ImportFailed("it begins with a file: make it in Meta's WhatsApp Manager")
    if listed is None:
        return account.create(as_meta_takes(template))
    if may_change:
        return account.update(as_meta_takes(template))
    if words_of(listed) != words_of(template):
        raise DraftError("template_exists", name=template["name"])
    return listed


def as_meta_takes(template: dict[str, Any]) -> dict[str, Any]:
    """Meta takes names of parameters only where a template says that it has some."""
    return (
        template
        if template["parameter_format"] == "NAMED"
        else {k: v for k, v in template.items() if k != "parameter_format"}
    )


def access_token(conn: Connection, place: Place, master_key: str) -> str | None:
    row = conn.execute("select whatsapp_token from tenants where id = %s", [place.tenant_id]).fetchone()
    return (
        unseal(master_key, place.tenant_id, "whatsapp_token", row["whatsapp_token"])
        if row and row["whatsapp_token"]
        else None
    )
