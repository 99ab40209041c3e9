"""What servers that speak OpenAI's API do differently: seen with Ollama, vLLM, llama.cpp, LM Studio, Mistral, DeepSeek, Groq, OpenRouter and others.

Answers are read as plain JSON and not through the SDK's types: these take what the API's description says, and servers send more than that.
"""

from __future__ import annotations

import json
from typing import Any

from f.models.loose_json import as_object
from f.models.types import Call, new_call_id

# What a thinking model wants back beside its calls, and other vendors refuse.
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks")


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


def body_of(content: bytes) -> dict[str, Any]:
    """An answer's body as one completion: as it should be, behind a byte order mark, in a list, in a string, or streamed though nobody has asked.

    Raises ValueError: it is none, such as a web page.
    """
    text = content.decode("utf-8-sig", "replace").strip()
    if any(line.startswith("data:") for line in text.splitlines()[:20]):
        return _streamed(text)
    value = json.loads(text, strict=False)
    value = json.loads(value) if isinstance(value, str) else value
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(value, dict):
        raise ValueError("the body is no object")
    return value


def _streamed(text: str) -> dict[str, Any]:
    """A stream of chunks as the one completion that they make up."""
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    calls: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    finish = None
    for line in text.splitlines():
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data == "[DONE]":
            continue
        chunk = json.loads(data)
        whole |= {key: value for key, value in chunk.items() if value is not None}
        choice = choice_of(chunk)
        finish = choice.get("finish_reason") or finish
        delta = choice.get("delta") or choice.get("message") or {}
        for name in ("content", *THOUGHTS):
            if isinstance(delta.get(name), str):
                message[name] = (message.get(name) or "") + delta[name]
        for number, piece in enumerate(delta.get("tool_calls") or []):
            call = calls.setdefault(piece.get("index", number), {"function": {"name": "", "arguments": ""}})
            for key, value in (piece.get("function") or {}).items():
                call["function"][key] = (
                    call["function"].get(key, "") + (value or "") if isinstance(value, str) else value
                )
    message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return {**whole, "choices": [{"message": message, "finish_reason": finish}]}


def choice_of(body: dict[str, Any]) -> dict[str, Any]:
    """The choice that says something, of a list, of one alone, or of Ollama's own API; {} where there is none."""
    choices = body.get("choices")
    listed = choices if isinstance(choices, list) else [choices]
    found = [choice for choice in listed if isinstance(choice, dict)]
    if not found and isinstance(body.get("message"), dict):
        return body
    if len(found) < 2:
        return found[0] if found else {}
    telling = (c for c in found if text_of(message_of(c).get("content")) or calls_of(message_of(c)))
    return next(telling, found[0])


def message_of(choice: dict[str, Any]) -> dict[str, Any]:
    """The message of a choice, also of a server that streams it, or that speaks the API before chats."""
    message = choice.get("message") or choice.get("delta")
    if isinstance(message, dict):
        return message
    text = message if isinstance(message, str) else choice.get("text")
    return {"role": "assistant", "content": text}


def text_of(content: Any) -> str:
    """The text of a message whose content is a string, parts, or null."""
    if isinstance(content, dict):
        content = [content]
    if isinstance(content, list):
        return "".join(part if isinstance(part, str) else _text(part) for part in content).strip()
    return content.strip() if isinstance(content, str) else ""


def _text(part: Any) -> str:
    """The text of one part; a part that holds thoughts has none."""
    value = part if isinstance(part, dict) else {}
    text = value.get("text") if value.get("type") in (None, "text", "output_text") else None
    return text if isinstance(text, str) else ""


def calls_of(message: dict[str, Any]) -> list[Call]:
    """The calls of a message, each with an id of its own in the one form that all vendors take: some give none, or one id twice."""
    listed = message.get("tool_calls") or message.get("function_call") or []
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    used = [
        part for part in parts if isinstance(part, dict) and part.get("type") in ("tool_use", "tool_call")
    ]
    found: list[Call] = []
    for call in [*(listed if isinstance(listed, list) else [listed]), *used]:
        inner = call.get("function") if isinstance(call, dict) else None
        said = inner if isinstance(inner, dict) else call if isinstance(call, dict) else {}
        if isinstance(said.get("name"), str) and said["name"]:
            arguments = parsed(said.get("arguments", said.get("input")))
            found.append(Call(id=new_call_id(), name=said["name"], arguments=arguments))
    return found


def parsed(arguments: Any) -> dict[str, Any] | str:
    """A call's arguments, however they are written; what can't be read stays as it is."""
    if arguments is None:
        return {}
    read = as_object(arguments)
    if read is not None:
        return read
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def message_back(message: dict[str, Any], calls: list[Call]) -> dict[str, Any]:
    """The message as it goes back to its server, with the calls' ids, and with its thoughts where it calls something."""
    back: dict[str, Any] = {"role": "assistant", "content": text_of(message.get("content")) or None}
    if not calls:
        return back
    back |= {name: message[name] for name in THOUGHTS if message.get(name)}
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
