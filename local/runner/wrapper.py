"""Makes the `wrapper.py` that a script's process runs: arguments in, result or error out, as files.

The rules are Windmill's: the signature of `main` decides which arguments are passed and how they are read.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

TEMPLATE = '''\
import json
import os
import sys
import traceback

from {package} import {module} as script

FOLDER = os.path.dirname(os.path.abspath(__file__))
CONVERT = {convert!r}
OPTIONAL = {optional!r}
REQUIRED = {required!r}
TAKES_ALL = {takes_all!r}


def convert(kind, value):
    if value is None:
        return None
    if kind == "bytes":
        import base64
        return base64.b64decode(value)
    from datetime import date, datetime
    if kind == "datetime":
        return datetime.fromisoformat(value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        for form in ("%d-%m-%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d"):
            try:
                return datetime.strptime(value, form).date()
            except ValueError:
                continue
    return value


def arguments():
    with open(os.path.join(FOLDER, "args.json"), encoding="utf-8") as file:
        given = json.load(file, strict=False)
    for name, kind in CONVERT.items():
        if name in given:
            given[name] = convert(kind, given[name])
    if TAKES_ALL:
        return given
    chosen = {{name: given.get(name) for name in REQUIRED}}
    chosen.update((name, given[name]) for name in OPTIONAL if given.get(name) is not None)
    return chosen


def base64_text(value):
    import base64
    return base64.b64encode(value).decode("ascii")


def sanitise_value(value):
    """What PostgreSQL's JSON can't hold: a number that isn't one becomes null, a NUL character the word."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, str):
        return value.replace("\\x00", " null ") if "\\x00" in value else value
    if isinstance(value, dict):
        return {{sanitise_value(k) if isinstance(k, str) else k: sanitise_value(v) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return [sanitise_value(item) for item in value]
    return value


def other(value):
    return sanitise_value(str(value))


def dump(value):
    if isinstance(value, bytes):
        value = base64_text(value)
    elif isinstance(value, dict):
        value = {{k: base64_text(v) if isinstance(v, bytes) else v for k, v in value.items()}}
    try:
        text = json.dumps(value, separators=(",", ":"), default=str, allow_nan=False)
    except ValueError:
        text = None
    if text is None or "\\\\u0000" in text:
        text = json.dumps(sanitise_value(value), separators=(",", ":"), default=other)
    return text


def write(text):
    with open(os.path.join(FOLDER, "result.json"), "w", encoding="utf-8") as file:
        file.write(text)


try:
    given = arguments()
    if not callable(getattr(script, "main", None)):
        raise ValueError("main function is missing")
    write(dump(script.main(**given)))
except BaseException as error:
    stack = traceback.format_tb(error.__traceback__)
    report = {{"message": str(error), "name": type(error).__name__, "stack": "\\n".join(stack[1:])}}
    if getattr(error, "__dict__", None):
        report["extra"] = error.__dict__
    if os.environ.get("WM_FLOW_STEP_ID"):
        report["step_id"] = os.environ["WM_FLOW_STEP_ID"]
    write(dump(report))
    sys.exit(1)
'''


@dataclass(frozen=True)
class Signature:
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    convert: tuple[tuple[str, str], ...] = ()
    takes_all: bool = False


def _type_name(node: ast.expr | None) -> str:
    """The plain name of an annotation; `Optional[bytes]` and `bytes | None` are what they hold."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript) and _type_name(node.value) == "Optional":
        return _type_name(node.slice)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [node.left, node.right]
        held = [s for s in sides if not (isinstance(s, ast.Constant) and s.value is None)]
        return _type_name(held[0]) if len(held) == 1 else ""
    return ""


def read_signature(source: str) -> Signature:
    """What `main` takes. A script that can't be parsed has no signature: running it will say why."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return Signature()
    main = next((n for n in reversed(body) if isinstance(n, ast.FunctionDef) and n.name == "main"), None)
    if main is None:
        return Signature()
    positional = [*main.args.posonlyargs, *main.args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(main.args.defaults)) + [
        *main.args.defaults
    ]
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(main.args.kwonlyargs, main.args.kw_defaults, strict=True),
    ]
    kinds = [(arg.arg, _type_name(arg.annotation)) for arg, _ in pairs]
    return Signature(
        required=tuple(arg.arg for arg, default in pairs if default is None),
        optional=tuple(arg.arg for arg, default in pairs if default is not None),
        convert=tuple((name, kind) for name, kind in kinds if kind in ("bytes", "datetime", "date")),
        takes_all=main.args.kwarg is not None,
    )


def module_name(path: str) -> tuple[str, str]:
    """Package and module under which a script is imported; Windmill makes a valid name of any path."""
    *folders, last = path.split("/")
    if last[:1].isdigit():
        last = f"_{last}"
    last = last.replace("-", "_").replace(" ", "_").lower()
    return ".".join(folder.replace("-", "_") for folder in folders), last


def render(path: str, source: str) -> str:
    signature = read_signature(source)
    package, module = module_name(path)
    return TEMPLATE.format(
        package=package,
        module=module,
        convert=dict(signature.convert),
        optional=signature.optional,
        required=signature.required,
        takes_all=signature.takes_all,
    )
