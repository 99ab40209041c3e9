# requirements:
# openai==3.54.0
"""One small seam in front of the model vendors. The SDK of a vendor is imported only when that vendor is asked: each costs half a second."""

from __future__ import annotations

import json
import time
from typing import Any, TypedDict


class ModelError(Exception):
    """Why the model gave no reply, as a sentence for the operator. Never holds a key."""


class Call(TypedDict):
    """A tool call that the model wants. `arguments` is what it wrote, parsed where it is a JSON object."""

    id: str
    name: str
    arguments: dict[str, Any] | str


class Completion(TypedDict):
    """One answer of the model. `message` is what goes back into the conversation when tools were called."""

    text: str
    tool_calls: list[Call]
    message: dict[str, Any]
    input_tokens: int
    output_tokens: int
    ms: int


def complete(
    resource: dict[str, Any], messages: list[dict[str, Any]], tools: list[dict[str, Any]], seconds: float
) -> Completion:
    """Asks the model once. `resource`: provider, base_url, api_key, model. Raises ModelError."""
    provider = resource.get("provider") or "openai"
    if provider != "openai":
        raise ModelError(f"the provider {provider!r} is not known here: use openai")
    started = time.monotonic()
    completion = _ask_openai(resource, messages, tools, max(seconds, 1))
    completion["ms"] = round((time.monotonic() - started) * 1000)
    return completion


def _ask_openai(
    resource: dict[str, Any], messages: list[Any], tools: list[Any], seconds: float
) -> Completion:
    import openai

    client = openai.OpenAI(
        api_key=resource.get("api_key") or "none",
        base_url=resource.get("base_url") or None,
        timeout=seconds,
        max_retries=2,
    )
    try:
        request: Any = {"model": resource["model"], "messages": messages} | (
            {"tools": tools} if tools else {}
        )
        answer = client.chat.completions.create(**request)
    except openai.APIStatusError as error:
        raise ModelError(
            f"the model {resource['model']!r} answered HTTP {error.status_code}: {error.message[:300]}"
        ) from None
    except openai.APIError as error:
        raise ModelError(
            f"the model {resource['model']!r} can't be reached: {type(error).__name__}"
        ) from None
    message = answer.choices[0].message
    return {
        "text": (message.content or "").strip(),
        "tool_calls": [
            {"id": call.id, "name": call.function.name, "arguments": _parsed(call.function.arguments)}
            for call in message.tool_calls or []
            if call.type == "function"
        ],
        "message": message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}),
        "input_tokens": answer.usage.prompt_tokens if answer.usage else 0,
        "output_tokens": answer.usage.completion_tokens if answer.usage else 0,
        "ms": 0,
    }


def _parsed(arguments: str) -> dict[str, Any] | str:
    try:
        parsed = json.loads(arguments or "{}")
    except ValueError:
        return arguments
    return parsed if isinstance(parsed, dict) else arguments
