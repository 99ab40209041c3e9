"""What servers that speak OpenAI's API do differently: seen with Ollama, vLLM, llama.cpp, Mistral, DeepSeek, Groq and others behind proxies."""

from __future__ import annotations

import json
from typing import Any

from f.models.types import Call, new_call_id

# What a thinking model wants back beside its calls, and other vendors refuse.
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details")


def merged(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with neighbours of one role as one: some servers refuse two of a user or of an assistant in a row."""
    found: list[dict[str, Any]] = []
    for message in messages:
        before = found[-1] if found else {"role": ""}
        alike = message["role"] == before["role"] and message["role"] in ("user", "assistant")
        if alike and not before.get("tool_calls"):
            found[-1] = {**message, "content": _joined(before.get("content"), message.get("content"))}
        else:
            found.append(message)
    return found


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, list) or isinstance(other, list):
        return [*_parts(one), *_parts(other)]
    return "\n".join(filter(None, [one, other])) or None


def _parts(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []


def without_thoughts_of_others(messages: list[dict[str, Any]]) -> None:
    """Takes one vendor's thoughts out of a conversation that another one goes on with."""
    for message in messages:
        for name in THOUGHTS:
            message.pop(name, None)


def text_of(content: Any) -> str:
    """The text of a message whose content is a string, parts, or null."""
    if isinstance(content, list):
        pieces = [part if isinstance(part, str) else _text(part) for part in content]
        return "".join(pieces).strip()
    return content.strip() if isinstance(content, str) else ""


def _text(part: Any) -> str:
    """The text of one part; a part that holds thoughts has none."""
    value = part if isinstance(part, dict) else getattr(part, "__dict__", {})
    text = value.get("text") if value.get("type") in (None, "text", "output_text") else None
    return text if isinstance(text, str) else ""


def calls_of(message: Any) -> list[Call]:
    """The calls of a message, each with an id of its own in the one form that all vendors take: some give none, or one id twice."""
    found: list[Call] = []
    for call in getattr(message, "tool_calls", None) or []:
        function = getattr(call, "function", None)
        name = getattr(function, "name", None)
        if isinstance(name, str) and name:
            arguments = parsed(getattr(function, "arguments", None))
            found.append(Call(id=new_call_id(), name=name, arguments=arguments))
    return found


def parsed(arguments: Any) -> dict[str, Any] | str:
    """A call's arguments: an object where the server sends one, or the text of one; what can't be read stays as it is."""
    if isinstance(arguments, dict):
        return arguments
    if not isinstance(arguments, str):
        return {} if arguments is None else json.dumps(arguments)
    try:
        value = json.loads(arguments or "{}")
        value = json.loads(value) if isinstance(value, str) else value  # encoded twice
    except ValueError:
        return arguments
    return value if isinstance(value, dict) else arguments


def message_back(message: Any, calls: list[Call]) -> dict[str, Any]:
    """The message as it goes back to its server, with the calls' ids, and with its thoughts where it calls something."""
    text = text_of(getattr(message, "content", None))
    back: dict[str, Any] = {"role": "assistant", "content": text or None}
    if not calls:
        return back
    extra = getattr(message, "model_extra", None) or {}
    back |= {name: extra[name] for name in THOUGHTS if extra.get(name)}
    back["tool_calls"] = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": _written(call)},
        }
        for call in calls
    ]
    return back


def _written(call: Call) -> str:
    given = call["arguments"]
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
