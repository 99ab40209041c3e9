"""Holds what a program sends against the schemas of the API: a wrong field is named before anything is run."""

from __future__ import annotations

import re
from typing import Any

from portal.api_schemas import Schema

NOUNS = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def of_query(schema: Schema, text: str) -> Any:
    """The value that a text of an address stands for; the text itself where it stands for none."""
    kind = schema["type"]
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "integer" and re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    return text


def problem_with(name: str, schema: Schema, value: Any) -> str | None:
    """What is wrong with a value, as a sentence; None: nothing is."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None and "null" in kinds:
        return None
    kind: str = kinds[0]
    fits: Any = value  # mypy would go by the table of kinds
    if not isinstance(fits, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        return f"“{name}” must be {NOUNS[kind]}."
    if kind == "string":
        return problem_with_text(name, schema, value)
    if kind == "integer" and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"“{name}” must be from {schema['minimum']} to {schema['maximum']}."
    if kind == "array":
        if len(value) > schema.get("maxItems", len(value)):
            return f"“{name}” may have at most {schema['maxItems']} entries."
        return next(
            (words for each in value if (words := problem_with(name, schema["items"], each))),
            None,
        )
    if kind == "object" and isinstance(schema.get("properties"), dict):
        return problem_with_fields(schema, value)
    return None


def problem_with_text(name: str, schema: Schema, value: str) -> str | None:
    if len(value) > schema.get("maxLength", 4000):
        return f"“{name}” may have at most {schema.get('maxLength', 4000)} characters."
    if "enum" in schema and value not in schema["enum"]:
        return f"“{name}” must be one of: {', '.join(schema['enum'])}."
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"“{name}” does not look as it should ({schema['pattern']})."
    return None


def problem_with_fields(schema: Schema, value: dict[str, Any]) -> str | None:
    """Every required field is there, each is known, and has a value that fits."""
    known: dict[str, Schema] = schema["properties"]
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"“{missing[0]}” is missing."
    for name, field in value.items():
        if name not in known:
            return f"There is no field “{name[:60]}” here."
        if words := problem_with(name, known[name], field):
            return words
    return None
