"""What servers that speak OpenAI's API refuse, in many words: the request as they take it."""

from __future__ import annotations

import re
from typing import Any

from f.models.openai_dialects import merged
from f.models.tool_schemas import conservative

# A request's options, and the words in which servers name them.
OPTIONS = {
    "tool_choice": r"tool[_ -]?choice",
    "temperature": r"temperature",
    "reasoning_effort": r"reasoning|thinking|\bthink\b",
    "max_tokens": r"max_(?:new_)?tokens|(?:output|completion) tokens",
    "max_completion_tokens": r"max_(?:completion_|output_)?tokens|(?:output|completion) tokens",
}
_RENAMED = re.compile(r"max_tokens.*max_completion_tokens", re.DOTALL)
_NO_SYSTEM = re.compile(
    r"(?:system|developer)\W{0,3}\s*(?:role|message|instruction|prompt)s?\b.{0,40}\b(?:not|un)|role.{0,60}'?(?:system|developer)\b",
    re.IGNORECASE | re.DOTALL,
)
_NOT_THE_USER = re.compile(
    r"roles? must alternate|first (?:message|content|turn|non-system)|(?:begin|start)s? with (?:a|the)? ?'?user",
    re.IGNORECASE,
)
_NULL = re.compile(
    r"\bcontent\b.{0,80}\b(?:null|none|required|string)\b|none is not an allowed", re.IGNORECASE | re.DOTALL
)


def without_what_is_refused(request: dict[str, Any], words: str) -> dict[str, Any] | None:
    """The request without what the server's words name, or in its simplest form; None: nothing more can be left out."""
    if "max_tokens" in request and _RENAMED.search(words):
        renamed = {key: value for key, value in request.items() if key != "max_tokens"}
        return {**renamed, "max_completion_tokens": request["max_tokens"]}
    for name, said in OPTIONS.items():
        if name in request and re.search(said, words, re.IGNORECASE):
            return {key: value for key, value in request.items() if key != name}
    messages = request["messages"]
    for refused, mended in (
        (_NOT_THE_USER, _user_first),
        (_NO_SYSTEM, _without_system),
        (_NOT_THE_USER, _without_system),
        (_NULL, _without_nulls),
    ):
        if refused.search(words) and (other := mended(messages)) != messages:
            return {**request, "messages": other}
    lower, tools = words.lower(), request.get("tools")
    if tools and any(word in lower for word in ("schema", "function", "tool", "parameter")):
        plain = conservative(tools)
        return None if plain == tools else {**request, "tools": plain}
    return None


def _user_first(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A conversation that the business began, as templates take it that know only answers."""
    at = next(
        (number for number, message in enumerate(messages) if message["role"] != "system"), len(messages)
    )
    if at == len(messages) or messages[at]["role"] == "user":
        return messages
    return [
        *messages[:at],
        {"role": "user", "content": "[platform] The business wrote first:"},
        *messages[at:],
    ]


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The instructions before the customer's first words, for a model whose template has no place for them."""
    told = "\n\n".join(str(message["content"]) for message in messages if message["role"] == "system")
    others = [message for message in messages if message["role"] != "system"]
    if not told:
        return messages
    if others and others[0]["role"] == "user":
        return merged([{"role": "user", "content": told}, *others])
    return [{"role": "user", "content": told}, *others]


def _without_nulls(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**message, "content": ""} if message.get("content") is None else message for message in messages]
