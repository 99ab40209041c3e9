# no_postinstall
# requirements: agent
"""What a server or Windmill says of a tool's parameters, made into what a model's vendor takes and a call can be held against."""

from __future__ import annotations

import contextlib
from typing import Any


def usable_schema(given: Any) -> dict[str, Any] | None:
    """A tool's parameters: as they are where they are JSON Schema, else as far as their words go. None: they name no parameters at all."""
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    schema = {**(given if isinstance(given, dict) else {}), "type": "object"}
    properties = schema.get("properties")
    if properties is not None and not isinstance(properties, dict):
        return None
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
