# no_postinstall
# requirements: agent
"""What a tenant may enter as an HTTP action, checked and in the form in which http_actions stores it."""

from __future__ import annotations

import json
import re
from typing import Any

from f.common.database import Connection
from f.common.problems import Problem
from f.common.redaction import sanitise_strings
from f.tools.contact_inputs import is_field
from f.tools.header_fields import is_sendable
from f.tools.http_actions import PLACE
from f.tools.http_answers import MOST_VALUES, VALUE
from f.tools.http_requests import origin_of

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SOURCES = ("model", "fixed", "contact", "secret")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
# What HTTP or the guard sets itself.
RESERVED = frozenset({"accept-encoding", "connection", "content-length", "host", "transfer-encoding"})
MOST_PARAMETERS, LARGEST = 60, 100_000  # of an action as JSON
# Of a schema: patterns could take for ever, and references are written out when a document is imported.
LEFT_OUT = ("pattern", "patternProperties", "$schema", "$id", "$anchor", "$dynamicRef", "$ref")
COLUMNS = (
    "name", "description", "method", "url", "query", "headers", "body", "body_kind", "parameters", "answer_path", "answer_template",
    "read_only", "idempotent", "timeout_s", "enabled",
)  # fmt: skip


class ActionError(Problem):
    """What is wrong with an action."""


