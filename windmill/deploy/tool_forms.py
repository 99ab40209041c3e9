"""The forms of scripts that chatbots call as tools (f/tenant_tools): what a model reads of their parameters.

Each parameter's type is its annotation, and its description a line `name: words` of the script's docstring. What the platform gives every
script, such as db or contact_id, arguments.py describes.
"""

from __future__ import annotations

import ast
import re
from typing import Any

FOLDER = "f/tenant_tools/"
LINE = re.compile(r"^(\w+): (.+)$", re.MULTILINE)
TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
}


def described(docstring: str, names: set[str]) -> tuple[str, dict[str, str]]:
    """A docstring without the lines about these parameters, and those lines by name."""
    words = {name: about.strip() for name, about in LINE.findall(docstring) if name in names}
    rest = LINE.sub(lambda line: "" if line[1] in words else line[0], docstring)
    return rest.strip(), words


def types_of(tree: ast.Module) -> dict[str, dict[str, Any]]:
    """The schema of each parameter of main, by its annotation. An annotation that is no plain type has none."""
    main = next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main"), None)
    arguments = main.args.args if main else []
    found = {each.arg: schema_of(each.annotation) for each in arguments if each.annotation}
    return {name: schema for name, schema in found.items() if schema}


def schema_of(annotation: ast.expr) -> dict[str, Any] | None:
    """`str`, `int`, `float`, `bool`, `dict`, `list[str]`, `Literal["a", "b"]`, and each with `| None`."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = [side for side in (annotation.left, annotation.right) if ast.unparse(side) != "None"]
        return schema_of(sides[0]) if len(sides) == 1 else None
    if isinstance(annotation, ast.Name) and annotation.id in TYPES:
        return {"type": TYPES[annotation.id]}
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.value, ast.Name):
        return None
    if annotation.value.id == "Literal":
        values = ast.literal_eval(annotation.slice)
        return {"type": "string", "enum": list(values) if isinstance(values, tuple) else [values]}
    if annotation.value.id == "list":
        return {"type": "array", "items": schema_of(annotation.slice) or {"type": "object"}}
    return {"type": TYPES[annotation.value.id]} if annotation.value.id in TYPES else None
