"""A chat request, as the models here see it; read from OpenAI's form and checked where real servers check it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from local.models.wire import ApiError

REPLY = "reply"  # a tool of this name takes the whole reply as its arguments
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
    properties: dict[str, Any]

    def call(self, text: str) -> Call:
        """A call with the text as the first argument that takes one."""
        names = [name for name, schema in self.properties.items() if "string" in str(schema.get("type"))]
        return Call(self.name, {names[0]: text} if names else {})


@dataclass(frozen=True)
class ToolResult:
    """What the caller's tool returned for one call."""

    call: Call
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """A checked request. `tool_choice`: "auto", "none", "required" or the name of the tool that must be called."""

    model: str
    messages: list[dict[str, Any]]
    tools: list[Tool]
    tool_choice: str
    parallel: bool
    structured: bool  # the reply must be a JSON object (`response_format`)


def text_of(content: object) -> str:
    """The text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def without_platform(text: str) -> str:
    """The customer's words alone: what the platform adds stands behind them."""
    return text.partition("\n\n[platform]")[0]


def parse(body: dict[str, Any]) -> ChatRequest:
    """Checks a request's body; raises ApiError with what to change."""
    if not isinstance(body.get("model"), str):
        raise ApiError("you must provide a model parameter", "model")
    if body.get("stream"):
        raise ApiError("Streams are not supported here.", "stream")
    shape = (body.get("response_format") or {"type": "text"}).get("type")
    if shape not in ("text", "json_schema"):
        raise ApiError("'response_format' must be of the type text or json_schema.", "response_format")
    tools = [_tool(entry, number) for number, entry in enumerate(body.get("tools") or [])]
    return ChatRequest(
        model=body["model"],
        messages=_messages(body.get("messages")),
        tools=tools,
        tool_choice=_tool_choice(body.get("tool_choice"), tools),
        parallel=body.get("parallel_tool_calls") is not False,
        structured=shape == "json_schema",
    )


def _tool(entry: Any, number: int) -> Tool:
    function = entry.get("function") if isinstance(entry, dict) else None
    if not isinstance(function, dict) or entry.get("type") != "function":
        raise ApiError(f"'tools[{number}]' must have the type 'function' and a 'function'.", "tools")
    if not _TOOL_NAME.fullmatch(str(function.get("name"))):
        raise ApiError(f"Invalid 'tools[{number}].function.name': 1-64 of a-z, A-Z, 0-9, _ and -.", "tools")
    return Tool(function["name"], (function.get("parameters") or {}).get("properties") or {})


def _tool_choice(value: Any, tools: list[Tool]) -> str:
    if value is None:
        return "auto" if tools else "none"
    if not tools and value != "none":
        raise ApiError("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
    name = value.get("function", {}).get("name") if isinstance(value, dict) else value
    if name not in ("auto", "none", "required", *(tool.name for tool in tools)):
        raise ApiError("'tool_choice' must be auto, none, required or name one of 'tools'.", "tool_choice")
    return str(name)


def _messages(value: object) -> list[dict[str, Any]]:
    """The messages; as on real servers, each tool call has its result right behind it."""
    if not isinstance(value, list) or not value:
        raise ApiError("'messages' must be a list that isn't empty.", "messages")
    pending: set[str] = set()
    for number, message in enumerate([*value, {"role": "user", "content": ""}]):
        where = f"messages.[{number}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in _ROLES:
            raise ApiError(f"'{where}.role' must be one of {', '.join(_ROLES)}.", where)
        if role == "tool":
            if message.get("tool_call_id") not in pending:
                words = "messages with role 'tool' must be a response to a message with 'tool_calls'."
                raise ApiError(words, where)
            pending.discard(message["tool_call_id"])
        elif pending:
            raise ApiError(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to "
                f"each 'tool_call_id'. Without a response: {', '.join(sorted(pending))}.",
                "messages",
            )
        elif role == "assistant" and message.get("tool_calls"):
            pending = set(calls_of(message))
        elif not isinstance(message.get("content"), str | list):
            raise ApiError(f"'{where}.content' must be a string or a list of parts.", where)
    return value


def calls_of(message: dict[str, Any]) -> dict[str, Call]:
    """The tool calls of an assistant's message by their ids."""
    calls = {}
    try:
        for entry in message.get("tool_calls") or []:
            arguments = orjson.loads(entry["function"]["arguments"] or "{}")
            calls[str(entry["id"])] = Call(entry["function"]["name"], dict(arguments))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ApiError("'tool_calls' must have an id, a function name and JSON arguments.") from error
    return calls


def json_in(text: str) -> Any:
    """The first JSON object of a text, which may stand between marks; None without one."""
    try:
        return json.JSONDecoder().raw_decode(text, text.index("{"))[0]
    except ValueError:
        return None
