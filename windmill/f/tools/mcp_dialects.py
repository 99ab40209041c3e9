# no_postinstall
# requirements: agent
"""What MCP servers answer beside the protocol, made into what it says: seen with servers of several frameworks, and of hand-written ones.

The SDK refuses a whole list for one tool without a schema, and a whole result for one block that it does not know or for an output schema that
the server itself does not keep. The customer's answer stands in such a result all the same.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from f.common.problems import Message, message
from f.tools.live_tools import not_shown
from f.tools.usable_schemas import usable_schema

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
# Of other results: of the handshake, and of a server that asks something back.
NO_CALL = ("protocolVersion", "supportedVersions", "capabilities", "serverInfo", "inputRequests")


@asynccontextmanager
async def tolerant(
    transport: AbstractAsyncContextManager[Any], oddities: list[Message]
) -> AsyncIterator[Any]:
    """The transport's streams, of which the first gives each result as the protocol wants it. What was left out of a list is added to
    `oddities`."""
    async with transport as (answers, requests):
        yield TolerantStream(answers, oddities), requests


class TolerantStream:
    """A stream of a server's messages, with the results among them put right."""

    def __init__(self, stream: Any, oddities: list[Message]) -> None:
        self._stream, self._oddities = stream, oddities

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def receive(self) -> Any:
        return put_right(await self._stream.receive(), self._oddities)

    def __aiter__(self) -> TolerantStream:
        return self

    async def __anext__(self) -> Any:
        return put_right(await self._stream.__anext__(), self._oddities)

    async def __aenter__(self) -> TolerantStream:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)


def put_right(item: Any, oddities: list[Message]) -> Any:
    """A message with its result as the protocol wants it; an error and whatever is no result stay as they are."""
    message = getattr(item, "message", None)
    result = getattr(message, "result", None)
    if message is not None and isinstance(result, dict):
        if "tools" in result:
            message.result = {**result, "tools": tools_of(result["tools"], oddities)}
        elif not any(name in result for name in NO_CALL):
            message.result = call_result(result)
    return item


def tools_of(listed: Any, oddities: list[Message]) -> list[dict[str, Any]]:
    """The tools that can be called, with what this product reads of them; the others are named in `oddities`. No output schema: whether the
    server keeps it is not our affair."""
    found: dict[str, dict[str, Any]] = {}
    for place, tool in enumerate(listed if isinstance(listed, list) else [], 1):
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(name, str) or not name:
            oddities.append(message("tool_without_name", place=place))
            continue
        schema, hints = usable_schema(tool.get("inputSchema")), tool.get("annotations")
        if schema is None:
            oddities.append(message("tool_schema", tool=name[:100]))
            continue
        made = {"name": name, "inputSchema": schema}
        if isinstance(tool.get("description"), str):
            made["description"] = tool["description"]
        if isinstance(hints, dict):
            made["annotations"] = {hint: hints[hint] for hint in HINTS if isinstance(hints.get(hint), bool)}
        if found.setdefault(name, made) is not made:
            oddities.append(message("tool_twice", tool=name[:100]))
    return list(found.values())


def call_result(result: dict[str, Any]) -> dict[str, Any]:
    """A call's result with its words as one block of text: those of its blocks, and its structured content where they don't hold it."""
    text = text_of(result.get("content"))
    structured = result.get("structuredContent")
    if structured is not None and not _holds(text, structured):
        text = "\n".join(filter(None, (text, json.dumps(structured, ensure_ascii=False))))
    kept = {"resultType": result["resultType"]} if isinstance(result.get("resultType"), str) else {}
    return {
        **kept,
        "content": [{"type": "text", "text": text}] if text else [],
        "isError": result.get("isError") is True,
    }


def _holds(text: str, structured: Any) -> bool:
    """Whether a text is the structured content, or its only value: frameworks write an answer of one value as {"result": …}."""
    try:
        said = json.loads(text)
    except ValueError:
        said = text
    return said == structured or structured == {"result": said} or structured == {"result": text}


def text_of(content: Any) -> str:
    """The words of a result's blocks: of texts, of resources that hold text, of links; of whatever else there is, what it is."""
    blocks = content if isinstance(content, list) else [content]
    return "\n".join(filter(None, (_words(block) for block in blocks)))


def _words(block: Any) -> str:
    if isinstance(block, str):
        return block
    if not isinstance(block, dict):
        return ""
    if block.get("type") == "resource_link":
        return _joined(
            ": ", block.get("title") or block.get("name"), block.get("description"), block.get("uri")
        )
    resource = block.get("resource")
    held = resource if isinstance(resource, dict) else block
    if isinstance(held.get("text"), str) or block.get("type") == "text":
        return held["text"] if isinstance(held.get("text"), str) else ""
    kind = "file" if held is resource else block.get("type")
    named = _joined(" ", held.get("title") or held.get("name"), held.get("mimeType"), held.get("uri"))
    return not_shown(_joined(" ", kind, named)) if isinstance(kind, str) else ""


def _joined(between: str, *parts: Any) -> str:
    return between.join(part for part in parts if isinstance(part, str) and part)
