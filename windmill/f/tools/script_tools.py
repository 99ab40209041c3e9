# no_postinstall
# requirements: agent
"""A script or flow of Windmill as a tool: its parameters are those that Windmill shows, and each is filled by whom it is for.

The model fills what is its own. Who the customer is and which tenant it is comes from the conversation, what the script declares as a reference
to a resource or variable stays that reference, and the tenant may fix values. No text of the model or the tenant becomes a reference.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from f.common.redaction import redact_keys
from f.common.windmill import job_state
from f.common.windmill_references import escape_references
from f.tools.checked_arguments import checked
from f.tools.contact_inputs import contact_values
from f.tools.identity import OURS
from f.tools.live_tools import SCRIPTS, LiveTool, ToolError, Words, cut, not_shown
from f.tools.script_jobs import Definition, Job, call_id, moments, read_definition, result_of, run_job
from f.tools.usable_schemas import usable_schema

ANSWERING_S = 5.0  # how long Windmill may take to answer again, before nobody knows what became of a call
REFERENCE = re.compile(r"\$(?:res|var):\S+")
# Keys of a JSON schema that Windmill's forms need, and of what could take for ever to check.
LEFT_OUT = frozenset(
    ["order", "originalType", "format", "pattern", "patternProperties", "$ref", "$dynamicRef", "$schema", "default", "password", "nullable"]
)  # fmt: skip
FILES = frozenset(["file", "png", "jpeg", "jpg", "gif", "svg", "pdf", "s3", "wav", "mp3", "mp4"])


class ScriptProblem(Exception):
    """Why a script can't be offered as a tool, as a sentence for the tenant and the operator."""


