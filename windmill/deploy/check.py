"""Checks of the bundle that `wmill lint` does not make: python windmill/deploy/check.py [FOLDER]

A step's script exists, and is given what its main takes; `results.x` names a step before it; an app's backend exists; forms and arguments are
described; a header names requirements that exist; no key that the server would ignore; nothing that only the paid edition does. Each finding is
a sentence with its file.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy.metadata import REQUIRED, has_main, is_tool, signature
from deploy.tags import TAGS

WINDMILL = Path(__file__).resolve().parents[1]
RESULT = re.compile(r"\bresults(?:\?)?(?:\.(\w+)|\[['\"](\w+)['\"]\])")
INPUT = re.compile(r"\bflow_input(?:\?)?\.(\w+)")
REQUIREMENTS = re.compile(r"^# requirements:\s*(\S+)$", re.MULTILINE)
PAID = {
    "concurrent_limit", "concurrency_key", "concurrency_time_window_s", "debounce_key", "debounce_delay_s", "debounce_args_to_accumulate",
    "priority", "delete_after_use", "delete_after_secs", "dedicated_worker", "cache_ttl", "ws_error_handler_muted", "restart_unless_cancelled",
}  # fmt: skip
FLOW = {"summary", "description", "value", "schema", "tag", "visible_to_runner_only", "labels"}
VALUE = {"modules", "failure_module", "preprocessor_module", "same_worker"}
MODULE = {
    "id", "summary", "value", "retry", "timeout", "stop_after_if", "skip_if", "continue_on_error", "sleep", "suspend", "mock",
}  # fmt: skip
STEP = {"type", "path", "input_transforms", "tag_override"}
SCRIPT = {
    "summary",
    "description",
    "lock",
    "kind",
    "schema",
    "tag",
    "timeout",
    "envs",
    "labels",
    "visible_to_runner_only",
}
SCHEDULE = {
    "summary", "description", "args", "cron_version", "enabled", "is_flow", "no_flow_overlap", "schedule", "script_path", "timezone",
    "ws_error_handler_muted", "email", "retry", "on_failure", "on_recovery", "on_success", "paused_until", "tag",
}  # fmt: skip
BACKEND = {"type", "path", "fields"}
CONTAIN = {"contain_errors", "answer_page"}  # f/common/failures.py, f/common/portal_request.py
CONNECTS = "f/common/database.py"
CONNECTIONS = {"connect", "Connection", "AsyncConnection"}


class Bundle:
    """The files of one bundle; `findings` is what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[str] = []

    def say(self, file: Path, sentence: str) -> None:
        self.findings.append(f"{file.relative_to(self.folder)}: {sentence}")

    def read(self, file: Path) -> dict[str, Any]:
        try:
            content = yaml.safe_load(file.read_text())
        except yaml.YAMLError as error:
            self.say(file, f"is not YAML: {str(error).splitlines()[0]}")
            return {}
        return content if isinstance(content, dict) else {}

    def arguments(self, path: str) -> dict[str, Any] | None:
        """What the script's main takes; None where there is no such script."""
        file = self.folder / f"{path}.py"
        return signature(ast.parse(file.read_text())) if file.exists() else None

    def check(self) -> list[str]:
        for file in sorted(self.folder.glob("f/**/*.py")):
            self.script(file)
        for file in sorted(self.folder.glob("f/**/*__flow/flow.yaml")):
            self.flow(file)
        for file in sorted(self.folder.glob("f/**/*__raw_app/backend/*.yaml")):
            self.backend(file)
        for file in sorted(self.folder.glob("f/**/*.schedule.yaml")):
            self.schedule(file)
        return self.findings

    def unknown(self, file: Path, content: dict[str, Any], known: set[str], where: str = "") -> None:
        for key in sorted(map(str, content.keys() - known)):
            paid = "needs the paid edition" if key in PAID else "is not a key that the server knows"
            self.say(file, f"{where}`{key}` {paid}")

    def script(self, file: Path) -> None:
        form_file = file.with_suffix(".script.yaml")
        if not form_file.exists():
            return self.say(file, f"{form_file.name} is missing: run `make bundle`")
        if not file.with_suffix(".script.lock").exists():
            self.say(file, "its lock is missing: run `make bundle`")
        form = self.read(form_file)
        self.unknown(form_file, form, SCRIPT)
        self.described(form_file, form)
        expected = f"!inline {file.relative_to(self.folder).with_suffix('.script.lock')}"
        if form.get("lock") != expected:
            self.say(form_file, f"`lock` must be {expected!r}")
        self.requirements(file)
        tree = ast.parse(file.read_text())
        if has_main(tree):
            self.tagged(form_file, form)
        self.contained(file, tree)
        arguments = signature(tree)
        schema = form.get("schema") or {}
        if set(schema.get("properties") or {}) != set(arguments):
            self.say(
                form_file, f"its form has {_names(schema.get('properties'))}, main takes {_names(arguments)}"
            )
        needed = {name for name, default in arguments.items() if default is REQUIRED}
        if set(schema.get("required") or ()) != needed:
            self.say(
                form_file,
                f"its form requires {_names(schema.get('required'))}, main requires {_names(needed)}",
            )

    def tagged(self, file: Path, content: dict[str, Any]) -> None:
        """Whose tag no worker group takes would wait for ever."""
        if content.get("tag") not in TAGS:
            self.say(file, f"`tag` must be one of {_names(TAGS)}: windmill/deploy/tags.py")

    def contained(self, file: Path, tree: ast.Module) -> None:
        """Windmill shows an error's attributes, and psycopg's hold the password."""
        mains = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
        if any(not CONTAIN & {getattr(one, "id", None) for one in main.decorator_list} for main in mains):
            self.say(
                file, f"main has none of the decorators {_names(CONTAIN)}: its errors would show secrets"
            )
        if str(file.relative_to(self.folder)) != CONNECTS and any(map(connects, ast.walk(tree))):
            self.say(file, f"connects to PostgreSQL: only {CONNECTS} does, whose errors hold no password")

    def requirements(self, file: Path) -> None:
        """The server lets a header name a file that isn't there, and then locks the newest version of what the script imports."""
        for name in REQUIREMENTS.findall(file.read_text()):
            if not (self.folder / "dependencies" / f"{name}.requirements.in").exists():
                self.say(file, f"there is no dependencies/{name}.requirements.in: run `make bundle`")

    def described(self, file: Path, content: dict[str, Any]) -> None:
        """Summary, description, and a description for each argument: they are a user interface."""
        if len(str(content.get("summary") or "").split()) < 2:
            self.say(file, "has no summary that a person can use")
        for name, entry in ((content.get("schema") or {}).get("properties") or {}).items():
            if not str(entry.get("description") or "").strip():
                self.say(file, f"the argument {name!r} has no description")

    def flow(self, file: Path) -> None:
        flow = self.read(file)
        self.unknown(file, flow, FLOW)
        self.described(file, flow)
        if not flow.get("description"):
            self.say(file, "has no description")
        self.tagged(file, flow)
        value = flow.get("value") or {}
        self.unknown(file, value, VALUE, "value: ")
        inputs = set((flow.get("schema") or {}).get("properties") or {})
        before: set[str] = set()
        for module in value.get("modules") or []:
            self.step(file, module, before, inputs)
            before.add(str(module.get("id")))
        if failure := value.get("failure_module"):
            self.step(file, failure, before, inputs)
        elif not is_tool(str(file.relative_to(self.folder))):
            self.say(file, "has no failure_module: a failed run would leave its work open without a word")

    def step(self, file: Path, module: dict[str, Any], before: set[str], inputs: set[str]) -> None:
        where = f"step {module.get('id')}: "
        self.unknown(file, module, MODULE, where)
        if not module.get("summary"):
            self.say(file, f"{where}has no summary")
        if module.get("id") in before:
            self.say(file, f"{where}another step has this id")
        own = {str(module.get("id"))} if "stop_after_if" in module else set()
        for expression in expressions(module):
            for name in {first or second for first, second in RESULT.findall(expression)} - before - own:
                self.say(file, f"{where}`results.{name}` names no step before it")
            for name in set(INPUT.findall(expression)) - inputs:
                self.say(file, f"{where}`flow_input.{name}` is no input of the flow")
        value = module.get("value") or {}
        if value.get("type") != "script":
            return self.say(file, f"{where}only scripts by path are steps here, not {value.get('type')!r}")
        self.unknown(file, value, STEP, where)
        self.takes(file, where, str(value.get("path")), set(value.get("input_transforms") or {}))

    def takes(self, file: Path, where: str, path: str, handed: set[str]) -> None:
        """Whether the script exists and what is handed to it is what its main takes."""
        arguments = self.arguments(path)
        if arguments is None:
            return self.say(file, f"{where}there is no script {path}")
        if extra := handed - set(arguments):
            self.say(file, f"{where}{path} does not take {_names(extra)}")
        if lacking := {name for name, default in arguments.items() if default is REQUIRED} - handed:
            self.say(file, f"{where}{path} needs {_names(lacking)}")

    def backend(self, file: Path) -> None:
        runnable = self.read(file)
        self.unknown(file, runnable, BACKEND)
        arguments = self.arguments(str(runnable.get("path")))
        if arguments is None:
            return self.say(file, f"there is no script {runnable.get('path')}")
        if extra := set(runnable.get("fields") or {}) - set(arguments):
            self.say(file, f"{runnable['path']} does not take {_names(extra)}")

    def schedule(self, file: Path) -> None:
        schedule = self.read(file)
        self.unknown(file, schedule, SCHEDULE)
        self.takes(file, "", str(schedule.get("script_path")), set(schedule.get("args") or {}))


