# no_postinstall
# requirements: agent
"""What a server or Windmill says of a tool's parameters, made into what a model's vendor takes and a call can be held against."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

KINDS = ("string", "number", "integer", "boolean", "object", "array", "null")


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_kind(value: Any) -> bool:
    """A name of a type, or a list of some."""
    return value in KINDS or (
        isinstance(value, list) and 0 < len(value) == sum(kind in value for kind in KINDS)
    )


def are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(x, str) for x in value) and len({*value}) == len(value)


def is_plain(schema: Any) -> bool:
    """Whether it says only what most say, each of that as JSON Schema wants it. To hold one against JSON Schema's own schema takes 2 ms of the
    processor, for each tool that is offered in a turn."""
    return isinstance(schema, dict) and all(key in PLAIN and PLAIN[key](schema[key]) for key in schema)


PLAIN: dict[str, Callable[[Any], bool]] = {
    "type": is_kind,
    "required": are_names,
    "properties": lambda value: isinstance(value, dict) and all(map(is_plain, value.values())),
    "items": is_plain,
    "additionalProperties": lambda value: isinstance(value, bool) or is_plain(value),
    "default": lambda value: True,
    **dict.fromkeys(("title", "description", "format"), lambda value: isinstance(value, str)),
    **dict.fromkeys(("enum", "examples"), lambda value: isinstance(value, list)),
    **dict.fromkeys(("minimum", "maximum"), lambda value: type(value) in (int, float)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), is_count),
}


def usable_schema(given: Any) -> dict[str, Any] | None:
    """A tool's parameters: as they are where they are JSON Schema, else as far as their words go. None: they name no parameters at all."""
    schema = {**(given if isinstance(given, dict) else {}), "type": "object"}
    properties = schema.get("properties")
    if properties is not None and not isinstance(properties, dict):
        return None
    with contextlib.suppress(RecursionError):
        if is_plain(schema):
            return schema
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
        return schema
    except SchemaError:
        from f.models.tool_schemas import plain_schema

        with contextlib.suppress(TypeError, AttributeError):  # such as an allOf that is a number
            return plain_schema(schema)
    except RecursionError:
        pass
    return None
