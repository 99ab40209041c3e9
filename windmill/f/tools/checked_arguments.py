# no_postinstall
# requirements: agent
"""The model's arguments of a call, held against the schema of the tool's parameters before anything is called."""

from __future__ import annotations

import json
from typing import Any

from f.tools.live_tools import ToolError


def checked(name: str, arguments: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The arguments, with what some models write as text made into what it is. Raises ToolError where they don't fit. `name`: the tool's."""
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kinds = {n: _kinds(part) for n, part in schema["properties"].items()}
    given = {n: _read_as(value, kinds.get(n, [])) for n, value in arguments.items() if value is not None}
    try:  # an empty registry: nothing is fetched to check anything
        problem = next(iter(Draft202012Validator(schema, registry=Registry()).iter_errors(given)), None)
    except Unresolvable:
        problem = None
    if problem:
        where = ".".join(map(str, problem.absolute_path))
        raise ToolError(f"{name}: {where + ': ' if where else ''}{problem.message}"[:500], by_tool=True)
    return given


def _kinds(part: Any) -> list[str]:
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if isinstance(kind, list) else [kind] if isinstance(kind, str) else []


def _read_as(value: Any, kinds: list[str]) -> Any:
    """A text that stands for a number, a list or an object, where no text is wanted; and a number where only a text is."""
    if isinstance(value, int | float) and not isinstance(value, bool) and kinds == ["string"]:
        return str(value)
    if not isinstance(value, str) or not kinds or "string" in kinds:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