def connects(node: ast.AST) -> bool:
    """Whether code makes a connection of psycopg, or imports what makes one."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in {
            "psycopg.connect",
            "psycopg.Connection.connect",
            "psycopg.AsyncConnection.connect",
        }
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        return node.module == "psycopg_pool" or (node.module == "psycopg" and bool(names & CONNECTIONS))
    return isinstance(node, ast.Import) and any(alias.name == "psycopg_pool" for alias in node.names)


def expressions(value: Any) -> Iterator[str]:
    """Every JavaScript expression below a value."""
    if isinstance(value, dict):
        if isinstance(value.get("expr"), str):
            yield value["expr"]
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)


def _names(names: Any) -> str:
    return ", ".join(sorted(names or ())) or "nothing"


def resources(folder: Path) -> list[str]:
    """Whether each resource of the bootstrap has a type, fits it, and keeps passwords out of itself."""
    types = {entry["name"]: entry["schema"] for entry in json.loads((folder / "types.json").read_text())}
    findings = []
    for entry in json.loads((folder / "resources.json").read_text()):
        schema = types.get(entry["resource_type"])
        if schema is None:
            findings.append(f"{entry['path']}: there is no resource type {entry['resource_type']}")
            continue
        if extra := set(entry["value"]) - set(schema["properties"]):
            findings.append(f"{entry['path']}: {entry['resource_type']} has no field {_names(extra)}")
        if lacking := set(schema.get("required", ())) - set(entry["value"]):
            findings.append(f"{entry['path']}: {_names(lacking)} is missing")
        for name, value in entry["value"].items():
            if schema["properties"].get(name, {}).get("password") and not str(value).startswith("$var:"):
                findings.append(
                    f"{entry['path']}: `{name}` is a secret, so it must be a reference to a variable"
                )
    return [f"resources/resources.json: {finding}" for finding in findings]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=WINDMILL, help="the bundle (default: this one)"
    )
    folder = parser.parse_args().folder.resolve()
    if not (folder / "f").is_dir():
        print(f"{folder} has no folder f: it is no bundle", file=sys.stderr)
        return 2
    findings = Bundle(folder).check()
    if (folder / "resources").is_dir():
        findings += resources(folder / "resources")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