@dataclass
class ScriptTool(LiveTool):
    """One row of script_tools. `parameters`: the schema of what the model fills. `known`: what is known of the contact. `key`: of the hash that
    job ids are made with."""

    name: str
    path: str
    is_flow: bool
    marks: list[dict[str, Any]]  # the row's parameters: those that the model does not fill
    read_only: bool
    timeout_s: float
    known: dict[str, Any] = field(repr=False)
    key: str = field(repr=False)
    definition: Definition
    approval: Any = None
    phone: str | None = field(repr=False, default=None)  # type: ignore[assignment]
    keeps_outcomes = True

    def __post_init__(self) -> None:
        self.take(self.definition)

    def take(self, definition: Definition) -> None:
        """What Windmill says of the script now. Raises ScriptProblem."""
        self.definition, self.description = definition, definition.words
        self.parameters = model_schema(definition.schema, self.marks)
        self.references = references(definition.schema, self.marks)
        wanted = filled_names(definition.schema, self.marks)
        marks = [mark for mark in self.marks if mark["name"] in wanted]
        marks += [{"name": name, "source": "contact", "value": name} for name in OURS if name in wanted]
        contact = [mark for mark in marks if mark["source"] == "contact"]
        self.values = {mark["name"]: mark.get("value") for mark in marks if mark["source"] == "fixed"}
        self.values |= {m["name"]: self.known[m["value"]] for m in contact if m["value"] in self.known}
        needed = [m for m in contact if m["value"] not in self.known and m.get("required", True)]
        self.missing = {mark["name"]: mark["value"] for mark in needed}

    @property
    def origin(self) -> str:
        return SCRIPTS

    def call(self, arguments: dict[str, Any], seconds: float) -> str:
        return self._run(str(uuid.uuid4()), arguments, seconds)

    def call_as(self, digest: bytes, arguments: dict[str, Any], seconds: float, leave: bool = False) -> str:
        return self._run(call_id(self.key, digest), arguments, seconds, leave)

    def recall(self, digest: bytes, seconds: float, leave: bool = False) -> str | None:
        return recall(self.key, digest, self.name, min(seconds, self.timeout_s), leave)

    def _run(self, job: str, arguments: dict[str, Any], seconds: float, leave: bool = False) -> str:
        given = {**escape_references(self._fitting(arguments) | self.values), **self.references}
        run = Job(job, self.name, self.path, self.is_flow)
        seconds = max(min(seconds, self.timeout_s), 0.1)
        return said(job, lambda: run_job(run, given, seconds, leave))

    def _fitting(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as the script takes them now, although it may have changed since it was offered. Raises ToolError."""
        try:
            now = read_definition(self.path, self.is_flow)
        except OSError:
            raise ToolError(f"{self.name} was not run: Windmill does not answer") from None
        if now is None:
            raise ToolError(
                f"{self.name} was not run: {self.path} does not exist in Windmill any more, or may not be read"
            )
        offered = self.parameters
        try:
            self.take(now)
        except ScriptProblem as problem:
            raise ToolError(f"{self.name} was not run: {problem}") from None
        changed = self.parameters != offered
        exactly = {**self.parameters, "additionalProperties": False} if changed else self.parameters
        try:
            given = checked(self.name, arguments, exactly)
        except ToolError:
            if not changed:
                raise
            raise ToolError(
                f"{self.name} was not run: it has changed. Its parameters are now"
                f" {json.dumps(self.schema('')['parameters'])}. Call it again with these"
            ) from None
        return {name: value for name, value in given.items() if name in self.parameters["properties"]}


def recall(key: str, digest: bytes, name: str, seconds: float, leave: bool = False) -> str | None:
    """What became of the call with this digest, also where its tool is gone; None where it was not made. Raises ToolError as the call does."""
    job = call_id(key, digest)
    for _ in moments(time.monotonic() + min(seconds, ANSWERING_S)):
        try:
            state = job_state(job)
        except OSError:  # it may be starting again
            continue
        if state == "unknown":
            return None
        deadline = time.monotonic() + max(seconds, 0.1)
        return said(job, partial(result_of, Job(job, name), deadline, leave))
    raise ToolError(f"Windmill does not say what became of {name}", begun=True, job=job)


def said(job: str, ask: Callable[[], Any]) -> Words:
    """What the job says. Raises ToolError."""
    try:
        result = ask()
    except ToolError as problem:
        words = redact_keys(str(problem), ())
        raise ToolError(
            words, problem.by_tool, begun=problem.begun, job=job, is_final=problem.is_final
        ) from None
    return Words(cut(redact_keys(words_of(result), ())), job)


def script_tool(row: dict[str, Any], definition: Definition, contact: dict[str, Any], key: str) -> ScriptTool:
    """The tool of a row of script_tools for one contact. Raises ScriptProblem."""
    return ScriptTool(
        row["name"],
        row["path"],
        row["is_flow"],
        row["parameters"],
        row["read_only"],
        row["timeout_s"],
        contact_values(contact),
        key,
        definition,
        row["approval"],
        contact.get("phone"),
    )


def properties_of(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = schema.get("properties")
    return {n: part for n, part in found.items() if isinstance(part, dict)} if isinstance(found, dict) else {}


def is_reference(part: dict[str, Any]) -> bool:
    """Whether a parameter is a resource or a variable: nothing that a model or a customer may name."""
    declared = str(part.get("format") or "").startswith("resource")
    return declared or (isinstance(part.get("default"), str) and bool(REFERENCE.match(part["default"])))


def references(schema: dict[str, Any], marks: list[dict[str, Any]]) -> dict[str, str]:
    """The parameters that stay the reference that their script declares. Raises ScriptProblem where one declares none."""
    fixed = {mark["name"] for mark in marks}
    found = {}
    for name, part in properties_of(schema).items():
        if not is_reference(part) or name in fixed:
            continue
        if not REFERENCE.fullmatch(str(part.get("default") or "")):
            raise ScriptProblem(
                f"its parameter {name} is a resource, and the script names none: give it a default such as $res:f/tenant_tools/my_system"
            )
        found[name] = part["default"]
    return found


def filled_names(schema: dict[str, Any], marks: list[dict[str, Any]]) -> set[str]:
    """The parameters that are not the model's: marked by the tenant, who the customer is by our own ids, references."""
    properties = properties_of(schema)
    marked = {mark["name"] for mark in marks} | set(OURS)
    return {name for name, part in properties.items() if name in marked or is_reference(part)}


def model_schema(schema: dict[str, Any], marks: list[dict[str, Any]]) -> dict[str, Any]:
    """The schema of what the model fills. Raises ScriptProblem."""
    filled = filled_names(schema, marks)
    properties = {n: plain(part) for n, part in properties_of(schema).items() if n not in filled}
    required = schema["required"] if isinstance(schema.get("required"), list) else []
    asked = [name for name in required if isinstance(name, str) and name in properties]
    usable = usable_schema({"properties": properties, "required": asked})
    if usable is None:
        raise ScriptProblem("what Windmill says of its parameters can't be read")
    return usable


def plain(part: Any, names: bool = False) -> Any:
    """A schema without Windmill's own keys, and without the nulls and empty texts that its forms leave. `names`: its keys are properties."""
    if isinstance(part, list):
        return [plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: plain(value, not names and key == "properties")
        for key, value in part.items()
        if names or (key not in LEFT_OUT and value not in (None, ""))
    }


def words_of(result: Any) -> str:
    """A job's result as the model reads it."""
    if result is None:
        return ""
    if isinstance(result, str):
        return result
    if isinstance(result, dict) and len(result) <= 2 and FILES & result.keys():
        kind = next(iter(FILES & result.keys()))
        named = result[kind].get("filename") if isinstance(result[kind], dict) else None
        return not_shown(f"file {named or result.get('filename') or kind}")
    return json.dumps(result, ensure_ascii=False)
