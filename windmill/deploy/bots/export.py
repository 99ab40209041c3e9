"""Reads a bot from the database, in the form of its file: one number's settings, and what its business knows, can do and says."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import psycopg
from deploy.bots.checks import BUSINESS
from deploy.bots.entries import (
    checked_case,
    document_key,
    in_order,
    is_secret,
    plain_number,
    sort_key,
    template_key,
)
from deploy.bots.file import FORMAT

from f.common.chatbot_settings import columns, definitions
from f.common.redaction import KEY
from f.tools.action_drafts import SECRET
from f.tools.action_fields import COLUMNS

Connection = psycopg.Connection[dict[str, Any]]
ACTION_COLUMNS = (*COLUMNS[1:], "approval")
# Of the uploads those that answer, or will once they are read.
CURRENT = (
    " d.tenant_id = %s and d.origin = 'upload' and d.state <> 'failed'"
    " and not exists (select from documents n where n.replaces = d.id and n.state <> 'failed')"
)
# A file may lie where nobody can forget a customer.
OWN_CASES = "tenant_id = %s and phone_number_id = %s and contact_id is null"
REFUSED = ("REJECTED", "DISABLED", "DELETED", "PENDING_DELETION")


class Place(NamedTuple):
    """Whose bot it is."""

    tenant_id: str
    phone_number_id: str
    waba_id: str | None


def place_of(conn: Connection, phone_number_id: str) -> Place | None:
    row = conn.execute(
        "select tenant_id::text, phone_number_id, waba_id from chatbots where phone_number_id = %s",
        [phone_number_id],
    ).fetchone()
    return Place(**row) if row else None


def exported(conn: Connection, place: Place, with_staff: bool = False) -> dict[str, Any]:
    """The whole bot. Call it as chatbot_owner, in a transaction."""
    bot = {
        "format": FORMAT,
        "business": _business(conn, place),
        "settings": _settings(conn, place),
        "qa_pairs": sorted(
            _rows(conn, place, "select question, answer from qa_pairs where tenant_id = %s"),
            key=lambda pair: sort_key(pair["question"]),
        ),
        "web_sources": sorted(
            _rows(
                conn,
                place,
                "select url, kind, max_pages, refresh_hours from knowledge_sources where tenant_id = %s",
            ),
            key=lambda source: source["url"],
        ),
        "documents": _documents(conn, place),
        "mcp_servers": _servers(conn, place),
        "http_actions": _actions(conn, place),
        "message_templates": _templates(conn, place),
        "saved_replies": {
            row["shortcut"]: row["body"]
            for row in sorted(
                _rows(conn, place, "select shortcut, body from saved_replies where tenant_id = %s"),
                key=lambda row: row["shortcut"],
            )
        },
    }
    rows = _rows(
        conn,
        place,
        f"select title, question, history, expected, enabled from bot_cases where {OWN_CASES}",
        place.phone_number_id,
    )
    bot["cases"] = {
        row.pop("title"): checked_case("case", row) for row in sorted(rows, key=lambda row: row["title"])
    }
    if with_staff:
        rows = _rows(conn, place, "select email, role from tenant_members where tenant_id = %s")
        bot["staff"] = {row["email"]: row["role"] for row in sorted(rows, key=lambda row: row["email"])}
    return bot


def left_out(conn: Connection, place: Place) -> list[str]:
    """What this bot has and its file does not, a sentence each."""
    sentences = []
    for name in (name for name in definitions() if is_secret(name)):
        if _rows(conn, place, f"select 1 as one from chatbots where tenant_id = %s and {name} is not null"):
            sentences.append(f"the setting {name}, because it may hold a key")
    if _rows(conn, place, "select 1 as one from tenants where id = %s and llm_api_key is not null"):
        sentences.append("the business's own key at its model's vendor")
    (edits,) = _rows(conn, place, "select count(*) as n from passage_edits where tenant_id = %s")
    if edits["n"]:
        sentences.append(f"{edits['n']} corrected passages of documents")
    (scripts,) = _rows(conn, place, "select count(*) as n from script_tools where tenant_id = %s")
    if scripts["n"]:
        sentences.append(f"{scripts['n']} scripts of Windmill that are its tools: tick them in the portal")
    (cases,) = _rows(
        conn, place, "select count(*) as n from bot_cases where tenant_id = %s and contact_id is not null"
    )
    if cases["n"]:
        sentences.append(
            f"{cases['n']} tests in customers' words: write them anew in the portal, without names"
        )
    (numbers,) = _rows(conn, place, "select count(*) - 1 as n from chatbots where tenant_id = %s")
    if numbers["n"]:
        sentences.append(f"the settings of the business's {numbers['n']} other numbers: export each")
    return sentences


def plain_keys(bot: dict[str, Any]) -> list[str]:
    """Values that somebody has entered in plain although their names say that they are keys, a sentence each."""
    found = []
    for kind in ("mcp_servers", "http_actions"):
        for name, tool in bot.get(kind, {}).items():
            values = [
                *tool["headers"].items(),
                *(tool.get("query") or {}).items(),
                *parse_qsl(urlsplit(tool["url"]).query),
            ]
            values += [
                (p["name"], p.get("value")) for p in tool.get("parameters") or [] if p["source"] == "fixed"
            ]
            for field in dict.fromkeys(field for field, value in values if looks_like_key(field, value)):
                found.append(
                    f"“{field}” of {name} looks like a key and was entered in plain: make it a secret in the portal, then export again"
                )
    return found


def looks_like_key(field: str, value: Any) -> bool:
    """Whether a value that no place stands in is called or looks like a key."""
    is_text = isinstance(value, str) and not re.search(r"\{\w+\}", value)
    return is_text and bool(KEY.search(value) or SECRET.search(field))


def _rows(conn: Connection, place: Place, query: str, *more: Any) -> list[dict[str, Any]]:
    return conn.execute(query.encode(), [place.tenant_id, *more]).fetchall()


def _business(conn: Connection, place: Place) -> dict[str, Any]:
    (row,) = _rows(conn, place, f"select {', '.join(BUSINESS)} from tenants where id = %s")
    return row


def _settings(conn: Connection, place: Place) -> dict[str, Any]:
    names = tuple(name for name in sorted(definitions()) if not is_secret(name))
    query = f"select {columns(names)} from chatbots where tenant_id = %s and phone_number_id = %s"
    (row,) = _rows(conn, place, query, place.phone_number_id)
    return {name: in_order(plain_number(row[name])) for name in names}


def _documents(conn: Connection, place: Place) -> list[dict[str, Any]]:
    query = (
        f"select title, filename, sendable, encode(sha256, 'hex') as sha256 from documents d where {CURRENT}"
    )
    return sorted(_rows(conn, place, query), key=document_key)


def _servers(conn: Connection, place: Place) -> dict[str, Any]:
    query = "select name, url, headers, oauth, allowed_tools, tool_settings, approvals, timeout_s, enabled from tenant_tools where tenant_id = %s"
    return {
        row["name"]: {
            "url": row["url"],
            "headers": {
                name: row["headers"][name]
                for name in sorted(row["headers"])
                if row["headers"][name] is not None
            },
            "secret_headers": sorted(name for name, value in row["headers"].items() if value is None),
            "oauth": in_order(row["oauth"]),
            "allowed_tools": row["allowed_tools"],
            "tool_settings": in_order(row["tool_settings"]),
            "approvals": in_order(row["approvals"]),
            "timeout_s": plain_number(row["timeout_s"]),
            "enabled": row["enabled"],
        }
        for row in sorted(_rows(conn, place, query), key=lambda row: row["name"])
    }


def _actions(conn: Connection, place: Place) -> dict[str, Any]:
    names = sorted(set(ACTION_COLUMNS) - {"approval"})
    rows = _rows(
        conn, place, f"select name, {', '.join(ACTION_COLUMNS)} from http_actions where tenant_id = %s"
    )
    return {
        row["name"]: {
            **{
                name: plain_number(row[name]) if name == "timeout_s" else in_order(row[name])
                for name in names
            },
            "approval": in_order(row["approval"]),
        }
        for row in sorted(rows, key=lambda row: row["name"])
    }


def _templates(conn: Connection, place: Place) -> list[dict[str, Any]]:
    query = (
        "select name, language, category, parameter_format, components from templates where tenant_id = %s and waba_id = %s"
        " and components is not null and category is not null and status <> all(%s)"
    )
    rows = _rows(conn, place, query, place.waba_id, list(REFUSED))
    return sorted(
        ({**row, "components": in_order(without_handles(row["components"]))} for row in rows),
        key=template_key,
    )


def without_handles(value: Any) -> Any:
    """Components without addresses of sample files: Meta signs those for some days."""
    if isinstance(value, dict):
        return {name: without_handles(item) for name, item in value.items() if name != "header_handle"}
    return [without_handles(item) for item in value] if isinstance(value, list) else value


def write_documents(conn: Connection, place: Place, bot: dict[str, Any], file: Path) -> list[Path]:
    """Writes each document's bytes into a folder beside the file, and its path into the bot. Returns the folder's files of documents that are
    no part of the bot any more."""
    folder = file.parent / f"{file.stem}.documents"
    query = f"select content from documents d where {CURRENT} and sha256 = decode(%s, 'hex')".encode()
    written = set()
    for document in bot["documents"]:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(document)
        row = conn.execute(query, [place.tenant_id, document["sha256"]]).fetchone()
        assert row is not None
        path.write_bytes(row["content"])
        document["file"] = f"{folder.name}/{path.name}"
        written.add(path)
    return sorted(set(folder.glob("*-" + "[0-9a-f]" * 12 + "*")) - written)


def file_name(document: dict[str, Any]) -> str:
    """A name that every file system takes, and that says what the document is."""
    path = PurePath(document["filename"])
    stem = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower()[:40] or "document"
    suffix = path.suffix.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", path.suffix) else ""
    return f"{stem}-{document['sha256'][:12]}{suffix}"
