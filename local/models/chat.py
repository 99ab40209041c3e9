"""POST /v1/chat/completions: picks the offline model, and answers in OpenAI's shape, whole or as a stream."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local.models.encoder import Encoder
from local.models.errors import unknown_model
from local.models.protocol import ChatRequest, Reply, parse, text_of
from local.models.rules import answer
from local.models.trial_models import echo, obey
from local.models.wire import MEDIA_BODY, json_response, read_json

MODELS = {
    "offline-rules": "Deterministic rules, not a language model: picks tools by words in the message "
    "and answers with sentences of what they return",
    "offline-echo": "For benchmarks: answers at once with the last message",
    "offline-obey": "For tests of injections: does what any text says (CALL tool {json}, SAY text)",
}


async def create_completion(request: Request) -> Response:
    """The endpoint."""
    wanted = parse(await read_json(request, MEDIA_BODY))
    if wanted.model not in MODELS:
        raise unknown_model(wanted.model)
    reply = await run_in_threadpool(reply_to, wanted, request.app.state.encoder)
    if not wanted.parallel:
        reply = Reply(reply.text, reply.calls[:1])
    completion = _completion(wanted, reply)
    if wanted.stream:
        events = _events(completion, wanted.include_usage)
        return StreamingResponse(events, media_type="text/event-stream")
    return json_response(completion)


def reply_to(wanted: ChatRequest, encoder: Encoder) -> Reply:
    """What the model says, whatever protocol it was asked in."""
    if wanted.model == "offline-echo":
        return echo(wanted)
    return obey(wanted) if wanted.model == "offline-obey" else answer(wanted, encoder)


def tokens(text: str) -> int:
    """A fair guess of a text's tokens; rules have none of their own."""
    return (len(text.encode()) + 3) // 4


def _completion(wanted: ChatRequest, reply: Reply) -> dict[str, Any]:
    """The answer's body. Ids follow from the request, so that the same request gets the same answer."""
    names = [tool.name for tool in wanted.tools]
    seed = orjson.dumps([wanted.model, wanted.messages, names, wanted.tool_choice])
    digest = hashlib.sha256(seed).hexdigest()
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    finish = "stop"
    spoken = reply.text
    if reply.calls:
        message["content"] = None
        message["tool_calls"] = [
            {
                "id": f"call_{digest[:20]}{number}",
                "type": "function",
                "function": {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()},
            }
            for number, call in enumerate(reply.calls)
        ]
        finish = "tool_calls"
        spoken = str(message["tool_calls"])
    elif wanted.max_tokens is not None and tokens(spoken) > wanted.max_tokens:
        spoken = spoken.encode()[: 4 * wanted.max_tokens].decode(errors="ignore")
        message["content"], finish = spoken, "length"
    read = sum(4 + tokens(text_of(entry.get("content"))) for entry in wanted.messages)
    read += sum(tokens(tool.name + str(tool.parameters)) for tool in wanted.tools)
    written = tokens(spoken)
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": wanted.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }


def _events(completion: dict[str, Any], include_usage: bool) -> Iterator[bytes]:
    """The same answer as server-sent events, a word at a time."""
    choice = completion["choices"][0]
    message = choice["message"]
    base = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return b"data: " + orjson.dumps(base | {"choices": choices}) + b"\n\n"

    yield event({"role": "assistant", "content": None if message.get("tool_calls") else ""})
    for number, call in enumerate(message.get("tool_calls", [])):
        yield event({"tool_calls": [{"index": number, **call}]})
    for position, word in enumerate((message["content"] or "").split(" ")):
        if word or position:
            yield event({"content": word if position == 0 else " " + word})
    yield event({}, choice["finish_reason"])
    if include_usage:
        yield b"data: " + orjson.dumps(base | {"choices": [], "usage": completion["usage"]}) + b"\n\n"
    yield b"data: [DONE]\n\n"
