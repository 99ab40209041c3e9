"""Evaluates a flow's JavaScript expressions in QuickJS, with the names that Windmill gives them."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

import quickjs

from local.runner.errors import ExecutionError
from local.runner.flowfile import Transform

MEMORY_LIMIT = 32 * 1024 * 1024
TIME_LIMIT_S = 5
STEP_RESULT = re.compile(r"results\??\.([A-Za-z_0-9]+)(?:\[(\d+)\])?((?:\.[A-Za-z_0-9]+)+)?")
STATEMENT = re.compile(r"(^|[;{}\n])\s*return\b")

# `error` is the error of the step before, in the words that Windmill has for one it can't read.
PRELUDE = """
var error = (previous_result && typeof previous_result === 'object') ? previous_result.error : undefined;
if (!error) error = previous_result
    ? { name: 'UnknownError', message: 'Could not parse the error', error: previous_result }
    : { name: 'UnknownError', message: 'No error found' };
function refuse(name) { return function (path) { throw new Error(name + '(' + JSON.stringify(path) +
    ') would store a secret in the arguments: pass "$var:" or "$res:" as a static value'); }; }
var variable = refuse('variable'), resource = refuse('resource');
"""


@dataclass(frozen=True)
class Scope:
    """What an expression can see."""

    flow_input: dict[str, Any]
    results: dict[str, Any]
    previous_result: Any
    extra: dict[str, Any] = field(default_factory=dict)


def _shortcut(expr: str, scope: Scope) -> tuple[bool, Any]:
    """A plain path into a step's result needs no JavaScript; what is missing there is null, not an error."""
    match = STEP_RESULT.fullmatch(expr)
    if not match:
        return False, None
    step, index, rest = match.groups()
    keys = rest.strip(".").split(".") if rest else []
    if keys and keys[-1] == "length":
        return False, None
    value: Any = scope.results.get(step)
    if index is not None:
        value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    for key in keys:
        if isinstance(value, list) and key.isdigit():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return True, value


def _context(scope: Scope) -> quickjs.Context:
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_LIMIT)
    context.set_time_limit(TIME_LIMIT_S)
    names = {
        "flow_input": scope.flow_input,
        "results": scope.results,
        "previous_result": scope.previous_result,
        "result": scope.previous_result,
        **scope.extra,
    }
    for name, value in names.items():
        context.set(name, context.parse_json(json.dumps(value)))
    context.eval(PRELUDE)
    return context


def _run(context: quickjs.Context, expr: str) -> Any:
    body = expr if STATEMENT.search(expr) else f"return ({expr.rstrip(';')});"
    try:
        text = context.eval(
            f"(function () {{ const x = (function () {{ {body}\n }})(); "
            "return JSON.stringify(x === undefined ? null : x); })()"
        )
    except (quickjs.JSException, quickjs.StackOverflow) as error:
        reason = str(error).strip().split("\n    at ")[0] or "the expression took too long"
        raise ExecutionError(f"Error during isolated evaluation of expression `{expr}`:\n{reason}") from error
    return None if text is None else json.loads(text)


def _evaluate_all(transforms: dict[str, Transform], scope: Scope) -> dict[str, Any]:
    values: dict[str, Any] = {}
    context: quickjs.Context | None = None
    for name, transform in transforms.items():
        if transform.type == "static":
            values[name] = transform.value
            continue
        expr = transform.expr.strip()
        known, value = _shortcut(expr, scope)
        if not known:
            context = context or _context(scope)
            value = _run(context, expr)
        values[name] = value
    return values


async def evaluate(transforms: dict[str, Transform], scope: Scope) -> dict[str, Any]:
    """All of a step's inputs, in a thread: an expression may be slow, and QuickJS stays in one thread."""
    if all(item.type == "static" for item in transforms.values()):
        return {name: item.value for name, item in transforms.items()}
    return await asyncio.to_thread(_evaluate_all, transforms, scope)


async def evaluate_condition(expr: str, scope: Scope) -> bool:
    values = await evaluate(
        {"condition": Transform(type="javascript", expr=f"Boolean({expr.strip()})")}, scope
    )
    return bool(values["condition"])
