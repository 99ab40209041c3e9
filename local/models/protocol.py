"""The chat completions protocol: what a request may hold, checked with OpenAI's words where it has some."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from local.models.errors import ApiError

MAX_MESSAGES = 2_000
MAX_TOOLS = 128
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ROLES = ("system", "developer", "user", "assistant", "tool")


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What a model says: text, or calls of tools."""

    text: str = ""
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class Tool:
    """A tool that the caller offers."""

    name: str
    parameters: dict[str, Any]

    def text_argument(self) -> str | None:
        """The first required argument that takes a string, else the first optional one."""
        properties = self.parameters.get("properties")
        if not isinstance(properties, dict):
            return None
        required = self.parameters.get("required") or []
        names = [name for name, schema in properties.items() if _takes_string(schema)]
        return next((name for name in names if name in required), names[0] if names else None)

    def needs_arguments(self) -> bool:
        """Whether it can't be called with nothing."""
        return bool(self.parameters.get("required"))


@dataclass(frozen=True)
class ToolResult:
    """What the caller's tool gave back for one call."""

    call: Call
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """A checked request."""

    model: str
    messages: list[dict[str, Any]]
    tools: list[Tool]
    tool_choice: str  # "auto", "none", "required" or the name of the one tool that must be called
    parallel: bool
    max_tokens: int | None
    stream: bool
    include_usage: bool


def _takes_string(schema: object) -> bool:
    if not isinstance(schema, dict):
        return False
    options = [option for option in [schema, *(schema.get("anyOf") or [])] if isinstance(option, dict)]
    return any(option.get("type") in ("string", ["string", "null"]) for option in options)


def text_of(content: object) -> str:
    """The text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def parse(body: dict[str, Any]) -> ChatRequest:
    """Check a request's body; raises ApiError with what to change."""
    if not isinstance(body.get("model"), str):
        raise ApiError("you must provide a model parameter", "model")
    if body.get("n") not in (None, 1):
        raise ApiError("Only one choice ('n': 1) can be made.", "n")
    if body.get("response_format") not in (None, {"type": "text"}):
        raise ApiError("'response_format' other than text is not supported.", "response_format")
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ApiError("'max_tokens' must be a whole number above 0.", "max_tokens")
    tools = _tools(body.get("tools"))
    options = body.get("stream_options")
    return ChatRequest(
        model=body["model"],
        messages=_messages(body.get("messages")),
        tools=tools,
        tool_choice=_tool_choice(body.get("tool_choice"), tools),
        parallel=body.get("parallel_tool_calls") is not False,
        max_tokens=limit,
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def _tools(value: object) -> list[Tool]:
    if value is None:
        return []
    if not isinstance(value, list) or not value:
        raise ApiError("'tools' must be a list that isn't empty, or be left out.", "tools")
    if len(value) > MAX_TOOLS:
        raise ApiError(f"'tools' has {len(value)} entries; at most {MAX_TOOLS} are taken.", "tools")
    tools = []
    for number, entry in enumerate(value):
        function = entry.get("function") if isinstance(entry, dict) else None
        if not isinstance(function, dict) or entry.get("type") != "function":
            raise ApiError(f"'tools[{number}]' must have the type 'function' and a 'function'.", "tools")
        name = function.get("name")
        if not isinstance(name, str) or not _TOOL_NAME.fullmatch(name):
            raise ApiError(
                f"Invalid 'tools[{number}].function.name': 1-64 of a-z, A-Z, 0-9, _ and -.", "tools"
            )
        parameters = function.get("parameters")
        if parameters is not None and not isinstance(parameters, dict):
            raise ApiError(f"'tools[{number}].function.parameters' must be a JSON schema object.", "tools")
        tools.append(Tool(name, parameters or {}))
    return tools


def _tool_choice(value: object, tools: list[Tool]) -> str:
    if value is None:
        return "auto" if tools else "none"
    if value in ("auto", "none", "required") and (tools or value == "none"):
        return str(value)
    if not tools:
        raise ApiError("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
    function = value.get("function") if isinstance(value, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not any(tool.name == name for tool in tools):
        raise ApiError("'tool_choice' must be auto, none, required or name one of 'tools'.", "tool_choice")
    return str(name)


def _messages(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value:
        raise ApiError("'messages' must be a list that isn't empty.", "messages")
    if len(value) > MAX_MESSAGES:
        raise ApiError(f"'messages' has {len(value)} entries; at most {MAX_MESSAGES} are taken.", "messages")
    pending: set[str] = set()
    for number, message in enumerate(value):
        where = f"messages.[{number}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in _ROLES:
            raise ApiError(f"'{where}.role' must be one of {', '.join(_ROLES)}.", where)
        if role == "tool":
            if message.get("tool_call_id") not in pending:
                raise ApiError(
                    "messages with role 'tool' must be a response to a message with 'tool_calls'.", where
                )
            pending.discard(message["tool_call_id"])
        elif pending:
            break
        if role == "assistant" and message.get("tool_calls"):
            pending = {identifier for identifier, _ in calls_of(message, where)}
        elif not isinstance(message.get("content"), str | list):
            raise ApiError(f"'{where}.content' must be a string or a list of parts.", where)
    if pending:
        raise ApiError(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to "
            f"each 'tool_call_id'. Without a response: {', '.join(sorted(pending))}.",
            "messages",
        )
    return value


def calls_of(message: dict[str, Any], where: str = "messages") -> list[tuple[str, Call]]:
    """The tool calls of an assistant's message, each with its id."""
    found = []
    try:
        for entry in message.get("tool_calls") or []:
            function = entry["function"]
            arguments = orjson.loads(function["arguments"] or "{}")
            found.append(
                (str(entry["id"]), Call(function["name"], arguments if isinstance(arguments, dict) else {}))
            )
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
        raise ApiError(
            f"'{where}.tool_calls' must have an id, a function name and JSON arguments.", where
        ) from error
    return found