def checked_action(given: Any) -> dict[str, Any]:
    """The action with every column. Raises ActionError."""
    if not isinstance(given, dict) or len(json.dumps(given)) > LARGEST:
        raise ActionError("action_too_large", most=LARGEST // 1000)
    given = sanitise_strings(given)  # half a letter of a pasted line can be neither stored nor sent
    action: dict[str, Any] = {
        "name": given.get("name"),
        "description": _words(given.get("description"), 1000),
        "method": str(given.get("method") or "GET").upper(),
        "url": given.get("url"),
        "query": _object(given.get("query"), "query"),
        "headers": _headers(given.get("headers")),
        "body": given.get("body"),
        "body_kind": given.get("body_kind") or "none",
        "parameters": [],
        "answer_path": _path(given.get("answer_path")),
        "answer_template": _template(given.get("answer_template")),
        "read_only": given.get("read_only") is True,
        "idempotent": given.get("idempotent") is True,
        "timeout_s": _timeout(given.get("timeout_s")),
        "enabled": given.get("enabled", True) is True,
    }
    if not isinstance(action["name"], str) or not NAME.fullmatch(action["name"]):
        raise ActionError("action_name")
    if not action["description"]:
        raise ActionError("action_description")
    if action["method"] not in METHODS or action["body_kind"] not in ("none", "json", "form"):
        raise ActionError("action_method")
    if action["method"] == "GET" or action["body_kind"] == "none":
        action["body"], action["body_kind"] = None, "none"
    if action["body_kind"] == "form" and not isinstance(action["body"], dict):
        raise ActionError("action_method")
    action["url"] = checked_url(action["url"])
    action["parameters"] = _parameters(given.get("parameters") or [], places(action))
    return action


def checked_url(url: Any) -> str:
    """The address. Its host is the tenant's word alone: no place for a value stands in it."""
    if (
        not isinstance(url, str)
        or not re.fullmatch(r"https?://[^\s@{}/?#]+([/?][^\s#]*)?", url)
        or len(url) > 2000
    ):
        raise ActionError("action_url")
    try:
        origin_of(url)
    except ValueError:  # such as a port that is none
        raise ActionError("action_url") from None
    return url


def places(action: dict[str, Any]) -> list[str]:
    """The names of the places in a request, each once, in order."""
    found = [*PLACE.findall(action["url"])]
    for part in (action["query"], action["headers"], action["body"]):
        found += _places_in(part)
    return list(dict.fromkeys(found))


def _places_in(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [name for item in part.values() for name in _places_in(item)]
    if isinstance(part, list):
        return [name for item in part for name in _places_in(item)]
    return PLACE.findall(part) if isinstance(part, str) else []


def _parameters(given: Any, wanted: list[str]) -> list[dict[str, Any]]:
    """A parameter for each place, and no other."""
    if not isinstance(given, list) or len(given) > MOST_PARAMETERS:
        raise ActionError("list_too_long", field="parameters", most=MOST_PARAMETERS)
    made = [_parameter(each) for each in given]
    names = [each["name"] for each in made]
    for name in wanted:
        if name not in names:
            raise ActionError("action_place", name=name)
    for name in names:
        if name not in wanted or names.count(name) > 1:
            raise ActionError("action_parameter_unused", name=name)
    return made


def _parameter(given: Any) -> dict[str, Any]:
    name = given.get("name") if isinstance(given, dict) else None
    if not isinstance(name, str) or not PARAMETER.fullmatch(name) or given.get("source") not in SOURCES:
        raise ActionError("action_parameter", name=str(name)[:64])
    made: dict[str, Any] = {"name": name, "source": given["source"]}
    if made["source"] == "model":
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError

        schema = given.get("schema")
        made["schema"] = plainer(schema if isinstance(schema, dict) and schema else {"type": "string"})
        try:
            Draft202012Validator.check_schema(made["schema"])
        except (SchemaError, RecursionError):
            raise ActionError("action_parameter", name=name) from None
        made |= {"description": _words(given.get("description"), 500)}
    if made["source"] in ("model", "contact"):
        made["required"] = given.get("required", True) is True
    if made["source"] == "fixed":
        made["value"] = given.get("value")
    if made["source"] == "contact":
        if not is_field(given.get("value")):
            raise ActionError("action_parameter", name=name)
        made["value"] = given["value"]
    return made


def plainer(schema: Any, names: bool = False) -> Any:
    """A schema without what could take for ever, or lead out of it. `names`: its keys are properties, whatever they are called."""
    if isinstance(schema, list):
        return [plainer(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: plainer(value, not names and key == "properties")
        for key, value in schema.items()
        if names or key not in LEFT_OUT
    }


def _object(given: Any, field: str) -> dict[str, Any]:
    if given is not None and not isinstance(given, dict):
        raise ActionError("text_too_long", field=field, most=2000)
    return given or {}


def _headers(given: Any) -> dict[str, str]:
    for name, value in _object(given, "headers").items():
        if not is_sendable(name, value, RESERVED):
            raise ActionError("header_invalid", field=name[:100])
    return _object(given, "headers")


def _path(given: Any) -> str:
    path = _words(given, 500)
    if path:
        import jsonpath

        try:
            jsonpath.compile(path)
        except jsonpath.JSONPathError as error:
            raise ActionError("action_path", problem=str(error).splitlines()[0][:200]) from None
    return path


def _template(given: Any) -> str:
    template = _words(given, 2000)
    paths = VALUE.findall(template)
    if len(paths) > MOST_VALUES or "{{" in VALUE.sub("", template):
        raise ActionError("action_template", most=MOST_VALUES)
    for path in paths:
        _path(path)
    return template


def _words(given: Any, most: int) -> str:
    if given is not None and (not isinstance(given, str) or len(given) > most):
        raise ActionError("text_too_long", field="description", most=most)
    return (given or "").strip()


def _timeout(given: Any) -> float:
    if given is None:
        return 10
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= 60:
        raise ActionError("number_out_of_range", field="timeout_s", least=1, most=60)
    return given


def write_action(conn: Connection, tenant_id: str, action: dict[str, Any], sealed: bytes | None) -> None:
    """Adds a checked action, or changes the one of its name. In a transaction of the tenant."""
    names = ", ".join((*COLUMNS, "sealed_values"))
    updates = ", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS[1:], "sealed_values"))
    jsonb = ("query", "headers", "body", "parameters")
    marks = ", ".join("%s::jsonb" if name in jsonb else "%s" for name in COLUMNS)
    values = [json.dumps(action[name]) if name in jsonb else action[name] for name in COLUMNS]
    conn.execute(
        f"insert into http_actions (tenant_id, {names}) values (%s, {marks}, %s)"
        f" on conflict (tenant_id, name) do update set {updates}".encode(),
        [tenant_id, *values, sealed],
    )
