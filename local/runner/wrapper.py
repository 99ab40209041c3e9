"""Makes the `wrapper.py` that a script's process runs: arguments in, result or error out, as files.

The rules are Windmill's: the signature of `main` decides which arguments are passed.
"""

from __future__ import annotations

TEMPLATE = '''\
import json
import os
import sys
import traceback

os.nice(int(os.environ.pop("RUNNER_NICE", "0")))

from {package} import {module} as script

FOLDER = os.path.dirname(os.path.abspath(__file__))


def arguments(main):
    "What of the given arguments `main` takes: what it requires, null where it is missing; what has a default, where it is given."
    with open(os.path.join(FOLDER, "args.json"), encoding="utf-8") as file:
        given = json.load(file, strict=False)
    while hasattr(main, "__wrapped__"):  # decorated; Windmill reads the signature from the file
        main = main.__wrapped__
    code = main.__code__
    if code.co_flags & 0x08:  # **given
        return given
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    with_default = set(names[code.co_argcount - len(main.__defaults__ or ()) : code.co_argcount]) | set(main.__kwdefaults__ or ())
    return {{name: given.get(name) for name in names if name not in with_default or given.get(name) is not None}}


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
    if not callable(getattr(script, "main", None)):
        raise ValueError("main function is missing")
    write(dump(script.main(**arguments(script.main))))
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


def module_name(path: str) -> tuple[str, str]:
    """Package and module under which a script is imported; Windmill makes a valid name of any path."""
    *folders, last = path.split("/")
    if last[:1].isdigit():
        last = f"_{last}"
    last = last.replace("-", "_").replace(" ", "_").lower()
    return ".".join(folder.replace("-", "_") for folder in folders), last


def render(path: str) -> str:
    package, module = module_name(path)
    return TEMPLATE.format(package=package, module=module)
