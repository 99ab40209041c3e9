"""Tool schemas in the form that every vendor takes. A keyword that a vendor can't read moves into the description.

Vendors take a subset of JSON Schema, each another one, and refuse the whole request for one keyword. The conservative form has types,
properties, items, enums of strings, required and descriptions; references are written out.
"""

from __future__ import annotations

import json
from typing import Any

TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
KEPT = ("type", "description", "properties", "items", "required", "enum", "nullable")
DROPPED_SILENTLY = ("$schema", "$id", "$defs", "definitions", "title", "$comment", "additionalProperties")
DEEPEST = 8
MOST_PARTS = 2000  # of one schema are looked at: one that names itself has no end


def conservative(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same tools with their parameters in the conservative form."""
    return [
        {**tool, "function": {**tool["function"], "parameters": plain_schema(tool["function"]["parameters"])}}
        for tool in tools
    ]


def plain_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A tool's parameters in the conservative form; the outermost is always an object."""
    part = _plain(schema, Root(schema), 0)
    return {**part, "type": "object", "properties": part.get("properties") or {}}


class Root:
    """The whole schema, which references point into, and how many more parts of it are written out. What is beyond that is any text."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema, self.left = schema, MOST_PARTS

    def ends(self, part: Any, depth: int) -> bool:
        self.left -= 1
        return not isinstance(part, dict) or depth > DEEPEST or self.left < 0


def _plain(schema: Any, root: Root, depth: int) -> dict[str, Any]:
    if root.ends(schema, depth):
        return {"type": "string"}
    schema = merged(schema, root)
    notes = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in schema.items()
        if key not in KEPT and key not in DROPPED_SILENTLY and key != "const"
    ]
    kind = schema.get("type")
    out: dict[str, Any] = {}
    if isinstance(kind, list):
        if "null" in kind:
            notes.append("may be left out")
        kind = next((k for k in kind if k != "null"), "string")
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(values, list) and values:
        if all(isinstance(value, str) for value in values):
            kind, out["enum"] = "string", values
        else:
            notes.append(f"one of {json.dumps(values, ensure_ascii=False)}")
    known = isinstance(kind, str) and kind in TYPES
    out["type"] = kind if known else "object" if "properties" in schema else "string"
    if out["type"] == "array":
        out["items"] = _plain(schema.get("items") or {"type": "string"}, root, depth + 1)
    if out["type"] == "object":
        properties = schema.get("properties")
        out["properties"] = {
            str(name): _plain(inner, root, depth + 1)
            for name, inner in (properties if isinstance(properties, dict) else {}).items()
        }
        required = schema.get("required")
        out["required"] = [
            n for n in (required if isinstance(required, list) else []) if n in out["properties"]
        ]
        if depth and not out["properties"]:
            out = {"type": "string"}
            notes.append("a JSON object, written as text")
    words = "; ".join([str(schema.get("description") or ""), *notes]).strip("; ")
    return {**out, "description": words[:1000]} if words else out


def merged(schema: Any, root: Root, depth: int = 0) -> dict[str, Any]:
    """A schema with its reference followed, its allOf joined, and the first real choice of anyOf or oneOf taken."""
    if root.ends(schema, depth):
        return {"type": "string"}
    for _ in range(DEEPEST):
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**_referred(str(schema["$ref"]), root.schema), **rest}
        elif schema.get("allOf"):
            joined: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
            for part in schema["allOf"]:
                part = merged(part, root, depth + 1)
                both = {**part.get("properties", {}), **joined.get("properties", {})}
                joined = {**part, **joined} | ({"properties": both} if both else {})
            schema = joined
        elif choice := schema.get("anyOf") or schema.get("oneOf"):
            rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
            real = [c for c in choice if isinstance(c, dict) and c.get("type") != "null"] or [{}]
            others = {"or": real[1:]} if len(real) > 1 else {}
            schema = {**real[0], **rest, **others}
        else:
            break
    return schema


def _referred(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    """What '#/$defs/Name' points to; an unknown reference is any text."""
    part: Any = root
    for step in reference.removeprefix("#/").split("/"):
        part = part.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(part, dict) else None
    return part if isinstance(part, dict) else {"type": "string"}
