"""The parts of a bot's file one by one: each checked, and in the form of an export. Each function raises what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from f.cases.expected import OUTCOMES
from f.common.chatbot_settings import OPERATOR, checked, definitions
from f.common.portal_request import text_field
from f.common.problems import Problem
from f.common.tool_choice import checked_rule
from f.common.uploads import MAX_BYTES
from f.portal_api.cases import expected_field
from f.portal_api.dry_runs import history_field
from f.portal_api.mcp_server_rows import ADDRESS, checked_headers, checked_oauth, checked_tool_settings
from f.portal_api.sources import DEFAULTS, KINDS, address_field, bound_fields
from f.tools.action_fields import checked_action

SHA256 = re.compile(r"[0-9a-f]{64}")


class Misfit(Problem):
    """A sentence of this file's own, in place of a code of f/common/problems.py."""


def is_secret(setting: str) -> bool:
    """Whether a setting's value may hold a key: then it never stands in a file."""
    return bool(definitions()[setting].metadata["secret"])


def checked_case(title: str, given: dict[str, Any]) -> dict[str, Any]:
    """A case by what the portal's form checks it by; of its source only what another business would know it by."""
    if not 0 < len(title.strip()) <= 200 or not isinstance(given.get("enabled", True), bool):
        raise Misfit("a case has a name of at most 200 characters, and `enabled` is true or false.")
    question = text_field(given, "question", 2000).strip()
    if not question:
        raise Misfit("a case has a question.")
    wanted = given["expected"]
    if not isinstance(wanted, dict) or wanted.get("outcome") not in OUTCOMES:
        raise Misfit(f"what a case expects has an outcome, one of: {', '.join(OUTCOMES)}.")
    expected: dict[str, Any] = {**expected_field({"expected": wanted})}
    source = {name: value for name, value in (expected["source"] or {}).items() if name != "id"}
    return {
        "question": question,
        "history": history_field(given),
        "expected": {name: expected[name] for name in sorted(expected)} | {"source": source or None},
        "enabled": given.get("enabled", True),
    }


def sort_key(text: str) -> tuple[str, str]:
    return text.casefold(), text


def document_key(document: dict[str, Any]) -> tuple[str, str, str]:
    return *sort_key(document["title"]), document["sha256"]


def template_key(template: dict[str, Any]) -> tuple[str, str]:
    return template["name"], template["language"]


def checked_setting(name: str, given: Any) -> Any:
    """A setting as it is exported. Raises SettingError."""
    checked({name: given}, OPERATOR)
    value = definitions()[name].metadata["kind"].check(name, given)
    if isinstance(value, list) and any(isinstance(item, date) for item in value):
        return [item.isoformat() for item in value]
    return in_order(plain_number(value))


def plain_number(value: Any) -> Any:
    """12 in place of 12.0, which PostgreSQL's `real` makes of it."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def in_order(value: Any) -> Any:
    """Objects by their names: PostgreSQL's jsonb has an order of its own."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def checked_source(given: dict[str, Any]) -> dict[str, Any]:
    if given["kind"] not in KINDS:
        raise Misfit(f"“kind” must be one of: {', '.join(KINDS)}.")
    bounds = DEFAULTS | bound_fields(given)
    pages = 1 if given["kind"] == "page" else bounds["max_pages"]
    return {
        "url": address_field(given),
        "kind": given["kind"],
        "max_pages": pages,
        "refresh_hours": bounds["refresh_hours"],
    }


