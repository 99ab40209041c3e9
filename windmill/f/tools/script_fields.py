# no_postinstall
# requirements: agent
"""A script's row as the tenant's staff makes it: which script, under which name, and who fills its parameters."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from f.common.database import Connection
from f.common.problems import Problem
from f.tools.contact_inputs import is_field, suggested_field
from f.tools.identity import OURS
from f.tools.script_jobs import Definition
from f.tools.script_tools import ScriptProblem, is_reference, model_schema, properties_of, references

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_MARKS, LONGEST_VALUE = 50, 2000


class ScriptError(Problem):
    """Why a script can't be ticked."""


def parameters_of(definition: Definition, marks: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """A script's parameters for a person: {name, kind, description, source, value, required} each. source: model, contact, fixed, or platform for
    what nobody chooses. Without `marks` they are proposed by their names and types."""
    required = definition.schema.get("required")
    known = {mark["name"]: mark for mark in marks or []}
    shown = []
    for name, part in properties_of(definition.schema).items():
        one = {
            "name": name,
            "kind": str(part.get("type") or ""),
            "description": str(part.get("description") or ""),
            "required": isinstance(required, list) and name in required,
            "source": "model",
            "value": None,
        }
        if name in OURS or (is_reference(part) and name not in known):
            one["source"] = "platform"
        elif name in known:
            one |= known[name]
        elif marks is None and (wanted := suggested_field(name)):
            one |= {"source": "contact", "value": wanted}
        shown.append(one)
    return shown


def checked_script(given: dict[str, Any], definition: Definition) -> dict[str, Any]:
    """The columns of a row of script_tools. Raises ScriptError."""
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ScriptError("action_name")
    timeout = given.get("timeout_s", 20)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 1 <= timeout <= 60:
        raise ScriptError("number_out_of_range", field="timeout_s", least=1, most=60)
    marks = [checked_mark(mark, definition) for mark in given.get("parameters") or []][:MOST_MARKS]
    try:
        model_schema(definition.schema, marks)
        references(definition.schema, marks)
    except ScriptProblem as problem:
        raise ScriptError("script_problem", problem=str(problem)) from None
    return {
        "name": name,
        "parameters": marks,
        "read_only": given.get("read_only") is True,
        "timeout_s": timeout if math.isfinite(timeout) else 20,
        "enabled": given.get("enabled", True) is True,
    }


def checked_mark(mark: Any, definition: Definition) -> dict[str, Any]:
    """One parameter that the model does not fill."""
    name = mark.get("name") if isinstance(mark, dict) else None
    part = properties_of(definition.schema).get(str(name))
    if not isinstance(name, str) or part is None or name in OURS:
        raise ScriptError("action_parameter", name=str(name)[:64])
    required = mark.get("required", True) is True
    if mark.get("source") == "contact" and is_field(mark.get("value")):
        return {"name": name, "source": "contact", "value": mark["value"], "required": required}
    fits = len(json.dumps(mark.get("value"))) <= LONGEST_VALUE and not is_reference(part)
    if mark.get("source") == "fixed" and fits:
        return {"name": name, "source": "fixed", "value": mark.get("value")}
    raise ScriptError("action_parameter", name=name[:64])


def write_script(
    conn: Connection, tenant_id: str, path: str, is_flow: bool, script: dict[str, Any], definition: Definition
) -> bool:
    """Adds a checked script, or changes the one of its name, in a transaction of the tenant. False: it is in a folder of others."""
    done = conn.execute(
        b"insert into script_tools (tenant_id, name, path, is_flow, parameters, read_only, timeout_s, enabled, discovered, discovered_at)"
        b" select %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s::jsonb, now() where may_use_script(%s)"
        b" on conflict (tenant_id, name) do update set path = excluded.path, is_flow = excluded.is_flow, parameters = excluded.parameters,"
        b" read_only = excluded.read_only, timeout_s = excluded.timeout_s, enabled = excluded.enabled, discovered = excluded.discovered,"
        b" discovered_at = now(), warnings = '[]'",
        [
            tenant_id,
            script["name"],
            path,
            is_flow,
            json.dumps(script["parameters"]),
            script["read_only"],
            script["timeout_s"],
            script["enabled"],
            json.dumps(definition._asdict()),
            path,
        ],
    )
    return done.rowcount == 1
