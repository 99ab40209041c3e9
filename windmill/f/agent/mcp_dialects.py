"""What MCP servers answer beside the protocol, made into what it says: seen with servers of several frameworks, and of hand-written ones.

The SDK refuses a whole list for one tool without a schema, and a whole result for one block that it does not know or for an output schema that
the server itself does not keep. The customer's answer stands in such a result all the same.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
# Of other results: of the handshake, and of a server that asks something back.
NO_CALL = ("protocolVersion", "supportedVersions", "capabilities", "serverInfo", "inputRequests")


@asynccontextmanager
async def tolerant(transport: AbstractAsyncContextManager[Any]) -> AsyncIterator[Any]:
    """The transport's streams, of which the first gives each result as the protocol wants it."""
    async with transport as (answers, requests):
        yield TolerantStream(answers), requests


class TolerantStream:
    """A stream of a server's messages, with the results among them put right."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def receive(self) -> Any:
        return put_right(await self._stream.receive())

    def __aiter__(self) -> TolerantStream:
        return self

    async def __anext__(self) -> Any:
        return put_right(await self._stream.__anext__())

    async def __aenter__(self) -> TolerantStream:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        return await self._stream.__aexit__(*error)


def put_right(item: Any) -> Any:
    """A message with its result as the protocol wants it; an error and whatever is no result stay as they are."""
    message = getattr(item, "message", None)
    result = getattr(message, "result", None)
    if message is not None and isinstance(result, dict):
        if "tools" in result:
            message.result = {**result, "tools": tools_of(result["tools"])}
        elif not any(name in result for name in NO_CALL):
            message.result = call_result(result)
    return item


def tools_of(listed: Any) -> list[dict[str, Any]]:
    """The tools that have a name, with what this product reads of them. No output schema: whether the server keeps it is not our affair."""
    found = []
    for tool in listed if isinstance(listed, list) else []:
        if not isinstance(tool, dict) or not isinstance(tool.get("name"), str) or not tool["name"]:
            continue
        schema, hints = tool.get("inputSchema"), tool.get("annotations")
        made = {
            "name": tool["name"],
            "inputSchema": {**(schema if isinstance(schema, dict) else {}), "type": "object"},
        }
        if isinstance(tool.get("description"), str):
            made["description"] = tool["description"]
        if isinstance(hints, dict):
            made["annotations"] = {name: hints[name] for name in HINTS if isinstance(hints.get(name), bool)}
        found.append(made)
    return found


def call_result(result: dict[str, Any]) -> dict[str, Any]:
    """A call's result with its words as one block of text: those of its blocks, or else its structured content."""
    text = text_of(result.get("content"))
    structured = result.get("structuredContent")
    if not text and structured is not None:
        text = json.dumps(structured, ensure_ascii=False)
    kept = {"resultType": result["resultType"]} if isinstance(result.get("resultType"), str) else {}
    return {
        **kept,
        "content": [{"type": "text", "text": text}] if text else [],
        "isError": result.get("isError") is True,
    }


def text_of(content: Any) -> str:
    """The words of a result's blocks: of texts, of resources that hold text, of links, and of kinds that are not known here."""
    blocks = content if isinstance(content, list) else [content]
    return "\n".join(filter(None, (_words(block) for block in blocks)))


def _words(block: Any) -> str:
    if isinstance(block, str):
        return block
    if not isinstance(block, dict):
        return ""
    if block.get("type") == "resource_link":
        named = (block.get("title") or block.get("name"), block.get("description"), block.get("uri"))
        return ": ".join(part for part in named if isinstance(part, str) and part)
    resource = block.get("resource")
    text = resource.get("text") if isinstance(resource, dict) else block.get("text")
    return text if isinstance(text, str) else ""