def checked_document(given: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """A document with its file's hash. One without a file needs the hash that it is known by."""
    filename, title = given["filename"], given.get("title")
    if (
        not isinstance(filename, str)
        or PurePath(filename.replace("\\", "/")).name != filename
        or not 0 < len(filename) <= 200
    ):
        raise Misfit("“filename” must be a file's name without its folder.")
    if title is not None and (not isinstance(title, str) or not 0 < len(title.strip()) <= 200):
        raise Misfit("“title” must be a text of at most 200 characters.")
    if not isinstance(given.get("sendable", False), bool):
        raise Misfit("“sendable” must be true or false.")
    made = {
        "title": (title or PurePath(filename).stem).strip(),
        "filename": filename,
        "sendable": given.get("sendable", False),
    }
    digest = given.get("sha256")
    if given.get("file") is not None:
        found = hashlib.sha256(file_of(given["file"], folder).read_bytes()).hexdigest()
        if digest is not None and digest != found:
            raise Misfit(
                f"“{given['file']}” is another file than “sha256” says. Take the line out if the new file is meant: {found}"
            )
        return {**made, "sha256": found, "file": given["file"]}
    if not isinstance(digest, str) or not SHA256.fullmatch(digest):
        raise Misfit("a document needs “file”, where it lies, or “sha256”, 64 hexadecimal digits.")
    return {**made, "sha256": digest}


def file_of(name: Any, folder: Path | None) -> Path:
    """A document's file, beside the bot's file or below it. Raises Misfit."""
    if folder is None or not isinstance(name, str):
        raise Misfit("“file” must be a path.")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Misfit(f"“{name}” lies outside the folder of the bot's file.")
    if not path.is_file():
        raise Misfit(f"there is no file “{name}” beside the bot's file.")
    if not 0 < path.stat().st_size <= MAX_BYTES:
        raise Misfit(f"“{name}” is empty, or has more than {MAX_BYTES // 1_000_000} MB.")
    return path


def checked_server(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """An MCP server as it is exported: the names of its secret headers, never their values."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name):
        raise Misfit(
            f"“{name}”: a server's name has at most 31 lower-case letters, digits and _, and begins with a letter."
        )
    if not isinstance(given["url"], str) or len(given["url"]) > 500 or not ADDRESS.fullmatch(given["url"]):
        raise Misfit("“url” must be an address that begins with https://.")
    plain, secret = given.get("headers") or {}, given.get("secret_headers") or []
    if not isinstance(secret, list) or not all(isinstance(header, str) for header in secret):
        raise Misfit(
            "“secret_headers” must be a list of names: a key stands in no file. Enter it in the portal."
        )
    if (
        not isinstance(plain, dict)
        or any(not isinstance(value, str) for value in plain.values())
        or plain.keys() & set(secret)
    ):
        raise Misfit("“headers” must be texts by name, and none of them may stand in “secret_headers”, too.")
    checked_headers({**plain, **dict.fromkeys(secret)})
    allowed = given.get("allowed_tools") or []
    if (
        not isinstance(allowed, list)
        or len(allowed) > 50
        or not all(isinstance(t, str) and 0 < len(t) <= 100 for t in allowed)
    ):
        raise Misfit("“allowed_tools” must be a list of at most 50 names.")
    if len(set(allowed)) < len(allowed):
        raise Misfit("“allowed_tools” names a tool twice.")
    approvals = given.get("approvals") or {}
    if not isinstance(approvals, dict) or len(approvals) > 50:
        raise Misfit("“approvals” must be at most 50 rules by a tool's name.")
    oauth = checked_oauth(given.get("oauth"))
    return {
        "url": given["url"],
        "headers": in_order(plain),
        "secret_headers": sorted(secret),
        "oauth": in_order(oauth) if oauth else None,
        "allowed_tools": allowed,
        "tool_settings": in_order(checked_tool_settings(given.get("tool_settings") or {})),
        "approvals": {
            tool: in_order(rule) for tool in sorted(approvals) if (rule := checked_rule(approvals[tool]))
        },
        "timeout_s": checked_timeout(given.get("timeout_s", 10)),
        "enabled": checked_switch(given, "enabled", True),
    }


def checked_timeout(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= 60:
        raise Problem("number_out_of_range", field="timeout_s", least=1, most=60)
    return plain_number(given)


def checked_switch(given: dict[str, Any], name: str, default: bool) -> bool:
    if not isinstance(value := given.get(name, default), bool):
        raise Problem("switch_invalid", field=name)
    return value


def named_action(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """An HTTP action as it is exported: its secrets are parameters without a value."""
    for parameter in given.get("parameters") or []:
        if (
            isinstance(parameter, dict)
            and parameter.get("source") == "secret"
            and parameter.keys() & {"value", "schema"}
        ):
            raise Misfit(
                f"the key “{parameter.get('name')}” has a value here: a key stands in no file. Enter it in the portal."
            )
    for switch in ("read_only", "idempotent", "enabled"):
        checked_switch(given, switch, False)
    action = checked_action({**given, "name": name})
    del action["name"]
    if json.dumps(action).count("\\u0000"):
        raise Misfit("a zero character can't be stored.")
    action["timeout_s"] = plain_number(action["timeout_s"])
    return {**in_order(action), "approval": in_order(checked_rule(given.get("approval")))}


def checked_template(given: dict[str, Any]) -> dict[str, Any]:
    """A message template as Meta takes it. Meta itself checks its words when it is brought there."""
    texts = ("name", "language", "category")
    if not all(
        isinstance(given[field], str) and re.fullmatch(r"[A-Za-z0-9_]{1,512}", given[field])
        for field in texts
    ):
        raise Misfit(
            "“name”, “language” and “category” are written as Meta shows them: letters, digits and _."
        )
    parts = given["components"]
    if not isinstance(parts, list) or not all(
        isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts
    ):
        raise Misfit("“components” must be a list of what Meta calls components, each with its type.")
    if given.get("parameter_format", "POSITIONAL") not in ("POSITIONAL", "NAMED"):
        raise Misfit("“parameter_format” must be POSITIONAL or NAMED.")
    return {
        **{field: given[field] for field in texts},
        "parameter_format": given.get("parameter_format", "POSITIONAL"),
        "components": in_order(parts),
    }
