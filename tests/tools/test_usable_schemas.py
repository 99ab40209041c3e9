"""A tool's parameters that say only what most say are not held against JSON Schema's own schema; every other one is."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from f.tools.usable_schemas import PLAIN, is_plain, usable_schema

VALUES: list[Any] = [
    None, True, False, 0, 3, -1, 2.5, float("inf"), "", "string", "text", [], ["a"], ["a", "a"], ["string"], ["string", "null"], ["null", "null"],
    ["string", 1], [["a"]], [{}], {}, {"a": {}}, {"a": 1}, {"a": {"type": "x"}}, {"type": "integer"}, {"type": []}, {"type": ["a"]}, {"$ref": 1},
    {"properties": {"a": {"minimum": "1"}}}, {"items": {"enum": [1, "a"]}}, {"pattern": "("}, {"required": ["a", 1]},
]  # fmt: skip
FORM = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "description": "its number", "enum": ["a", "b"], "minLength": 1},
        "lines": {
            "type": ["array", "null"],
            "items": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}},
        },
    },
    "required": ["order"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("key", PLAIN)
def test_what_is_plain_is_json_schema(key: str) -> None:
    taken = [value for value in VALUES if is_plain({key: value})]
    assert taken, "nothing is plain with it"
    for value in taken:
        Draft202012Validator.check_schema({key: value})


def test_a_usual_form_is_plain() -> None:
    assert is_plain(FORM) and usable_schema(FORM) == FORM


@pytest.mark.parametrize(
    "part", [{"pattern": "["}, {"type": "file"}, {"minimum": "1"}, {"items": {"type": "file"}}]
)
def test_what_is_not_json_schema_is_put_right_as_ever(part: dict[str, Any]) -> None:
    given = {"properties": {"p": {"description": "which", **part}}}
    usable = usable_schema(given)
    assert usable and usable != given | {"type": "object"}
    Draft202012Validator.check_schema(usable)


def test_one_that_is_too_deep_is_no_parameters() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"items": deep}
    assert usable_schema({"properties": {"p": deep}}) is None
